// Values of a record in memory in the form in which filters compare them.
#pragma once

#include <cstdint>
#include <vector>

#include "server/entity/read/filter/terminal.hpp"

namespace entity::read {

// Value of a single-valued terminal: built-in fields come from the record's members; money gives its base amount (or
// its currency); uid its 16 bytes; links carry the entity's id. monostate when empty.
Value terminal_value(const Record& record, const Terminal& terminal);
// Column of an item; for many_to_many a Link.
Value item_value(const Item& item, const Terminal& terminal);
// Ids of records of `target` that the step's link, user or many_to_many field points to.
std::vector<std::int64_t> linked_ids(const Record& record, const PathStep& step, const EntityDef& target, const Registry& registry);

}  // namespace entity::read
