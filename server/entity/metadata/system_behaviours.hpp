// Behaviour of the engine's own entities: users, departments, roles, deputies.
#pragma once

#include <string_view>

#include "server/store/database.hpp"

namespace entity {

class Catalog;

// Channel told on every change of users, departments, roles and deputies; callers are resolved anew.
inline constexpr std::string_view kRightsChannel = "rights";

// For those system entities that the catalog has. `database` outlives the catalog.
void add_system_behaviours(Catalog& catalog, store::Database& database);

}  // namespace entity
