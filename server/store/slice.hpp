// How long one closure of a bulk job may go on.
#pragma once

#include <chrono>

#include "server/store/database.hpp"

namespace store {

// A slice begins when it is made, inside the write. Each commit writes whole pages: ten short slices dirty the same pages ten times
// (at 45 rows a commit costs 97 µs a row, at 1 000 it costs 19; SQLite 3.40, 24 indexes, 2026-11-22). So on SQLite a slice is longer
// while nobody waits for the writer, and ends soon after somebody does. On PostgreSQL nobody waits, but locks are held: it is short.
class Slice {
 public:
  using Duration = std::chrono::steady_clock::duration;
  static constexpr Duration kShortest = std::chrono::milliseconds(24);
  static constexpr Duration kLongest = std::chrono::milliseconds(64);
  static constexpr Duration kOfPostgres = std::chrono::milliseconds(24);

  // Ends after `shortest` when an interactive write waits, after `longest` otherwise.
  explicit Slice(Connection& connection, Duration shortest = kShortest, Duration longest = kLongest);
  bool is_over() const;

 private:
  Connection& connection_;
  const Duration shortest_, longest_;
  const std::chrono::steady_clock::time_point began_;
};

}  // namespace store
