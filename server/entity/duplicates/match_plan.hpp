// Which fields of an entity tell who a record is, and a record as the search for duplicates sees it.
#pragma once

#include <vector>

#include "server/base/json.hpp"
#include "server/entity/match/features.hpp"
#include "server/entity/value.hpp"

namespace entity {

// The fields by their types: the title is the name; telephones, e-mails, sites, ИНН, КПП, ОГРН, addresses and the field
// "birthday" as such; a text field "city" is a town.
struct MatchPlan {
  match::Schema schema;
  std::vector<FieldIndex> fields;  // parallel to the schema
  bool is_empty() const { return schema.empty(); }
};

// Empty for entities that declare no "duplicates".
MatchPlan match_plan(const EntityDef& entity);
match::Features match_features(const MatchPlan& plan, const Record& record);
// Of a draft as the API takes it; what is no text in its place is passed over.
match::Features match_features(const MatchPlan& plan, const EntityDef& entity, const json::object& values);

}  // namespace entity
