// The rights matrix of a role, field "rights":
//   {"company": {"read": "department", "create": "all", "update": "own", "delete": "none", "export": "none",
//                "hidden": ["budget"], "read_only": ["inn"], "condition": "relations != null"}, "*": {"read": "own"}}
// "*" stands for every entity of a module that is not named. Scopes: none, own, department, tree, all.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/entity/caller.hpp"
#include "server/entity/def.hpp"

namespace entity {

std::optional<Action> action_of(std::string_view name);
std::optional<Scope> scope_named(std::string_view name);

// Adds what is wrong with a matrix; paths below "rights".
void check_rights(const Registry& registry, const json::value& rights, std::vector<base::FieldError>& errors);
// Rights of one user: those everyone has and those of his roles, the widest scope of each; a field is hidden or read
// only when every role that gives the entity says so; conditions add up, a role without one lifts them. Unknown names
// (an absent module) are left out.
std::unordered_map<int, EntityRights> merge_rights(const Registry& registry, const std::vector<const json::value*>& matrices);

}  // namespace entity
