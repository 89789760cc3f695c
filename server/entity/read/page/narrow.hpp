// What is left when a walk along the sort index comes past too many records that do not match: conditions as sets of ids,
// read from indexes without looking at a record (some 0.1 µs an entry, a tenth of what a record costs). The walk then looks at
// the records in the sets alone. SQLite only: PostgreSQL has bitmaps of its own.
//
// Invariant: a set may hold too much, never too little; a condition is still asked of every record that comes by unless the
// sets are known to answer it exactly (`settled`).
#pragma once

#include <optional>
#include <vector>

#include "server/entity/query.hpp"
#include "server/store/id_set.hpp"

namespace entity::read {

struct Narrowing {
  std::optional<store::IdSet> within;   // whatever meets the conditions is in it
  std::optional<store::IdSet> without;  // nothing in it meets them
  std::vector<bool> settled;            // by condition: the sets say exactly what meets it, it need not be asked
  bool is_empty() const { return !within && !without; }
};

// Whether an index may serve one of the conditions.
bool can_narrow(const EntityDef& entity, const std::vector<const Filter*>& parts);
// Reads until few records are left or nothing more narrows. Links to more than `few_targets` records are found in one pass of
// the link's index.
Narrowing narrow(const QueryContext& context, const EntityDef& entity, const std::vector<const Filter*>& parts, std::int64_t few_targets);

}  // namespace entity::read
