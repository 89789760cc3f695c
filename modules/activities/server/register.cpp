#include "modules/activities/server/activity_behaviour.hpp"
#include "modules/activities/server/activity_notices.hpp"
#include "modules/activities/server/reminders.hpp"

namespace activities {

void register_activities(entity::ModuleHost& host) {
  using Contact = ActivityBehaviour::Contact;
  host.add_behaviour("task", std::make_unique<ActivityBehaviour>(Contact::kNo));
  host.add_behaviour("call", std::make_unique<ActivityBehaviour>(Contact::kYes));
  host.add_behaviour("meeting", std::make_unique<ActivityBehaviour>(Contact::kYes));

  const auto notices = std::make_shared<ActivityNotices>(host.services(), host.notices());
  host.add_consumer("activity_notices", [notices](const std::vector<entity::OutboxEvent>& events) { notices->consume(events); });
  const auto reminders = std::make_shared<Reminders>(host.services(), host.notices());
  host.add_schedule("reminders", std::chrono::seconds(30), [reminders] { reminders->tell_due(); });
  host.add_schedule("overdue", std::chrono::minutes(10), [reminders] { reminders->tell_overdue(); });
}

}  // namespace activities
