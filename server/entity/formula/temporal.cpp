#include "server/entity/formula/temporal.hpp"

#include <array>
#include <cstdio>

#include "server/entity/formula/temporal_text.hpp"

namespace formula {
namespace {

constexpr std::int64_t kMaxYear = 999'999'999;

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
std::int64_t days_from_civil(std::int64_t y, int m, int d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t yoe = y - era * 400;
  const std::int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  const std::int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

Civil civil_from_days(std::int64_t z) {
  z += 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const std::int64_t doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const int d = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  const int m = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (m <= 2), m, d};
}

int last_day(std::int64_t y, int m) {
  static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (m == 2 && (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))) return 29;
  return kDays[static_cast<std::size_t>(m - 1)];
}

std::int64_t min_days() {
  static const std::int64_t v = days_from_civil(-kMaxYear, 1, 1);
  return v;
}
std::int64_t max_days() {
  static const std::int64_t v = days_from_civil(kMaxYear, 12, 31);
  return v;
}

std::string two(int n) {
  std::string out = "00";
  out[0] = static_cast<char>('0' + n / 10);
  out[1] = static_cast<char>('0' + n % 10);
  return out;
}

void append_fraction(std::string& out, std::int64_t nanos) {
  if (nanos == 0) return;
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), ".%09lld", static_cast<long long>(nanos));
  std::string text(buffer.data());
  while (text.back() == '0') text.pop_back();
  out += text;
}

std::optional<DateTime> from_local(__int128 local_nanos, Zone zone) {
  __int128 days = local_nanos / kNanosPerDay;
  if (local_nanos % kNanosPerDay < 0) --days;
  if (days < min_days() || days > max_days()) return std::nullopt;
  return DateTime{static_cast<std::int64_t>(days), static_cast<std::int64_t>(local_nanos - days * kNanosPerDay), zone};
}

__int128 utc_nanos(const DateTime& v) { return static_cast<__int128>(v.epoch_seconds()) * kNanosPerSecond + v.nanos % kNanosPerSecond; }

__int128 utc_nanos(const Time& v) {
  return static_cast<__int128>(v.nanos) - static_cast<__int128>(v.zone.offset_at(0, v.nanos).value_or(0)) * kNanosPerSecond;
}

Zone resolve(Zone zone, std::int32_t offset) {
  if (zone.kind == Zone::Kind::kNamed) {
    zone.offset_s = offset;
    zone.resolved = true;
  }
  return zone;
}

bool has_zone(const Zone& z) { return z.kind != Zone::Kind::kNone; }

}  // namespace

std::optional<Date> Date::from_civil(std::int64_t year, int month, int day) {
  if (year < -kMaxYear || year > kMaxYear || month < 1 || month > 12 || day < 1 || day > last_day(year, month)) {
    return std::nullopt;
  }
  return Date{days_from_civil(year, month, day)};
}

Civil Date::civil() const { return civil_from_days(days); }

int Date::weekday() const {
  const std::int64_t r = (days + 3) % 7;  // 1970-01-01 was a Thursday
  return static_cast<int>(r < 0 ? r + 7 : r) + 1;
}

std::string Date::to_string() const {
  const Civil c = civil();
  std::string year = std::to_string(c.year < 0 ? -c.year : c.year);
  if (year.size() < 4) year.insert(0, 4 - year.size(), '0');
  return (c.year < 0 ? "-" : "") + year + "-" + two(c.month) + "-" + two(c.day);
}

std::optional<Time> Time::from_parts(std::int64_t hour, std::int64_t minute, std::int64_t second, Zone zone) {
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  return Time{((hour * 60 + minute) * 60 + second) * kNanosPerSecond, zone};
}

std::string Time::to_string() const {
  std::string out = two(hour()) + ":" + two(minute()) + ":" + two(second());
  append_fraction(out, nanos % kNanosPerSecond);
  return out + zone.to_string();
}

std::optional<std::strong_ordering> compare(const Time& a, const Time& b) {
  if (has_zone(a.zone) != has_zone(b.zone)) return std::nullopt;
  return utc_nanos(a) <=> utc_nanos(b);
}

DateTime DateTime::from_instant(base::Instant instant, Zone zone) {
  const std::int64_t micros = base::to_micros(instant);
  std::int64_t seconds = micros / 1'000'000;
  if (micros % 1'000'000 < 0) --seconds;
  if (!has_zone(zone)) zone = Zone::offset(0);
  const std::int32_t offset = zone.offset_at_utc(seconds).value_or(0);
  zone = resolve(zone, offset);
  const __int128 nanos = static_cast<__int128>(micros) * 1000 + static_cast<__int128>(offset) * kNanosPerSecond;
  return from_local(nanos, zone).value_or(DateTime{});
}

