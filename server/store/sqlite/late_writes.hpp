// What a transaction still has to write into full-text indexes.
#pragma once

#include <cstddef>
#include <vector>

#include "server/store/late_write.hpp"

namespace store::sqlite {

class SqliteConnection;

// Invariant: the first `made_` writes are in the database; they are kept, for a savepoint that is rolled back may have made
// writes that are older than itself.
class LateWrites {
 public:
  struct Mark {
    std::size_t count, made;
  };
  void add(LateWrite write) { writes_.push_back(std::move(write)); }
  bool is_pending() const { return made_ < writes_.size() && !is_making_; }
  void make(SqliteConnection& connection);
  Mark mark() const { return {writes_.size(), made_}; }
  // The database went back to the state of the mark.
  void go_back(const Mark& mark);
  void clear();

 private:
  std::vector<LateWrite> writes_;
  std::size_t made_ = 0;
  bool is_making_ = false;
};

}  // namespace store::sqlite
