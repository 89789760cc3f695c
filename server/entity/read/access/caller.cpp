#include "server/entity/caller.hpp"
#include "server/entity/on_behalf.hpp"

namespace entity {

const std::vector<std::int64_t>& Caller::owners(Scope scope) const {
  static const std::vector<std::int64_t> none;
  switch (scope) {
    case Scope::kOwn: return own_owners;
    case Scope::kDepartment: return department_owners;
    case Scope::kDepartmentTree: return tree_owners;
    default: return none;
  }
}

Caller on_behalf_of(const Caller& person) {
  Caller system = *Caller::system();
  system.user_id = person.user_id;
  system.title = person.title;
  system.language = person.language;
  system.time_zone = person.time_zone;
  system.via = person.via;
  system.remote_address = person.remote_address;
  system.api_key_id = person.api_key_id;
  return system;
}

std::shared_ptr<const Caller> Caller::system() {
  static const std::shared_ptr<const Caller> caller = [] {
    auto system = std::make_shared<Caller>();
    system->is_system = true;
    system->is_admin = true;
    system->title = "system";
    system->time_zone = "UTC";
    return system;
  }();
  return caller;
}

}  // namespace entity
