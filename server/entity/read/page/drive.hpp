// What a page on SQLite is read by. SQLite knows only average selectivities and hardly heeds LIMIT: for a rare value it
// may walk a million rows of the sort index, for a frequent one sort half the table. So the conditions are counted
// beforehand, each up to a cap:
//   - a condition that few records meet drives: they are fetched and sorted;
//   - when all are frequent, the sort index is walked and fifty matches come soon (at worst cap⁻¹ of the table per
//   match);
//   - a walk that comes past too many others goes on by sets of ids (narrow.hpp);
//   - conditions that are the beginning of an index which goes on with the sort key stay free to use it, and when all
//   of them are there is
//     nothing to choose.
// PostgreSQL has histograms and is left alone.
#pragma once

#include <cstdint>
#include <vector>

#include "server/entity/query.hpp"
#include "server/entity/read/filter/filter_sql.hpp"

namespace entity::read {

struct Drive {
  enum class Kind { kFree, kWalk, kFetch } kind = Kind::kFree;
  std::vector<bool> held;     // by part: written so that no index serves it
  bool is_narrowed = false;   // a walk would be long: sets of ids from the beginning (narrow.hpp)
  std::vector<bool> settled;  // by part: sets of ids answer it, it is not written
};

// `parts`: the conditions of the page, all of which a record meets.
Drive choose_drive(const QueryContext& context, const EntityDef& entity, const std::vector<const Filter*>& parts,
                   const std::vector<SortKey>& sort);

// Conditions of an And, else the one.
void split_conditions(const Filter& filter, std::vector<const Filter*>& parts);

}  // namespace entity::read
