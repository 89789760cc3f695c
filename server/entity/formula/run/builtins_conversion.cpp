// DMN 1.5 §10.3.4.1 and is(), not().
#include "server/entity/formula/parse/typing.hpp"
#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

using Arguments = std::span<Value>;

Value or_warn(Evaluator& evaluator, Value value) { return value.is_null() ? evaluator.warn("bad_value") : value; }

Value date_from(Evaluator& evaluator, Arguments a) {
  if (const auto* text = a[0].string()) return or_warn(evaluator, Date::parse(*text));
  if (a[0].date_time()) return a[0].date_time()->date();
  return a[0];
}

Value date_from_parts(Evaluator& evaluator, Arguments a) {
  const auto year = a[0].number()->to_integer(), month = a[1].number()->to_integer(), day = a[2].number()->to_integer();
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return evaluator.warn("bad_value");
  return or_warn(evaluator, Date::from_civil(*year, static_cast<int>(*month), static_cast<int>(*day)));
}

Value date_time_from(Evaluator& evaluator, Arguments a) {
  if (const auto* text = a[0].string()) return or_warn(evaluator, DateTime::parse(*text));
  if (const auto* date = a[0].date()) return DateTime{date->days, 0, {}};
  return a[0];
}

Value date_time_from_pair(Evaluator&, Arguments a) {
  const std::int64_t days = a[0].date() ? a[0].date()->days : a[0].date_time()->days;
  return DateTime{days, a[1].time()->nanos, a[1].time()->zone};
}

// Offset as a days duration or an IANA name; nullopt: neither.
std::optional<Zone> zone_from(const Value& value) {
  if (value.is_null()) return Zone{};
  if (const auto* name = value.string()) return Zone::named(*name);
  const auto& offset = *value.days_duration();
  if (offset.nanos != 0 || offset.seconds > 18 * 3600 || offset.seconds < -18 * 3600) return std::nullopt;
  return Zone::offset(static_cast<std::int32_t>(offset.seconds));
}

std::optional<Time> time_of_parts(const Value& hour, const Value& minute, const Value& second, const Value& zone) {
  const auto h = hour.number()->to_integer(), m = minute.number()->to_integer();
  const auto whole = Number::round(*second.number(), 0, Rounding::kFloor);
  const auto s = whole ? whole->to_integer() : std::nullopt;
  const auto z = zone_from(zone);
  if (!h || !m || !s || !z) return std::nullopt;
  auto time = Time::from_parts(*h, *m, *s, *z);
  const auto fraction = Number::round(Number::subtract(*second.number(), *whole).value_or(Number()), 9, Rounding::kDown);
  if (time && fraction) time->nanos += fraction->to_scaled(9).value_or(0);
  return time;
}

Value date_time_from_parts(Evaluator& evaluator, Arguments a) {
  const Value date = date_from_parts(evaluator, a.subspan(0, 3));
  const auto time = time_of_parts(a[3], a[4], a[5], a[6]);
  if (date.is_null() || !time) return evaluator.warn("bad_value");
  return DateTime{date.date()->days, time->nanos, time->zone};
}

Value time_from(Evaluator& evaluator, Arguments a) {
  if (const auto* text = a[0].string()) return or_warn(evaluator, Time::parse(*text));
  if (a[0].date_time()) return a[0].date_time()->time();
  if (a[0].date()) return Time{0, Zone::offset(0)};
  return a[0];
}

Value time_from_parts(Evaluator& evaluator, Arguments a) { return or_warn(evaluator, time_of_parts(a[0], a[1], a[2], a[3])); }

Value number_from(Evaluator& evaluator, Arguments a) {
  if (a[0].number()) return a[0];
  const std::string& text = *a[0].string();
  if (text.find('+') == 0) return evaluator.warn("bad_value");
  return or_warn(evaluator, Number::parse(text));
}

