// Dates, times and durations of the formula language (DMN 1.5 §10.3.2.3.4 and following; texts are XML Schema's).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/time.hpp"

namespace formula {

inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr std::int64_t kNanosPerDay = 86'400 * kNanosPerSecond;

struct Civil {
  std::int64_t year;
  int month;  // 1..12
  int day;    // 1..31
};

// Proleptic Gregorian, years -999999999..999999999.
struct Date {
  std::int64_t days = 0;  // since 1970-01-01
  auto operator<=>(const Date&) const = default;

  static std::optional<Date> from_civil(std::int64_t year, int month, int day);
  static std::optional<Date> parse(std::string_view text);
  Civil civil() const;
  int weekday() const;  // 1 Monday .. 7 Sunday
  std::string to_string() const;
};

// None (local), a fixed offset or an IANA zone.
struct Zone {
  enum class Kind : std::uint8_t { kNone, kOffset, kNamed };
  std::int32_t offset_s = 0;  // kOffset; kNamed when `resolved`
  std::uint16_t name_id = 0;  // kNamed: position in ICU's list
  Kind kind = Kind::kNone;
  // The moment came from an instant: the offset is known even where the local time occurs twice.
  bool resolved = false;
  friend bool operator==(const Zone& a, const Zone& b) {
    return a.kind == b.kind && a.name_id == b.name_id && (a.kind != Kind::kOffset || a.offset_s == b.offset_s);
  }

  static std::optional<Zone> named(std::string_view iana_name);
  static Zone offset(std::int32_t seconds);
  std::string_view name() const;  // kNamed only
  // Offset from UTC at that local time; nullopt for kNone.
  std::optional<std::int32_t> offset_at(std::int64_t local_days, std::int64_t local_nanos) const;
  std::optional<std::int32_t> offset_at_utc(std::int64_t epoch_seconds) const;
  std::string to_string() const;  // "", "Z", "+03:00", "@Europe/Moscow"
};

struct Time {
  std::int64_t nanos = 0;  // of the local day
  Zone zone;
  bool operator==(const Time&) const = default;

  static std::optional<Time> from_parts(std::int64_t hour, std::int64_t minute, std::int64_t second, Zone zone = {});
  static std::optional<Time> parse(std::string_view text);
  int hour() const { return static_cast<int>(nanos / (3600 * kNanosPerSecond)); }
  int minute() const { return static_cast<int>(nanos / (60 * kNanosPerSecond) % 60); }
  int second() const { return static_cast<int>(nanos / kNanosPerSecond % 60); }
  std::string to_string() const;
};

// nullopt: one has a zone and the other has none.
std::optional<std::strong_ordering> compare(const Time& a, const Time& b);

struct DateTime {
  std::int64_t days = 0;
  std::int64_t nanos = 0;  // of the local day
  Zone zone;
  bool operator==(const DateTime&) const = default;

  static std::optional<DateTime> parse(std::string_view text);  // a date alone is midnight
  static DateTime from_instant(base::Instant instant, Zone zone);
  Date date() const { return {days}; }
  Time time() const { return {nanos, unresolved(zone)}; }
  static Zone unresolved(Zone zone) { return zone.resolved = false, zone; }
  // Whole seconds since the epoch in UTC (kNone is read as UTC); nanos are `nanos % kNanosPerSecond`.
  std::int64_t epoch_seconds() const;
  std::string to_string() const;
};

std::optional<std::strong_ordering> compare(const DateTime& a, const DateTime& b);

// Days, hours, minutes, seconds. seconds + nanos / 1e9 with 0 <= nanos < 1e9 (so -0.5 s is {-1, 500000000}).
struct DaysDuration {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  auto operator<=>(const DaysDuration&) const = default;

  static std::optional<DaysDuration> from_nanos(__int128 nanos);
  static DaysDuration from_micros(std::int64_t micros);
  __int128 total_nanos() const { return static_cast<__int128>(seconds) * kNanosPerSecond + nanos; }
  std::string to_string() const;  // "P1DT2H", "PT0S"
};

// Years and months.
struct MonthsDuration {
  std::int64_t months = 0;
  auto operator<=>(const MonthsDuration&) const = default;
  std::string to_string() const;  // "P1Y2M", "P0M"
};

std::optional<DaysDuration> parse_days_duration(std::string_view text);
std::optional<MonthsDuration> parse_months_duration(std::string_view text);

// The day is cut to the month's last: 2026-01-31 + P1M = 2026-02-28.
std::optional<Date> add(const Date& date, const MonthsDuration& duration);
std::optional<DateTime> add(const DateTime& value, const MonthsDuration& duration);
std::optional<DateTime> add(const DateTime& value, const DaysDuration& duration);
Time add(const Time& value, const DaysDuration& duration);  // wraps at midnight
// nullopt: one has a zone and the other has none.
std::optional<DaysDuration> subtract(const DateTime& a, const DateTime& b);
std::optional<DaysDuration> subtract(const Time& a, const Time& b);
// Whole months from a to b, towards zero (DMN 1.5 table 74, "years and months duration").
MonthsDuration months_between(const DateTime& from, const DateTime& to);

}  // namespace formula
