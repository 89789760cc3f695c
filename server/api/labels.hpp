// Names of entities and fields in the caller's language.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "server/api/context.hpp"

namespace api {

// Shipped texts are locale keys; what administrators named carries its labels with it.
std::string label(const Call& call, const std::unordered_map<std::string, std::string>& own, const std::string& key, std::string_view fallback);
std::string entity_label(const Call& call, const entity::EntityDef& entity, const std::string& which);  // "one", "many"
std::string field_label(const Call& call, const entity::EntityDef& entity, const entity::FieldDef& field);

}  // namespace api
