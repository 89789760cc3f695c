#include "server/store/shared_savepoint.hpp"

#include <algorithm>

namespace store {

namespace {

constexpr std::size_t kMostSteps = 512;

bool is_of_database(const base::Error& error) {
  return error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kDataLoss;
}

}  // namespace

std::size_t SharedSavepoint::make_some(Connection& connection, std::size_t from, std::size_t end, const Step& step, const Fault& fault) {
  const std::size_t until = std::min(end, from + width_);
  width_ = std::min(2 * width_, kMostSteps);
  if (until - from > 1) {
    try {
      std::size_t next = from;
      connection.savepoint([&] {
        do step(next++);
        while (next < until && !is_over());
      });
      return next;
    } catch (const base::Error& error) {
      if (is_of_database(error)) throw;
    }
  }
  std::size_t next = from;
  do {
    try {
      connection.savepoint([&] { step(next); });
    } catch (const base::Error& error) {
      fault(next, error);
      width_ = 1;
    }
  } while (++next < until && !is_over());
  return next;
}

}  // namespace store
