// Names of entities and fields in the caller's language.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "server/api/context.hpp"

namespace api {

// Shipped texts are locale keys; what administrators named carries its labels with it: those of the caller's language, then the
// shipped text, then a label of another language.
std::string label(const Call& call, const std::unordered_map<std::string, std::string>& own, const std::string& key,
                  std::string_view fallback);
std::string entity_label(const Call& call, const entity::EntityDef& entity, const std::string& which);  // "one", "many"
std::string field_label(const Call& call, const entity::EntityDef& entity, const entity::FieldDef& field);

// "labels" of a view, card group or option as JSON: language → text.
std::unordered_map<std::string, std::string> own_labels(const json::object& declared, std::string_view member = "labels");

}  // namespace api
