#include "server/store/slice.hpp"

#include <algorithm>

#include "server/store/sqlite/sqlite_connection.hpp"

namespace store {

Slice::Slice(Connection& connection, Duration shortest, Duration longest)
    : connection_(connection), shortest_(shortest), longest_(longest), began_(std::chrono::steady_clock::now()) {}

bool Slice::is_over() const {
  const auto elapsed = std::chrono::steady_clock::now() - began_;
  if (elapsed >= longest_) return true;
  if (connection_.dialect() == Dialect::kPostgres) return elapsed >= std::min(shortest_, kOfPostgres);
  return elapsed >= shortest_ && static_cast<sqlite::SqliteConnection&>(connection_).is_waited_for();
}

}  // namespace store
