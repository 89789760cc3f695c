// Counting: exact, or an estimate that costs at most a capped walk.
#pragma once

#include <cstdint>

#include "server/entity/read/page/page.hpp"

namespace entity::read {

struct Count {
  std::int64_t value = 0;
  bool is_exact = false;
};
inline constexpr std::int64_t kEstimateCap = 10'000;

Count count_exactly(const QueryContext& context, const Selection& selection);
// Exact up to kEstimateCap; above it the table's statistics when nothing is filtered, else the cap itself.
Count estimate_count(const QueryContext& context, const Selection& selection);

}  // namespace entity::read
