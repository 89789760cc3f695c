// What the drivers offer for reads by several threads; used through parts.hpp.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "server/store/database.hpp"

namespace store {

// A connection that may have others beside it in the same snapshot.
class CompanyConnection : public Connection {
 public:
  const std::vector<CompanyConnection*>& beside() const { return beside_; }
  void set_beside(std::vector<CompanyConnection*> connections) { beside_ = std::move(connections); }
  // From any thread. SQLite: statements of a read fail (query_too_slow) while it is set, also one that runs; PostgreSQL: no effect.
  virtual void set_interrupted(bool is_interrupted) = 0;

 private:
  std::vector<CompanyConnection*> beside_;
};

class CompanyDatabase : public Database {
 public:
  // See store::read_together.
  virtual void read_together(const ReadOptions& options, int beside, const std::function<void(Connection&)>& body) = 0;
};

}  // namespace store
