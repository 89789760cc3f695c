// When a read must be done, and by how many.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

#include "server/store/database.hpp"

namespace store {

// From now; a deadline of milliseconds::max() means "none" and must not overflow.
inline std::chrono::steady_clock::time_point deadline_of(const ReadOptions& options) {
  return std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(options.deadline, std::chrono::hours(24 * 365));
}

inline int other_processors() { return static_cast<int>(std::thread::hardware_concurrency()) - 1; }

}  // namespace store
