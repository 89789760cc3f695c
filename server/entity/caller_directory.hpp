// Who the callers are: users, departments, roles and deputies of the system entities.
#pragma once

#include <memory>

#include "server/base/time.hpp"
#include "server/entity/access.hpp"
#include "server/entity/catalog.hpp"
#include "server/store/database.hpp"

namespace entity {

// Keeps a snapshot of the organisation and the callers made of it; both are dropped when users, departments, roles,
// deputies or the metadata change on any node, and callers once a minute (a deputy's days begin and end). Thread-safe.
// The arguments outlive it.
std::unique_ptr<CallerDirectory> make_caller_directory(store::Database& database, Catalog& catalog, const base::Clock& clock);

}  // namespace entity
