// Instants are UTC microseconds, dates are days; time zones come from ICU (GCC 12 has no tz database).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Date = std::chrono::sys_days;

constexpr std::int64_t to_micros(Instant t) { return t.time_since_epoch().count(); }
constexpr Instant from_micros(std::int64_t us) { return Instant{std::chrono::microseconds{us}}; }
constexpr std::int64_t to_days(Date d) { return d.time_since_epoch().count(); }
constexpr Date from_days(std::int64_t days) { return Date{std::chrono::days{days}}; }

// RFC 3339. Output is UTC with "Z" and as many of 0, 3 or 6 fraction digits as needed; input takes any offset.
// Years 0001..9999.
std::optional<Instant> parse_instant(std::string_view text);
void append_instant(std::string& out, Instant value);
std::string to_string(Instant value);

// "2026-11-21"; the day must exist.
std::optional<Date> parse_date(std::string_view text);
void append_date(std::string& out, Date value);
std::string to_string(Date value);

// IANA name ("Europe/Moscow"). Copyable, immutable, cheap to pass; unknown name: nullopt.
class TimeZone {
 public:
  static std::optional<TimeZone> find(std::string_view name);
  static TimeZone utc();
  const std::string& name() const;
  Date local_date(Instant t) const;
  std::chrono::microseconds local_time_of_day(Instant t) const;
  // First instant of the local day; gaps and overlaps at clock changes resolve to the earlier valid instant: a time
  // that occurs twice is its first occurrence, one that does not occur is the instant of the change.
  Instant start_of_day(Date d) const;
  Instant at(Date d, std::chrono::microseconds time_of_day) const;
  // Local time minus UTC.
  std::chrono::seconds offset(Instant t) const;

 private:
  struct Data;  // lives until the program ends
  explicit TimeZone(const Data* data) : data_(data) {}
  const Data* data_;
};

// Seam for time. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};
class SystemClock final : public Clock {
 public:
  Instant now() const override;
};
// Tests move it by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) : micros_(to_micros(start)) {}
  Instant now() const override { return from_micros(micros_); }
  void set(Instant t) { micros_ = to_micros(t); }
  void advance(std::chrono::microseconds by) { micros_ += by.count(); }

 private:
  std::atomic<std::int64_t> micros_;
};

}  // namespace base
