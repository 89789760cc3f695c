// Working hours of a week, in the local time of somebody.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "server/base/time.hpp"

namespace intake {

struct WorkingHours {
  bool days[7] = {true, true, true, true, true, false, false};  // from Monday
  std::chrono::minutes from{9 * 60}, to{18 * 60};               // of the local day; to > from
};

// "09:00" … "24:00"; nullopt: something else.
std::optional<std::chrono::minutes> parse_clock(std::string_view text);
bool is_working(const WorkingHours& hours, const base::TimeZone& zone, base::Instant at);
// The instant when `amount` of working time has passed since `start`. With no working day at all: start + amount.
base::Instant add_working_time(const WorkingHours& hours, const base::TimeZone& zone, base::Instant start,
                               std::chrono::microseconds amount);

}  // namespace intake
