// Small questions about rights that queries, explanations and tests share.
#pragma once

#include <string_view>

#include "server/entity/access.hpp"

namespace entity::read {

std::string_view action_name(Action action);
std::string_view scope_name(Scope scope);
// Scopes of the API key the caller came with; true without a key.
bool key_allows(const Caller& caller, const EntityDef& entity, Action action);
// The widest scope over the caller's roles; kAll for administrators and the system.
Scope granted_scope(const Caller& caller, const EntityDef& entity, Action action);

}  // namespace entity::read
