// Ids taken some at a time, for many records of one transaction.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "server/store/database.hpp"

namespace entity {

struct EntityDef;

// On PostgreSQL, where each question is a round trip and a sequence never goes back. On SQLite ids are taken one by one: there a
// savepoint that is rolled back gives them back. For one thread.
class IdPool {
 public:
  // Further records of this transaction and of later ones, as far as anybody knows.
  void expect(std::size_t records) { expected_ = records; }
  std::int64_t take(store::Connection& connection, const EntityDef& entity);

 private:
  std::size_t expected_ = 1;
  std::unordered_map<int, std::vector<std::int64_t>> ids_;  // by entity, the lowest at the back
};

}  // namespace entity
