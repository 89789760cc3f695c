#include "modules/activities/server/activity_behaviour.hpp"

namespace activities {

void register_activities(entity::ModuleHost& host) {
  using Contact = ActivityBehaviour::Contact;
  host.add_behaviour("task", std::make_unique<ActivityBehaviour>(Contact::kNo));
  host.add_behaviour("call", std::make_unique<ActivityBehaviour>(Contact::kYes));
  host.add_behaviour("meeting", std::make_unique<ActivityBehaviour>(Contact::kYes));
}

}  // namespace activities
