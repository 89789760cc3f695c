// What a save of a new record can do without the database, done beforehand on another thread: its values read, its words cut for the
// search. The save takes what still holds and does the rest itself.
#pragma once

#include <string>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/entity/search/search.hpp"
#include "server/entity/value.hpp"

namespace entity {

struct ParsedValue {
  FieldIndex field = -1;
  std::vector<Mark> marks;
  std::vector<base::FieldError> errors;
};

struct ParsedValues {
  Record record;  // holds the values alone; its entity is that of the registry it was parsed by
  std::vector<ParsedValue> fields;
  SearchAhead search;

  // nullptr: the field was not parsed beforehand.
  const ParsedValue* find(FieldIndex field) const;
};

// Fields whose values depend on others or on the database (links, money) are left to the save. Thread-safe.
// The registry and the entity outlive the result.
ParsedValues parse_ahead(const Registry& registry, const EntityDef& entity, const json::object& values);

}  // namespace entity
