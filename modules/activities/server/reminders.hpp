// Reminders that come due, and every morning what is overdue.
#pragma once

#include <map>

#include "server/base/time.hpp"
#include "server/entity/module_host.hpp"

namespace activities {

// Runs on one thread of the scheduler. What was told is told once, whatever restarts or second nodes do (NewNotice::once_key).
class Reminders {
 public:
  // Both outlive it.
  Reminders(entity::Services& services, entity::NoticeBox& box) : services_(services), box_(box) {}
  // Planned tasks, calls and meetings whose `remind_at` has come since the last run; the first run looks a day back.
  void tell_due();
  // Between 9:00 and 21:00 of a user's own day, once a day: how many of his planned activities are overdue.
  void tell_overdue();

 private:
  entity::Services& services_;
  entity::NoticeBox& box_;
  base::Instant looked_until_{};
  std::map<std::int64_t, base::Date> told_on_;  // by user, to ask the base once a day only
};

}  // namespace activities
