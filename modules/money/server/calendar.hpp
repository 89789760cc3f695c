// The payment calendar: what is expected in and out by day or week, and what is on the accounts then.
#pragma once

#include <map>

#include "server/base/json_writer.hpp"
#include "server/entity/query.hpp"

namespace money {

struct CalendarRequest {
  std::int64_t from = 0, to = 0, today = 0;  // days, both inclusive
  bool by_week = false;
};
inline constexpr int kMostCalendarDays = 400;

// In: open invoices by due date (overdue and termless ones apart) and planned payments; out: planned payments. Repeated plans come as
// often as they fall into the period, the schedules of contracts that are not cancelled among them. Opening: the closing balance of each
// account's last statement and what was paid since. All in the base currency, with the rights of the caller; docs/reference/receivables.md.
void write_calendar(const entity::QueryContext& context, const CalendarRequest& request, base::JsonWriter& out);

// Days of a plan within [from, to]; `step` "none", "week", "month", "quarter". The 31st is the last day of a shorter month.
std::vector<std::int64_t> repeated_days(std::int64_t first, std::string_view step, std::int64_t until, std::int64_t from, std::int64_t to);

}  // namespace money