std::int64_t DateTime::epoch_seconds() const { return days * 86'400 + nanos / kNanosPerSecond - zone.offset_at(days, nanos).value_or(0); }

std::string DateTime::to_string() const { return date().to_string() + "T" + time().to_string(); }

std::optional<std::strong_ordering> compare(const DateTime& a, const DateTime& b) {
  if (has_zone(a.zone) != has_zone(b.zone)) return std::nullopt;
  return utc_nanos(a) <=> utc_nanos(b);
}

std::optional<DaysDuration> DaysDuration::from_nanos(__int128 nanos) {
  __int128 seconds = nanos / kNanosPerSecond;
  __int128 rest = nanos % kNanosPerSecond;
  if (rest < 0) {
    rest += kNanosPerSecond;
    --seconds;
  }
  constexpr __int128 kMax = static_cast<__int128>(1) << 62;
  if (seconds > kMax || seconds < -kMax) return std::nullopt;
  return DaysDuration{static_cast<std::int64_t>(seconds), static_cast<std::int32_t>(rest)};
}

DaysDuration DaysDuration::from_micros(std::int64_t micros) {
  return from_nanos(static_cast<__int128>(micros) * 1000).value_or(DaysDuration{});
}

std::string DaysDuration::to_string() const {
  __int128 total = total_nanos();
  if (total == 0) return "PT0S";
  std::string out = total < 0 ? "-P" : "P";
  if (total < 0) total = -total;
  const auto days = static_cast<std::int64_t>(total / kNanosPerDay);
  const auto rest = static_cast<std::int64_t>(total % kNanosPerDay);
  if (days != 0) out += std::to_string(days) + "D";
  if (rest == 0) return out;
  out += "T";
  const Time t{rest, {}};
  if (t.hour() != 0) out += std::to_string(t.hour()) + "H";
  if (t.minute() != 0) out += std::to_string(t.minute()) + "M";
  const std::int64_t fraction = rest % kNanosPerSecond;
  if (t.second() != 0 || fraction != 0) {
    out += std::to_string(t.second());
    append_fraction(out, fraction);
    out += "S";
  }
  return out;
}

std::string MonthsDuration::to_string() const {
  if (months == 0) return "P0M";
  std::string out = months < 0 ? "-P" : "P";
  const std::int64_t total = months < 0 ? -months : months;
  if (total / 12 != 0) out += std::to_string(total / 12) + "Y";
  if (total % 12 != 0) out += std::to_string(total % 12) + "M";
  return out;
}

std::optional<Date> add(const Date& date, const MonthsDuration& duration) {
  if (duration.months > 12 * 2 * kMaxYear || duration.months < -12 * 2 * kMaxYear) return std::nullopt;
  const Civil c = date.civil();
  const std::int64_t total = c.year * 12 + (c.month - 1) + duration.months;
  std::int64_t year = total / 12;
  if (total % 12 < 0) --year;
  const int month = static_cast<int>(total - year * 12) + 1;
  return Date::from_civil(year, month, std::min(c.day, last_day(year, month)));
}

std::optional<DateTime> add(const DateTime& value, const MonthsDuration& duration) {
  const auto date = add(value.date(), duration);
  if (!date) return std::nullopt;
  return DateTime{date->days, value.nanos, DateTime::unresolved(value.zone)};
}

std::optional<DateTime> add(const DateTime& value, const DaysDuration& duration) {
  if (value.zone.kind == Zone::Kind::kNamed) {
    const __int128 utc = utc_nanos(value) + duration.total_nanos();
    __int128 seconds = utc / kNanosPerSecond;
    if (utc % kNanosPerSecond < 0) --seconds;
    constexpr __int128 kMax = static_cast<__int128>(kMaxYear + 1) * 366 * 86'400;
    if (seconds > kMax || seconds < -kMax) return std::nullopt;
    const std::int32_t offset = value.zone.offset_at_utc(static_cast<std::int64_t>(seconds)).value_or(0);
    return from_local(utc + static_cast<__int128>(offset) * kNanosPerSecond, resolve(value.zone, offset));
  }
  const __int128 local = static_cast<__int128>(value.days) * kNanosPerDay + value.nanos;
  return from_local(local + duration.total_nanos(), value.zone);
}

Time add(const Time& value, const DaysDuration& duration) {
  __int128 nanos = (value.nanos + duration.total_nanos()) % kNanosPerDay;
  if (nanos < 0) nanos += kNanosPerDay;
  return {static_cast<std::int64_t>(nanos), value.zone};
}

std::optional<DaysDuration> subtract(const DateTime& a, const DateTime& b) {
  if (has_zone(a.zone) != has_zone(b.zone)) return std::nullopt;
  return DaysDuration::from_nanos(utc_nanos(a) - utc_nanos(b));
}

std::optional<DaysDuration> subtract(const Time& a, const Time& b) {
  if (has_zone(a.zone) != has_zone(b.zone)) return std::nullopt;
  return DaysDuration::from_nanos(utc_nanos(a) - utc_nanos(b));
}

MonthsDuration months_between(const DateTime& from, const DateTime& to) {
  const Civil a = from.date().civil(), b = to.date().civil();
  std::int64_t months = (b.year - a.year) * 12 + (b.month - a.month);
  if (months > 0 && b.day < a.day) --months;
  if (months < 0 && b.day > a.day) ++months;
  return {months};
}

}  // namespace formula
