// Arithmetic, properties and membership: what operators mean, apart from walking the tree.
#include "server/entity/formula/parse/typing.hpp"
#include "server/entity/formula/run/evaluator.hpp"

namespace formula {
namespace {

std::optional<DaysDuration> negate(const DaysDuration& d) { return DaysDuration::from_nanos(-d.total_nanos()); }

Value add_values(const Value& a, const Value& b, std::string_view& problem);

// Seconds as a number, exact to the nanosecond.
Number seconds_of(const DaysDuration& d) {
  const __int128 total = d.total_nanos();
  const bool negative = total < 0;
  return Number::make(negative, static_cast<unsigned __int128>(negative ? -total : total), -9).value_or(Number());
}

Value days_from_seconds(const std::optional<Number>& seconds) {
  if (!seconds) return {};
  const auto rounded = Number::round(*seconds, 9, Rounding::kHalfEven);
  if (!rounded) return {};
  const auto whole = Number::round(*rounded, 0, Rounding::kFloor);
  const auto units = whole ? whole->to_integer() : std::nullopt;
  if (!units) return {};
  const auto rest = Number::subtract(*rounded, *whole);
  const auto nanos = rest ? rest->to_scaled(9) : std::nullopt;
  if (!nanos) return {};
  return DaysDuration::from_nanos(static_cast<__int128>(*units) * kNanosPerSecond + *nanos);
}

Value months_from(const std::optional<Number>& months) {
  if (!months) return {};
  const auto whole = Number::round(*months, 0, Rounding::kDown);
  const auto units = whole ? whole->to_integer() : std::nullopt;
  if (!units) return {};
  return MonthsDuration{*units};
}

DateTime at_midnight(const Date& date, Zone zone = {}) { return DateTime{date.days, 0, zone}; }

Value add_temporal(const Value& a, const Value& b) {
  if (const auto* date = a.date()) {
    if (const auto* months = b.months_duration()) return add(*date, *months);
    if (const auto* days = b.days_duration()) {
      const auto sum = add(at_midnight(*date), *days);
      return sum ? Value(sum->date()) : Value();
    }
  }
  if (const auto* moment = a.date_time()) {
    if (const auto* months = b.months_duration()) return add(*moment, *months);
    if (const auto* days = b.days_duration()) return add(*moment, *days);
  }
  if (const auto* time = a.time()) {
    if (const auto* days = b.days_duration()) return add(*time, *days);
  }
  return {};
}

Value add_values(const Value& a, const Value& b, std::string_view& problem) {
  problem = "overflow";
  if (a.kind() == b.kind()) {
    if (a.string()) return *a.string() + *b.string();
    if (a.days_duration()) return DaysDuration::from_nanos(a.days_duration()->total_nanos() + b.days_duration()->total_nanos());
    if (a.months_duration()) {
      std::int64_t sum = 0;
      if (__builtin_add_overflow(a.months_duration()->months, b.months_duration()->months, &sum)) return {};
      return MonthsDuration{sum};
    }
  }
  const bool left_is_duration = a.days_duration() || a.months_duration();
  const Value result = left_is_duration ? add_temporal(b, a) : add_temporal(a, b);
  if (result.is_null()) {
    const Value &point = left_is_duration ? b : a, &step = left_is_duration ? a : b;
    if (!arithmetic_type(Op::kAdd, type_of(point), type_of(step))) problem = "wrong_operands";
  }
  return result;
}

Value subtract_values(const Value& a, const Value& b, std::string_view& problem) {
  if (const auto* days = b.days_duration()) {
    const auto negative = negate(*days);
    return negative ? add_values(a, *negative, problem) : Value();
  }
  if (const auto* months = b.months_duration()) return add_values(a, MonthsDuration{-months->months}, problem);
  problem = "wrong_operands";
  if (a.time() && b.time()) return subtract(*a.time(), *b.time());
  const auto moment = [](const Value& v, const Value& other) -> std::optional<DateTime> {
    if (v.date_time()) return *v.date_time();
    // A date beside a moment is midnight UTC (DMN 1.5 table 53); two dates need no zone.
    if (v.date()) return at_midnight(*v.date(), other.date_time() ? Zone::offset(0) : Zone());
    return std::nullopt;
  };
  const auto x = moment(a, b), y = moment(b, a);
  if (x && y) return subtract(*x, *y);
  return {};
}

Value scale_values(Op op, const Value& a, const Value& b, std::string_view& problem) {
  const bool product = op == Op::kMultiply;
  if (product && a.number() && !b.number()) return scale_values(op, b, a, problem);
  problem = "overflow";
  if (const auto* days = a.days_duration()) {
    const Number seconds = seconds_of(*days);
    if (const auto* n = b.number()) {
      if (!product && n->is_zero()) problem = "division_by_zero";
      return days_from_seconds(product ? Number::multiply(seconds, *n) : Number::divide(seconds, *n));
    }
    if (!product && b.days_duration()) return Number::divide(seconds, seconds_of(*b.days_duration()));
  }
  if (const auto* months = a.months_duration()) {
    if (const auto* n = b.number()) {
      if (!product && n->is_zero()) problem = "division_by_zero";
      return months_from(product ? Number::multiply(months->months, *n) : Number::divide(months->months, *n));
    }
    if (!product && b.months_duration()) return Number::divide(months->months, b.months_duration()->months);
  }
  problem = "wrong_operands";
  return {};
}

Value date_property(const Date& date, std::string_view name, bool& known) {
  const Civil c = date.civil();
  known = true;
  if (name == "year") return c.year;
  if (name == "month") return c.month;
  if (name == "day") return c.day;
  if (name == "weekday") return date.weekday();
  known = false;
  return {};
}

Value time_property(const Time& time, std::int64_t days, bool has_date, std::string_view name, bool& known) {
  known = true;
  if (name == "hour") return time.hour();
  if (name == "minute") return time.minute();
  if (name == "second") {
    const std::int64_t nanos = time.nanos % (60 * kNanosPerSecond);
    return nanos % kNanosPerSecond == 0 ? Number(nanos / kNanosPerSecond) : Number::from_scaled(nanos, 9).normalized();
  }
  if (name == "time offset") {
    if (time.zone.kind == Zone::Kind::kNamed && !has_date) return {};
    const auto offset = time.zone.offset_at(days, time.nanos);
    return offset ? Value(DaysDuration{*offset, 0}) : Value();
  }
  if (name == "timezone") return time.zone.kind == Zone::Kind::kNamed ? Value(time.zone.name()) : Value();
  known = false;
  return {};
}

Value duration_property(const Value& value, std::string_view name, bool& known) {
  known = true;
  if (const auto* months = value.months_duration()) {
    if (name == "years") return months->months / 12;
    if (name == "months") return months->months % 12;
  } else {
    const __int128 total = value.days_duration()->total_nanos();
    const auto part = [&](std::int64_t unit, std::int64_t wrap) {
      const __int128 n = total / (unit * kNanosPerSecond);
      return Value(static_cast<std::int64_t>(wrap == 0 ? n : n % wrap));
    };
    if (name == "days") return part(86'400, 0);
    if (name == "hours") return part(3600, 24);
    if (name == "minutes") return part(60, 60);
    if (name == "seconds") {
      const auto nanos = static_cast<std::int64_t>(total % (60 * kNanosPerSecond));
      return Number::from_scaled(nanos, 9).normalized();
    }
  }
  known = false;
  return {};
}

}  // namespace

Value apply_arithmetic(Op op, const Value& a, const Value& b, std::string_view& problem) {
  const Number* x = a.number();
  const Number* y = b.number();
  if (x && y) {
    problem = "overflow";
    switch (op) {
      case Op::kAdd: return Number::add(*x, *y);
      case Op::kSubtract: return Number::subtract(*x, *y);
      case Op::kMultiply: return Number::multiply(*x, *y);
      case Op::kDivide:
        if (y->is_zero()) problem = "division_by_zero";
        return Number::divide(*x, *y);
      case Op::kPower: return Number::power(*x, *y);
      default: return {};
    }
  }
  problem = "null_operand";
  if (a.is_null() || b.is_null()) return {};
  problem = "wrong_operands";
  switch (op) {
    case Op::kAdd: return add_values(a, b, problem);
    case Op::kSubtract: return subtract_values(a, b, problem);
    case Op::kMultiply:
    case Op::kDivide: return scale_values(op, a, b, problem);
    default: return {};
  }
}

std::optional<bool> includes(const Range& range, const Value& value) {
  if (value.is_null()) return std::nullopt;
  if (!range.low.is_null() || range.low_included) {
    const auto order = compare(value, range.low);
    if (!order) return std::nullopt;
    if (range.low_included ? *order < 0 : *order <= 0) {
      return range.high.is_null() || compare(value, range.high) ? std::optional(false) : std::nullopt;
    }
  }
  if (!range.high.is_null() || range.high_included) {
    const auto order = compare(value, range.high);
    if (!order) return std::nullopt;
    if (range.high_included ? *order > 0 : *order >= 0) return false;
  }
  return true;
}

bool is_instance(const Value& value, const Type& type) {
  using K = Type::Kind;
  if (value.is_null()) return type.is_null();
  switch (type.kind()) {
    case K::kAny: return true;
    case K::kNull: return false;
    case K::kList: {
      if (!value.list()) return false;
      if (type.element().is_any()) return true;
      for (const auto& item : *value.list()) {
        if (!is_instance(item, type.element())) return false;
      }
      return true;
    }
    case K::kContext: {
      if (!value.context()) return false;
      for (const auto& name : type.field_names()) {
        const Value* entry = value.context()->find(name);
        if (entry == nullptr || (!entry->is_null() && !is_instance(*entry, *type.field(name)))) return false;
      }
      return true;
    }
    case K::kRange: {
      if (!value.range()) return false;
      const Value& end = value.range()->low.is_null() ? value.range()->high : value.range()->low;
      return type.element().is_any() || is_instance(end, type.element());
    }
    case K::kFunction: {
      const Function* function = value.function();
      if (function == nullptr) return false;
      return type.parameters().empty() || !function->node || function->node->names.size() == type.parameters().size();
    }
    default: return type_of(value).kind() == type.kind();
  }
}

Value property(const Value& value, std::string_view name, bool& known) {
  known = false;
  switch (value.kind()) {
    case Kind::kContext: {
      const Value* entry = value.context()->find(name);
      known = entry != nullptr;
      return entry ? *entry : Value();
    }
    case Kind::kDate: return date_property(*value.date(), name, known);
    case Kind::kTime: return time_property(*value.time(), 0, false, name, known);
    case Kind::kDateTime: {
      Value out = date_property(value.date_time()->date(), name, known);
      if (!known) out = time_property(value.date_time()->time(), value.date_time()->days, true, name, known);
      return out;
    }
    case Kind::kDaysDuration:
    case Kind::kMonthsDuration: return duration_property(value, name, known);
    case Kind::kRange: {
      known = true;
      const Range& range = *value.range();
      if (name == "start") return range.low;
      if (name == "end") return range.high;
      if (name == "start included") return range.low_included;
      if (name == "end included") return range.high_included;
      known = false;
      return {};
    }
    default: return {};
  }
}

}  // namespace formula
