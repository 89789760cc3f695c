// A named piece of background work that one node at a time may do.
//
// The row sys_lease(name) holds the node and the time until which it holds. A node that dies lets go when that time
// passes; a node whose clock jumps at worst works twice, and all such work is idempotent.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "server/base/time.hpp"
#include "server/store/database.hpp"

namespace flow {

class Lease {
 public:
  Lease(store::Database& database, const base::Clock& clock, std::string name, std::string node)
      : database_(database), clock_(clock), name_(std::move(name)), node_(std::move(node)) {}
  // Takes or prolongs it; false when another node holds it, and for a tenth of `length` after that without asking. An SQLite base has
  // one node: always true, nothing is written.
  bool hold(std::chrono::seconds length = std::chrono::seconds(15));
  void release();
  // Whether `node` holds `name` now, so that what it keeps hold of by that is not given up.
  static bool is_held(store::Connection& connection, std::string_view name, std::string_view node, base::Instant now);

 private:
  store::Database& database_;
  const base::Clock& clock_;
  std::string name_, node_;
  base::Instant prolong_at_{}, ask_at_{};
};

}  // namespace flow
