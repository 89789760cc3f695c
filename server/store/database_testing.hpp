// Databases for tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/store/database.hpp"

namespace store {

// An empty database that is gone when this is destroyed: a file in a temporary folder, or a database of the cluster
// that MATVEY_TEST_POSTGRES names (tools/test-postgres starts one; without it the test fails). Close what was opened
// first.
class ScratchDatabase {
 public:
  explicit ScratchDatabase(Dialect dialect);
  ~ScratchDatabase();
  ScratchDatabase(const ScratchDatabase&) = delete;

  const DatabaseOptions& options() const { return options_; }
  std::unique_ptr<Database> open() const { return Database::open(options_); }
  // A temporary folder of this database's own, for backups and the like.
  const std::string& folder() const { return folder_; }

 private:
  DatabaseOptions options_;
  std::string folder_;
  std::string postgres_name_;
};

// For INSTANTIATE_TEST_SUITE_P(Databases, SomeTest, kBothDatabases, database_name): tests named …/Sqlite and
// …/Postgres.
inline const auto kBothDatabases = testing::Values(Dialect::kSqlite, Dialect::kPostgres);
inline std::string database_name(const testing::TestParamInfo<Dialect>& info) {
  return info.param == Dialect::kSqlite ? "Sqlite" : "Postgres";
}

// The key of the base::Error that `action` throws; "" when it throws none.
std::string error_key(const std::function<void()>& action);
// The first column of the first row.
std::int64_t query_integer(Database& database, std::string_view sql);
std::string query_text(Database& database, std::string_view sql);

}  // namespace store
