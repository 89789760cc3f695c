// DMN 1.5 §10.3.4.5.
#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

using Arguments = std::span<Value>;

Value rounded(Evaluator& evaluator, const Value& number, const Value& scale, Rounding mode) {
  std::int64_t digits = 0;
  if (scale.number()) {
    const auto whole = Number::round(*scale.number(), 0, Rounding::kDown);
    digits = whole->to_integer().value_or(99'999);
  }
  if (digits < Number::kMinExponent || digits > -Number::kMinExponent) return evaluator.warn("bad_scale");
  const auto result = Number::round(*number.number(), static_cast<int>(digits), mode);
  return result ? Value(*result) : evaluator.warn("overflow");
}

template <Rounding mode>
Value round_to(Evaluator& evaluator, Arguments a) {
  return rounded(evaluator, a[0], a[1], mode);
}

Value absolute(Evaluator& evaluator, Arguments a) {
  if (const auto* n = a[0].number()) return n->abs();
  if (const auto* m = a[0].months_duration()) return MonthsDuration{m->months < 0 ? -m->months : m->months};
  const __int128 total = a[0].days_duration()->total_nanos();
  const auto out = DaysDuration::from_nanos(total < 0 ? -total : total);
  return out ? Value(*out) : evaluator.warn("overflow");
}

Value or_warn(Evaluator& evaluator, const std::optional<Number>& n) { return n ? Value(*n) : evaluator.warn("out_of_domain"); }

Value modulo(Evaluator& evaluator, Arguments a) {
  if (a[1].number()->is_zero()) return evaluator.warn("division_by_zero");
  return or_warn(evaluator, Number::modulo(*a[0].number(), *a[1].number()));
}
Value square_root(Evaluator& evaluator, Arguments a) { return or_warn(evaluator, Number::sqrt(*a[0].number())); }
Value logarithm(Evaluator& evaluator, Arguments a) { return or_warn(evaluator, Number::log(*a[0].number())); }
Value exponential(Evaluator& evaluator, Arguments a) { return or_warn(evaluator, Number::exp(*a[0].number())); }

Value parity(Evaluator& evaluator, const Value& value, bool odd) {
  const auto rest = Number::modulo(value.number()->abs(), Number(2));
  if (!rest || !value.number()->is_integer()) return evaluator.warn("not_integer");
  return rest->is_zero() != odd;
}
Value is_odd(Evaluator& evaluator, Arguments a) { return parity(evaluator, a[0], true); }
Value is_even(Evaluator& evaluator, Arguments a) { return parity(evaluator, a[0], false); }

}  // namespace

void add_number_builtins(BuiltinTable& t) {
  const auto scaled = [&](std::string_view name, Value (*run)(Evaluator&, Arguments), bool optional) {
    t.push_back({name, {{"n", kNumberMask}, {"scale", kNumberMask, optional}}, Type::number(), run});
  };
  scaled("decimal", round_to<Rounding::kHalfEven>, false);
  scaled("floor", round_to<Rounding::kFloor>, true);
  scaled("ceiling", round_to<Rounding::kCeiling>, true);
  scaled("round up", round_to<Rounding::kUp>, false);
  scaled("round down", round_to<Rounding::kDown>, false);
  scaled("round half up", round_to<Rounding::kHalfUp>, false);
  scaled("round half down", round_to<Rounding::kHalfDown>, false);
  for (const std::string_view name : {"n", "number"}) {
    t.push_back({"abs", {{name, kNumberMask | kDaysMask | kMonthsMask}}, Type::any(), absolute, Rest::kNone, ResultRule::kFirst});
  }
  t.push_back({"modulo", {{"dividend", kNumberMask}, {"divisor", kNumberMask}}, Type::number(), modulo});
  t.push_back({"sqrt", {{"number", kNumberMask}}, Type::number(), square_root});
  t.push_back({"log", {{"number", kNumberMask}}, Type::number(), logarithm});
  t.push_back({"exp", {{"number", kNumberMask}}, Type::number(), exponential});
  t.push_back({"odd", {{"number", kNumberMask}}, Type::boolean(), is_odd});
  t.push_back({"even", {{"number", kNumberMask}}, Type::boolean(), is_even});
}

}  // namespace formula
