#include <unicode/strenum.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "server/entity/formula/temporal.hpp"
#include "server/entity/formula/temporal_text.hpp"

namespace formula {
namespace {

// Sorted. Built once; the ids live as long as the program.
const std::vector<std::string>& zone_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::StringEnumeration> ids(icu::TimeZone::createTimeZoneIDEnumeration(UCAL_ZONE_TYPE_ANY, nullptr, nullptr, status));
    while (U_SUCCESS(status) && ids) {
      const char* id = ids->next(nullptr, status);
      if (id == nullptr) break;
      out.emplace_back(id);
    }
    std::sort(out.begin(), out.end());
    return out;
  }();
  return names;
}

// ICU's zone objects are costly to make and are kept per thread.
const icu::TimeZone& icu_zone(std::uint16_t id) {
  thread_local std::unordered_map<std::uint16_t, std::unique_ptr<icu::TimeZone>> cache;
  auto& zone = cache[id];
  if (!zone) zone.reset(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(zone_names()[id])));
  return *zone;
}

std::int32_t icu_offset(std::uint16_t id, double millis, bool local) {
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0, dst = 0;
  icu_zone(id).getOffset(millis, local, raw, dst, status);
  return U_SUCCESS(status) ? (raw + dst) / 1000 : 0;
}

std::optional<Date> read_date(TextReader& in) {
  const bool negative = in.take('-');
  const std::string_view before = in.rest();
  const auto year = in.digits(4, 10);
  if (!year || *year > 999'999'999) return std::nullopt;
  const std::size_t width = before.size() - in.rest().size();
  if (width > 4 && before[0] == '0') return std::nullopt;
  if (!in.take('-')) return std::nullopt;
  const auto month = in.digits(2, 2);
  if (!month || !in.take('-')) return std::nullopt;
  const auto day = in.digits(2, 2);
  if (!day) return std::nullopt;
  return Date::from_civil(negative ? -*year : *year, static_cast<int>(*month), static_cast<int>(*day));
}

std::optional<Zone> read_zone(TextReader& in) {
  if (in.at_end()) return Zone{};
  if (in.take('Z') || in.take('z')) return in.at_end() ? std::optional(Zone::offset(0)) : std::nullopt;
  if (in.take('@')) return Zone::named(in.rest());
  const bool negative = in.peek() == '-';
  if (!in.take('-') && !in.take('+')) return std::nullopt;
  const auto hours = in.digits(2, 2);
  if (!hours || !in.take(':')) return std::nullopt;
  const auto minutes = in.digits(2, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  std::int64_t seconds = 0;
  if (in.take(':')) {
    const auto s = in.digits(2, 2);
    if (!s || *s > 59) return std::nullopt;
    seconds = *s;
  }
  const std::int64_t total = *hours * 3600 + *minutes * 60 + seconds;
  if (!in.at_end() || total > 18 * 3600) return std::nullopt;
  return Zone::offset(static_cast<std::int32_t>(negative ? -total : total));
}

std::optional<Time> read_time(TextReader& in) {
  const auto hour = in.digits(2, 2);
  if (!hour || !in.take(':')) return std::nullopt;
  const auto minute = in.digits(2, 2);
  if (!minute || !in.take(':')) return std::nullopt;
  const auto second = in.digits(2, 2);
  if (!second) return std::nullopt;
  std::int64_t nanos = 0;
  if (in.take('.')) {
    const auto fraction = in.fraction_nanos();
    if (!fraction) return std::nullopt;
    nanos = *fraction;
  }
  const auto zone = read_zone(in);
  if (!zone) return std::nullopt;
  auto time = Time::from_parts(*hour, *minute, *second, *zone);
  if (time) time->nanos += nanos;
  return time;
}

}  // namespace

std::optional<Zone> Zone::named(std::string_view iana_name) {
  const auto& names = zone_names();
  const auto it = std::lower_bound(names.begin(), names.end(), iana_name);
  if (it == names.end() || *it != iana_name) return std::nullopt;
  Zone out;
  out.kind = Kind::kNamed;
  out.name_id = static_cast<std::uint16_t>(it - names.begin());
  return out;
}

Zone Zone::offset(std::int32_t seconds) {
  Zone out;
  out.kind = Kind::kOffset;
  out.offset_s = seconds;
  return out;
}

