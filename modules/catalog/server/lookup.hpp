// Records as behaviours look them up: as the system, inside the transaction of the save.
#pragma once

#include <vector>

#include "server/entity/query.hpp"
#include "server/entity/record_service.hpp"

namespace catalog {

std::vector<entity::Record> find_all(entity::SaveContext& save, const entity::EntityDef& entity, const entity::Filter& filter,
                                     int limit = 1000);

}  // namespace catalog
