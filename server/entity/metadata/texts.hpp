// Texts that administrators gave: labels of an entity, its fields, options, views, card groups and rules, and help texts, each in
// several languages. They lie in one place, member "texts" of the entity's patch, so that neither a new order of options nor a new
// card loses them:
//   {"entity": {"one": T, "many": T}, "fields": {f: T}, "help": {f: T}, "options": {f: {o: T}}, "views": {v: T}, "groups": {g: T},
//    "rules": {r: T}},  T = {"ru": "…", "en": "…"}
// A card that only has `facts` names its groups by their number: "0", "1", …
#pragma once

#include <string_view>

#include "server/base/json.hpp"

namespace entity {

// Members merge at every depth; null takes away, and with it whatever becomes empty.
void merge_texts(json::object& target, const json::object& patch);
// Field error unknown_field with the path of the first name that the document does not have.
void check_text_names(const json::object& document, const json::object& texts);
// Puts the texts over the document's own labels.
void apply_texts(json::object& document, const json::object& texts);
// What a field's patch says of its texts is taken out of it, in the form above.
json::object take_field_texts(std::string_view field, json::object& patch);
// The same of an entity's patch: its labels, those of views and card groups.
json::object take_entity_texts(json::object& patch);
// Nothing of the field stays.
void forget_field_texts(json::object& texts, std::string_view field);

}  // namespace entity
