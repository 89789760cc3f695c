// Values of a merge: which record each field is taken from, and values kept exactly for undo. Internal to merging.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/entity/query.hpp"
#include "server/entity/write/merge.hpp"

namespace entity {

struct MergedValue {
  FieldIndex field = -1;
  Value value;
  std::vector<Mark> marks;
  std::int64_t from = 0;  // record id; 0: united or given
  bool is_united = false;
};

// Fields whose value a merge may change: declared, stored, not computed.
bool is_mergeable(const FieldDef& field);
// The values of the survivor (records.front()) after the merge, in the order of the fields. `caller` may choose only among
// fields that he may read and write; errors name "choose.<field>".
std::vector<MergedValue> merged_values(const Registry& registry, const Caller& caller, const std::vector<Record>& records,
                                       const json::object& choose);

// Every stored value of a record as text, and one field of it read back; exact, ids of items included.
std::string pack_values(const Record& record);
Record unpack_values(const EntityDef& entity, std::string_view text);
// Equal but for the ids of items.
bool same_value(const Value& a, const Value& b);
// The value that undo leaves: `before` where nobody edited since, the items added and removed since kept; nullopt: edited
// otherwise, stays as it is.
std::optional<Value> undone_value(const Value& before, const Value& after, const Value& now);

}  // namespace entity