Value number_from_grouped(Evaluator& evaluator, Arguments a) {
  std::string text = *a[0].string();
  const std::string group = a[1].string() ? *a[1].string() : "";
  const std::string point = a[2].string() ? *a[2].string() : "";
  if (!group.empty() && group != " " && group != "," && group != ".") return evaluator.warn("bad_value");
  if (!point.empty() && point != "," && point != ".") return evaluator.warn("bad_value");
  if (!group.empty() && group == point) return evaluator.warn("bad_value");
  if ((a[1].string() && group.empty()) || (a[2].string() && point.empty())) return evaluator.warn("bad_value");
  std::string plain;
  for (const char c : text) {
    if (!group.empty() && c == group[0]) continue;
    plain += !point.empty() && c == point[0] ? '.' : c;
  }
  return or_warn(evaluator, Number::parse(plain));
}

Value string_from(Evaluator& evaluator, Arguments a) {
  std::string out = a[0].to_string();
  evaluator.check_string(out.size());
  return out;
}

Value duration_from(Evaluator& evaluator, Arguments a) {
  if (!a[0].string()) return a[0];
  if (const auto days = parse_days_duration(*a[0].string())) return *days;
  return or_warn(evaluator, parse_months_duration(*a[0].string()));
}

Value not_value(Evaluator&, Arguments a) { return a[0].boolean() ? Value(!*a[0].boolean()) : Value(); }

// Same value in the value space: the same local time at another offset is different (DMN 1.5 §10.3.4.10).
Value is_same(Evaluator&, Arguments a) {
  const auto same_zone = [](const Zone& x, const Zone& y, std::int64_t days, std::int64_t nanos) {
    return x.offset_at(days, nanos) == y.offset_at(days, nanos);
  };
  if (const Time* x = a[0].time(), *y = a[1].time(); x && y) {
    return x->nanos == y->nanos && same_zone(x->zone, y->zone, 0, x->nanos);
  }
  if (const DateTime* x = a[0].date_time(), *y = a[1].date_time(); x && y) {
    return x->days == y->days && x->nanos == y->nanos && same_zone(x->zone, y->zone, x->days, x->nanos);
  }
  return a[0].kind() == a[1].kind() && identical(a[0], a[1]);
}

}  // namespace

void add_conversion_builtins(BuiltinTable& t) {
  constexpr KindMask kText = kStringMask;
  t.push_back({"date", {{"from", kText | kDateMask | kDateTimeMask}}, Type::date(), date_from});
  t.push_back({"date", {{"year", kNumberMask}, {"month", kNumberMask}, {"day", kNumberMask}}, Type::date(), date_from_parts});
  t.push_back({"date and time", {{"from", kText | kDateMask | kDateTimeMask}}, Type::date_time(), date_time_from});
  t.push_back({"date and time", {{"date", kDateMask | kDateTimeMask}, {"time", kTimeMask}}, Type::date_time(), date_time_from_pair});
  for (const std::string_view zone : {"offset", "timezone"}) {
    t.push_back({"date and time",
                 {{"year", kNumberMask},
                  {"month", kNumberMask},
                  {"day", kNumberMask},
                  {"hour", kNumberMask},
                  {"minute", kNumberMask},
                  {"second", kNumberMask},
                  {zone, kDaysMask | kText, true}},
                 Type::date_time(),
                 date_time_from_parts});
  }
  t.push_back({"time", {{"from", kText | kTimeMask | kDateTimeMask | kDateMask}}, Type::time(), time_from});
  t.push_back({"time",
               {{"hour", kNumberMask}, {"minute", kNumberMask}, {"second", kNumberMask}, {"offset", kDaysMask, true}},
               Type::time(),
               time_from_parts});
  t.push_back({"number", {{"from", kText | kNumberMask}}, Type::number(), number_from});
  t.push_back({"number",
               {{"from", kText}, {"grouping separator", kText | kNullMask}, {"decimal separator", kText | kNullMask}},
               Type::number(),
               number_from_grouped});
  t.push_back({"string", {{"from", static_cast<KindMask>(kAnyMask & ~kNullMask)}}, Type::string(), string_from});
  t.push_back({"duration", {{"from", kText | kDaysMask | kMonthsMask}}, Type::any(), duration_from});
  t.push_back({"not", {{"negand", kBoolMask | kNullMask}}, Type::boolean(), not_value});
  t.push_back({"is", {{"value1", kAnyMask}, {"value2", kAnyMask}}, Type::boolean(), is_same});
}

}  // namespace formula
