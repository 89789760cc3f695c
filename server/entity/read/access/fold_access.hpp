// Works the query's own conditions into the access predicate before SQL is made.
#pragma once

#include "server/entity/query.hpp"

namespace entity::read {

// `access` simplified for records that also pass `filter`: when the filter names owners that the scope covers (or none
// of them), the scope is settled; shares are dropped when nothing of the entity is shared with the caller.
Filter fold_access(Filter access, const Filter& filter, const QueryContext& context, const EntityDef& entity);

}  // namespace entity::read