std::string_view Zone::name() const { return kind == Kind::kNamed ? std::string_view(zone_names()[name_id]) : std::string_view(); }

std::optional<std::int32_t> Zone::offset_at(std::int64_t local_days, std::int64_t local_nanos) const {
  if (kind == Kind::kNone) return std::nullopt;
  if (kind == Kind::kOffset || resolved) return offset_s;
  const double millis = static_cast<double>(local_days) * 86'400'000.0 + static_cast<double>(local_nanos / 1'000'000);
  return icu_offset(name_id, millis, true);
}

std::optional<std::int32_t> Zone::offset_at_utc(std::int64_t epoch_seconds) const {
  if (kind == Kind::kNone) return std::nullopt;
  if (kind == Kind::kOffset) return offset_s;
  return icu_offset(name_id, static_cast<double>(epoch_seconds) * 1000.0, false);
}

std::string Zone::to_string() const {
  if (kind == Kind::kNone) return {};
  if (kind == Kind::kNamed) return "@" + std::string(name());
  if (offset_s == 0) return "Z";
  const std::int32_t total = offset_s < 0 ? -offset_s : offset_s;
  const auto two = [](std::int32_t n) { return std::string{static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)}; };
  std::string out = (offset_s < 0 ? "-" : "+") + two(total / 3600) + ":" + two(total / 60 % 60);
  if (total % 60 != 0) out += ":" + two(total % 60);
  return out;
}

std::optional<Date> Date::parse(std::string_view text) {
  TextReader in(text);
  const auto date = read_date(in);
  return in.at_end() ? date : std::nullopt;
}

std::optional<Time> Time::parse(std::string_view text) {
  TextReader in(text);
  return read_time(in);
}

std::optional<DateTime> DateTime::parse(std::string_view text) {
  TextReader in(text);
  const auto date = read_date(in);
  if (!date) return std::nullopt;
  if (in.at_end()) return DateTime{date->days, 0, {}};
  if (!in.take('T')) return std::nullopt;
  const auto time = read_time(in);
  if (!time) return std::nullopt;
  return DateTime{date->days, time->nanos, time->zone};
}

std::optional<DaysDuration> parse_days_duration(std::string_view text) {
  TextReader in(text);
  const bool negative = in.take('-');
  if (!in.take('P')) return std::nullopt;
  __int128 nanos = 0;
  bool any = false;
  if (const auto days = in.digits(1, 18)) {
    if (!in.take('D')) return std::nullopt;
    nanos += static_cast<__int128>(*days) * kNanosPerDay;
    any = true;
  }
  if (in.take('T')) {
    static constexpr char kUnits[] = {'H', 'M', 'S'};
    static constexpr std::int64_t kSeconds[] = {3600, 60, 1};
    int unit = 0;
    bool part = false;
    while (!in.at_end()) {
      const auto n = in.digits(1, 18);
      if (!n) return std::nullopt;
      std::optional<std::int64_t> fraction;
      if (in.take('.')) {
        fraction = in.fraction_nanos();
        if (!fraction) return std::nullopt;
      }
      while (unit < 3 && in.peek() != kUnits[unit]) ++unit;
      if (unit == 3 || (fraction && unit != 2)) return std::nullopt;
      in.take(kUnits[unit]);
      nanos += static_cast<__int128>(*n) * kSeconds[unit] * kNanosPerSecond + fraction.value_or(0);
      ++unit;
      part = true;
    }
    if (!part) return std::nullopt;
    any = true;
  }
  if (!any || !in.at_end()) return std::nullopt;
  return DaysDuration::from_nanos(negative ? -nanos : nanos);
}

std::optional<MonthsDuration> parse_months_duration(std::string_view text) {
  TextReader in(text);
  const bool negative = in.take('-');
  if (!in.take('P')) return std::nullopt;
  std::int64_t months = 0;
  bool any = false, years_done = false;
  while (!in.at_end()) {
    const auto n = in.digits(1, 15);
    if (!n) return std::nullopt;
    if (!years_done && in.take('Y')) {
      months += *n * 12;
      years_done = true;
    } else if (in.take('M') && in.at_end()) {
      months += *n;
    } else {
      return std::nullopt;
    }
    any = true;
  }
  if (!any) return std::nullopt;
  return MonthsDuration{negative ? -months : months};
}

}  // namespace formula
