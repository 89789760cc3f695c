// Stored roll-ups ("eyes": "system"): kept in the transaction of the child that changes them.
#pragma once

#include "server/entity/write/save.hpp"

namespace entity {

// Counts and sums move by the difference that the child makes; minimum, maximum and average are computed again over the
// parent's children. Either record may be nullptr (created, purged).
void update_rollups(WriteTransaction& transaction, const Record* before, const Record* after);
// Computes one stored roll-up of one parent from scratch; for repair and for declaring a new one.
void recompute_rollup(WriteTransaction& transaction, const EntityDef& parent, FieldIndex field, std::int64_t parent_id);

}  // namespace entity
