#include <sodium.h>

#include <map>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/base/time.hpp"
#include "server/store/database.hpp"

namespace store {

namespace {

constexpr std::string_view kTable =
    "CREATE TABLE IF NOT EXISTS sys_migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, "
    "applied_at BIGINT NOT NULL)";
constexpr std::int64_t kAdvisoryLock = 0x6d617476;  // any constant: one migrating node at a time

std::string_view text_of(const Migration& migration, Dialect dialect) {
  return dialect == Dialect::kSqlite ? migration.sqlite : migration.postgres;
}

std::string checksum(std::string_view text) {
  unsigned char hash[16];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  char hex[2 * sizeof hash + 1];
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  return hex;
}

std::map<std::int64_t, std::string> applied(Connection& connection) {
  std::map<std::int64_t, std::string> result;
  Statement select = connection.prepare("migrations", "SELECT number, checksum FROM sys_migration");
  while (select.step()) result.emplace(select.integer(0), select.text(1));
  return result;
}

bool has_table(Connection& connection) {
  Statement select =
      connection.prepare("migration_table", connection.dialect() == Dialect::kSqlite
                                                ? "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'sys_migration'"
                                                : "SELECT 1 FROM pg_class WHERE oid = to_regclass('sys_migration')");
  return select.step();
}

void refuse_foreign(const std::map<std::int64_t, std::string>& done, const std::vector<Migration>& migrations, Dialect dialect) {
  for (const auto& [number, sum] : done) {
    const Migration* known = nullptr;
    for (const Migration& migration : migrations) {
      if (migration.number == number) known = &migration;
    }
    if (!known) {
      throw base::Error(base::ErrorCode::kFailedPrecondition, "schema_newer", {{"number", std::to_string(number)}});
    }
    if (checksum(text_of(*known, dialect)) != sum) {
      throw base::Error(base::ErrorCode::kDataLoss, "migration_changed", {{"number", std::to_string(number)}});
    }
  }
}

// True when it was applied, false when another node did it meanwhile.
bool apply(Connection& connection, const Migration& migration) {
  if (connection.dialect() == Dialect::kPostgres) {
    connection.execute("SELECT pg_advisory_xact_lock(" + std::to_string(kAdvisoryLock) + ")");
  }
  if (applied(connection).contains(migration.number)) return false;
  std::string_view text = text_of(migration, connection.dialect());
  connection.execute(text);
  Statement insert =
      connection.prepare("migration_insert", "INSERT INTO sys_migration(number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)");
  insert.bind(1, migration.number).bind_text(2, migration.name).bind_text(3, checksum(text));
  insert.bind(4, base::to_micros(base::SystemClock().now())).run();
  return true;
}

}  // namespace

void migrate(Database& database, const std::vector<Migration>& migrations) {
  std::map<std::int64_t, std::string> done;
  database.change_schema([&](Connection& connection) {
    if (connection.dialect() == Dialect::kPostgres) {
      connection.execute("SELECT pg_advisory_xact_lock(" + std::to_string(kAdvisoryLock) + ")");
    }
    connection.execute(kTable);
    done = applied(connection);
  });
  refuse_foreign(done, migrations, database.dialect());
  std::int64_t previous = 0;
  for (const Migration& migration : migrations) {
    if (migration.number <= previous) throw base::Error::internal("migrations out of order: " + std::string(migration.name));
    previous = migration.number;
    if (done.contains(migration.number)) continue;
    bool is_applied = false;
    database.change_schema([&](Connection& connection) { is_applied = apply(connection, migration); });
    if (is_applied)
      base::log(base::LogLevel::kInfo, "migration_applied", {{"number", std::int64_t{migration.number}}, {"name", migration.name}});
  }
}

bool is_migrated(Database& database, const std::vector<Migration>& migrations) {
  bool is_complete = true;
  database.read({.name = "is_migrated"}, [&](Connection& connection) {
    std::map<std::int64_t, std::string> done;
    if (has_table(connection)) done = applied(connection);
    refuse_foreign(done, migrations, database.dialect());
    for (const Migration& migration : migrations) is_complete = is_complete && done.contains(migration.number);
  });
  return is_complete;
}

}  // namespace store
