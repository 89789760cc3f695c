// Dates as people write them, in Russian and English.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/base/time.hpp"

namespace connect {

enum class DatePrecision { kDay, kMonth, kYear };

struct ReadDate {
  base::Date date{};  // the first day of a month or year
  DatePrecision precision = DatePrecision::kDay;
  std::optional<int> seconds;  // of the day, when a time stood there
};

// Which number comes first where both could be a day.
enum class DateOrder { kDayFirst, kMonthFirst };

// «05.03.2024 10:15», «5 марта 2024 г.», «5 мар 24», 2024-03-05, 5/3/2024, «март 2024», «03.2024», 2024, a serial number of a
// spreadsheet. `today` tells the century of two-digit years: at most ten years ahead. nullopt: no date, or no such day.
std::optional<ReadDate> read_date(std::string_view text, base::Date today, DateOrder order = DateOrder::kDayFirst);

}  // namespace connect
