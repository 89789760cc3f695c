// Versions of what is derived from the records and kept beside them: when the rule changes, it is made anew.
// Kept as rows of sys_counter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/entity/def.hpp"
#include "server/store/database.hpp"

namespace entity {

struct DerivedVersion {
  std::string name;
  std::int64_t value = 0;
};

// Of the search index of an entity: which fields it holds, and how.
DerivedVersion search_version(const EntityDef& entity);
// Of all sort keys: the collation data of ICU.
DerivedVersion sort_version();

// nullopt: never kept.
std::optional<std::int64_t> derived_version(store::Connection& connection, const std::string& name);
void keep_derived_version(store::Connection& connection, const DerivedVersion& version);

}  // namespace entity
