// Works out the Storage of an entity; called once by the registry builder.
#pragma once

#include <memory>

#include "server/entity/storage.hpp"

namespace entity {

// Fields, types, targets and `computed_on_read` are resolved already. Relation entities of many_to_many are looked up
// in `registry`.
std::shared_ptr<const Storage> make_storage(const EntityDef& entity, const Registry& registry);

// Names of the built-in fields in storage order: id, uid, version, created_at, updated_at, created_by, updated_by,
// deleted_at.
const std::vector<std::string>& built_in_fields();

}  // namespace entity
