// What a write gives away without waiting for it.
#pragma once

#include <string_view>

#include "server/store/database.hpp"

namespace store {

// Runs a statement of `connection` that yields no rows. On PostgreSQL nobody waits for it: it travels with what comes next, and what
// it cannot do is thrown there, at the end of its savepoint at the latest, or by the commit. On SQLite and outside a write the same
// as Statement::run().
void send(Connection& connection, Statement& statement);

// As Database::notify_on_commit, but once in a transaction however often it is asked for.
void notify_once(Connection& connection, std::string_view channel, std::string_view payload);

}  // namespace store
