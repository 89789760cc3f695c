// Many small steps in one transaction, each whole or not at all, of which few fail.
#pragma once

#include <cstddef>
#include <functional>

#include "server/base/error.hpp"
#include "server/store/database.hpp"
#include "server/store/slice.hpp"

namespace store {

// Steps share savepoints, for each savepoint makes SQLite keep copies of the pages that change under it (savepoints of 16 imported
// contacts: 6 % of the writer's time, measured 2026-11-22). When a step throws, those
// that share its savepoint are rolled back and made again, each in its own. Keeps how many may share: fewer after a
// failure, more after a success. For one transaction or many, one thread.
class SharedSavepoint {
 public:
  // `step(i)` may run twice: what it leaves outside the database is overwritten by the second run. `fault(i, error)` hears of
  // a step that was rolled back, or throws.
  using Step = std::function<void(std::size_t)>;
  using Fault = std::function<void(std::size_t, const base::Error&)>;

  // A transaction begins whose steps shall be made while `slice`, which outlives them, is not over; nullptr: all of them.
  void begin(const Slice* slice) { slice_ = slice; }
  // Makes some of the steps [from, end), one at least; returns the first that is left. Faults of the database itself
  // (unavailable, data_loss) of steps that share a savepoint are thrown.
  std::size_t make_some(Connection& connection, std::size_t from, std::size_t end, const Step& step, const Fault& fault);

 private:
  bool is_over() const { return slice_ != nullptr && slice_->is_over(); }

  const Slice* slice_ = nullptr;
  std::size_t width_ = 16;
};

}  // namespace store
