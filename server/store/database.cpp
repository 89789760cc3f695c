#include "server/store/database.hpp"

#include "server/base/error.hpp"
#include "server/store/postgres/postgres_database.hpp"
#include "server/store/sqlite/sqlite_database.hpp"

namespace store {

namespace {
constexpr std::string_view kSqlitePrefix = "sqlite:";

bool is_sqlite(std::string_view address) { return address.starts_with(kSqlitePrefix); }
bool is_postgres(std::string_view address) { return address.starts_with("postgresql://") || address.starts_with("postgres://"); }
[[noreturn]] void refuse_address() { throw base::Error(base::ErrorCode::kInvalidArgument, "database_address"); }
}  // namespace

std::unique_ptr<Database> Database::open(const DatabaseOptions& options) {
  if (is_sqlite(options.address)) return sqlite::open_database(options.address.substr(kSqlitePrefix.size()), options);
  if (is_postgres(options.address)) return postgres::open_database(options);
  refuse_address();
}

void restore(const DatabaseOptions& options, const std::string& path) {
  if (is_sqlite(options.address)) return sqlite::restore(options.address.substr(kSqlitePrefix.size()), path);
  if (is_postgres(options.address)) return postgres::restore(options, path);
  refuse_address();
}

std::string Connection::int_list_sql(int index) const {
  std::string parameter = "$" + std::to_string(index);
  if (dialect() == Dialect::kPostgres) return "SELECT unnest(" + parameter + "::bigint[])";
  return "SELECT value FROM json_each(" + parameter + ")";
}

std::string_view Connection::row_lock_sql() const { return dialect() == Dialect::kPostgres ? " FOR UPDATE" : ""; }

std::string quote_identifier(std::string_view identifier) {
  bool is_plain = !identifier.empty() && identifier.size() <= 63;
  for (char c : identifier) is_plain = is_plain && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
  if (!is_plain) throw base::Error::internal("not an identifier: " + std::string(identifier));
  std::string quoted;
  quoted.reserve(identifier.size() + 2);
  quoted += '"';
  quoted += identifier;
  quoted += '"';
  return quoted;
}

}  // namespace store
