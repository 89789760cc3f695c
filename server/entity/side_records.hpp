// Records that a behaviour needs beside the one being saved, read within its transaction and no oftener than they must be.
#pragma once

#include "server/entity/record_service.hpp"

namespace entity {

// The living record, its row locked until the end of the transaction: an update of it through `save` that follows does not read it
// again. nullopt: none.
std::optional<Record> lock_record(SaveContext& save, std::string_view entity, std::int64_t id);
// The record without its multi-values, for what has many of them and is asked for a name. Deleted ones too.
std::optional<Record> load_row(SaveContext& save, std::string_view entity, std::int64_t id);
std::optional<Record> load_row(store::Connection& connection, const EntityDef& entity, std::int64_t id);

}  // namespace entity
