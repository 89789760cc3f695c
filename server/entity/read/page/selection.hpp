// Which fields are written when nobody names them.
#pragma once

#include <vector>

#include "server/entity/query.hpp"

namespace entity::read {

// Every readable field that is not hidden: a single record.
std::vector<std::vector<PathStep>> all_fields(const EntityDef& entity, const Caller& caller);
// id, uid, version, created_at, updated_at, the title and the columns of the first list view; of entities without views
// every single-valued field but long texts.
std::vector<std::vector<PathStep>> default_fields(const Registry& registry, const EntityDef& entity, const Caller& caller);

}  // namespace entity::read
