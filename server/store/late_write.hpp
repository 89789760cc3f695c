// Changes of full-text indexes that wait for the commit of their transaction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/store/database.hpp"

namespace store {

// How the names of such indexes end: a statement that names one sees what was written late before it.
inline constexpr std::string_view kLateTable = "__fts";

// `sql` changes one row of the index: $1 is the row, $2 the text.
struct LateWrite {
  std::string_view name;  // of the query, constant
  std::string table;      // ends in kLateTable
  std::string sql;
  std::int64_t row = 0;
  std::string text;
};

// PostgreSQL: made at once. SQLite: made just before the commit, in the order of table and row, changes of one row in the order of
// the calls. Each savepoint after a change makes FTS5 write out a piece of its index, and so does a row below the one before
// (13 % of an import, measured 2026-11-22). Rolled back with its savepoint. Only inside a write; errors of the index come
// from the commit.
void write_late(Connection& connection, LateWrite write);

}  // namespace store
