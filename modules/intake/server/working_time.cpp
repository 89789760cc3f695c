#include "modules/intake/server/working_time.hpp"

#include <algorithm>

namespace intake {

namespace {

constexpr int kMostDays = 4000;

bool is_working_day(const WorkingHours& hours, base::Date day) { return hours.days[std::chrono::weekday(day).iso_encoding() - 1]; }

}  // namespace

std::optional<std::chrono::minutes> parse_clock(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
  if (minute > 59 || hour * 60 + minute > 24 * 60) return std::nullopt;
  return std::chrono::minutes(hour * 60 + minute);
}

bool is_working(const WorkingHours& hours, const base::TimeZone& zone, base::Instant at) {
  const auto time = zone.local_time_of_day(at);
  return is_working_day(hours, zone.local_date(at)) && time >= hours.from && time < hours.to;
}

base::Instant add_working_time(const WorkingHours& hours, const base::TimeZone& zone, base::Instant start,
                               std::chrono::microseconds amount) {
  if (std::none_of(std::begin(hours.days), std::end(hours.days), [](bool day) { return day; }) || hours.to <= hours.from)
    return start + amount;
  base::Date day = zone.local_date(start);
  for (int i = 0; i < kMostDays; ++i, day += std::chrono::days(1)) {
    if (!is_working_day(hours, day)) continue;
    const auto from = std::max(start, zone.at(day, hours.from)), to = zone.at(day, hours.to);
    if (from >= to) continue;
    if (to - from >= amount) return from + amount;
    amount -= to - from;
  }
  return start + amount;
}

}  // namespace intake
