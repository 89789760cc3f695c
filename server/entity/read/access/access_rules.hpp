// Small questions about rights that queries, explanations and tests share.
#pragma once

#include <string_view>

#include "server/entity/access.hpp"

namespace entity::read {

std::string_view action_name(Action action);
std::string_view scope_name(Scope scope);
// Scopes of the API key the caller came with; true without a key.
bool key_allows(const Caller& caller, const EntityDef& entity, Action action);
// What "access.everyone" of the entity gives each signed-in user, and what the caller's roles give (the widest over
// them).
Scope everyone_scope(const EntityDef& entity, Action action);
Scope role_scope(const Caller& caller, const EntityDef& entity, Action action);
// The wider of the two; kAll for administrators and the system.
Scope granted_scope(const Caller& caller, const EntityDef& entity, Action action);

}  // namespace entity::read
