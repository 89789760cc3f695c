#include "server/flow/lease.hpp"

namespace flow {

bool Lease::hold(std::chrono::seconds length) {
  if (database_.dialect() == store::Dialect::kSqlite) return true;
  const base::Instant now = clock_.now();
  if (now < prolong_at_) return true;
  if (now < ask_at_) return false;
  bool held = false;
  database_.write({.name = "lease"}, [&](store::Connection& connection) {
    auto statement = connection.prepare("lease_take",
                                        "INSERT INTO sys_lease(name, node, until) VALUES($1, $2, $3) ON CONFLICT(name) DO UPDATE SET node "
                                        "= excluded.node, until = excluded.until "
                                        "WHERE sys_lease.node = excluded.node OR sys_lease.until < $4");
    held =
        statement.bind_text(1, name_).bind_text(2, node_).bind(3, base::to_micros(now + length)).bind(4, base::to_micros(now)).run() == 1;
  });
  prolong_at_ = held ? now + length / 3 : base::Instant{};
  ask_at_ = held ? base::Instant{} : now + std::chrono::milliseconds(length) / 10;
  return held;
}

bool Lease::is_held(store::Connection& connection, std::string_view name, std::string_view node, base::Instant now) {
  auto statement = connection.prepare("lease_held", "SELECT 1 FROM sys_lease WHERE name = $1 AND node = $2 AND until >= $3");
  return statement.bind_text(1, name).bind_text(2, node).bind(3, base::to_micros(now)).step();
}

void Lease::release() {
  if (database_.dialect() == store::Dialect::kSqlite || prolong_at_ == base::Instant{}) return;
  prolong_at_ = {};
  database_.write({.name = "lease"}, [&](store::Connection& connection) {
    connection.prepare("lease_release", "DELETE FROM sys_lease WHERE name = $1 AND node = $2")
        .bind_text(1, name_)
        .bind_text(2, node_)
        .run();
  });
}

}  // namespace flow
