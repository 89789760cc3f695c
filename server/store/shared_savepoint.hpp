// Many small steps in one transaction, each whole or not at all, of which few fail.
#pragma once

#include <cstddef>
#include <functional>

#include "server/base/error.hpp"
#include "server/store/database.hpp"

namespace store {

// Steps share savepoints, for each savepoint makes SQLite keep copies of the pages that change under it. When a step throws, those
// that share its savepoint are rolled back and made again, each in its own. Keeps how many may share: fewer after a
// failure, more after a success. For one transaction or many, one thread.
class SharedSavepoint {
 public:
  // `step(i)` may run twice: what it leaves outside the database is overwritten by the second run. `fault(i, error)` hears of
  // a step that was rolled back, or throws.
  using Step = std::function<void(std::size_t)>;
  using Fault = std::function<void(std::size_t, const base::Error&)>;

  // Makes some of the steps [from, end), one at least; returns the first that is left. Faults of the database itself
  // (unavailable, data_loss) of steps that share a savepoint are thrown.
  std::size_t make_some(Connection& connection, std::size_t from, std::size_t end, const Step& step, const Fault& fault);

 private:
  std::size_t width_ = 16;
};

}  // namespace store
