// The figures of a funnel out of deals and their moves: both are read once, as numbers, and added up in memory.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "modules/funnel/server/filters.hpp"

namespace funnel {

struct Cell {
  std::int64_t count = 0;
  __int128 amount = 0;  // of the deals as they are now, in units of the amount's scale, base currency
};

struct StepSums {
  Cell entered;    // got here or further
  Cell passed_by;  // of these, without a move to this very step
  Cell lost;       // the latest step that they were lost from
  Cell here;       // stand here now
  // Deals that left the step (by counted moves) and do not stand in it now; seconds over all stays, by nearest rank.
  std::int64_t left = 0, median_s = 0, p80_s = 0;
  std::map<std::int64_t, Cell> reasons;  // of those lost here; 0: none given or not readable
  std::vector<std::uint32_t> stays;      // emptied when the median is known
};

struct Sums {
  Cell deals, lost, lost_elsewhere, moved_away;
  std::int64_t without_amount = 0;
  std::vector<StepSums> steps;
};

struct Group {
  std::int64_t key = 0;  // user or segment; 0 for texts
  std::string text;      // key of a source, name of a product
  json::value condition;
  Sums sums;
};

struct Result {
  Sums total;
  std::vector<Group> groups;  // most deals first
  std::int64_t without_group = 0;
  std::int64_t other_groups = 0;                // left out beyond kMostGroups
  Cell without_moves;                           // cohort only
  bool has_amounts = true, has_reasons = true;  // the caller may read them
};

inline constexpr std::size_t kMostGroups = 50;
// Products are asked one by one.
inline constexpr int kMostProducts = 30;

// Inside Database::read. Deals with the caller's rights.
Result reckon(const entity::QueryContext& context, const Request& request, const Pipeline& pipeline, const Period& period);

}  // namespace funnel
