#include "server/entity/caller.hpp"

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
