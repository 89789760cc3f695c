// DMN 1.5 §10.3.4.2, §10.3.4.6, §10.3.4.12.
#include <array>

#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

using Arguments = std::span<Value>;

Date date_of(const Value& value) { return value.date() ? *value.date() : value.date_time()->date(); }

Value years_and_months(Evaluator&, Arguments a) {
  const auto moment = [](const Value& v) { return v.date() ? DateTime{v.date()->days, 0, {}} : *v.date_time(); };
  return months_between(moment(a[0]), moment(a[1]));
}

Value day_of_year(Evaluator&, Arguments a) {
  const Date date = date_of(a[0]);
  return date.days - Date::from_civil(date.civil().year, 1, 1).value_or(Date{}).days + 1;
}

Value day_of_week(Evaluator&, Arguments a) {
  static constexpr std::array<const char*, 7> kNames{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  return kNames[static_cast<std::size_t>(date_of(a[0]).weekday() - 1)];
}

Value month_of_year(Evaluator&, Arguments a) {
  static constexpr std::array<const char*, 12> kNames{"January", "February", "March",     "April",   "May",      "June",
                                                      "July",    "August",   "September", "October", "November", "December"};
  return kNames[static_cast<std::size_t>(date_of(a[0]).civil().month - 1)];
}

// ISO 8601: the week that holds the year's first Thursday is number 1.
Value week_of_year(Evaluator&, Arguments a) {
  const Date date = date_of(a[0]);
  const Date thursday{date.days - date.weekday() + 4};
  const std::int64_t first = Date::from_civil(thursday.civil().year, 1, 1).value_or(Date{}).days;
  return (thursday.days - first) / 7 + 1;
}

// The zone's offset at that instant, not its name: stored instants have an offset too and must compare with it.
DateTime current(const Evaluator& evaluator) {
  const Environment& environment = evaluator.environment();
  const std::int64_t micros = base::to_micros(environment.now);
  const std::int64_t seconds = micros / 1'000'000 - (micros % 1'000'000 < 0 ? 1 : 0);
  return DateTime::from_instant(environment.now, Zone::offset(environment.zone.offset_at_utc(seconds).value_or(0)));
}

Value now(Evaluator& evaluator, Arguments) { return current(evaluator); }
Value today(Evaluator& evaluator, Arguments) { return current(evaluator).date(); }

}  // namespace

void add_temporal_builtins(BuiltinTable& t) {
  constexpr KindMask kDay = kDateMask | kDateTimeMask;
  t.push_back({"years and months duration", {{"from", kDay}, {"to", kDay}}, Type::months_duration(), years_and_months});
  t.push_back({"day of year", {{"date", kDay}}, Type::number(), day_of_year});
  t.push_back({"day of week", {{"date", kDay}}, Type::string(), day_of_week});
  t.push_back({"month of year", {{"date", kDay}}, Type::string(), month_of_year});
  t.push_back({"week of year", {{"date", kDay}}, Type::number(), week_of_year});
  t.push_back({"now", {}, Type::date_time(), now, Rest::kNone, ResultRule::kFixed, true});
  t.push_back({"today", {}, Type::date(), today, Rest::kNone, ResultRule::kFixed, true});
}

}  // namespace formula
