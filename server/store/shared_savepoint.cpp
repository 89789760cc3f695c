#include "server/store/shared_savepoint.hpp"

#include <algorithm>

namespace store {

namespace {

constexpr std::size_t kMostSteps = 16;

bool is_of_database(const base::Error& error) {
  return error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kDataLoss;
}

}  // namespace

std::size_t SharedSavepoint::make_some(Connection& connection, std::size_t from, std::size_t end, const Step& step, const Fault& fault) {
  const std::size_t until = std::min(end, from + width_);
  if (until - from > 1) {
    try {
      connection.savepoint([&] {
        for (std::size_t i = from; i < until; ++i) step(i);
      });
      width_ = std::min(2 * width_, kMostSteps);
      return until;
    } catch (const base::Error& error) {
      if (is_of_database(error)) throw;
    }
  }
  width_ = std::min(2 * width_, kMostSteps);
  for (std::size_t i = from; i < until; ++i) {
    try {
      connection.savepoint([&] { step(i); });
    } catch (const base::Error& error) {
      fault(i, error);
      width_ = 1;
    }
  }
  return until;
}

}  // namespace store
