#include "server/store/sqlite/sqlite_error.hpp"

#include <string>

#include "server/base/error.hpp"

namespace store::sqlite {

namespace {

using base::Error;
using base::ErrorCode;

// "UNIQUE constraint failed: company.inn, company.kpp" → table "company", columns "inn,kpp";
// "UNIQUE constraint failed: index 'ix_company__inn'" → index.
Error unique_violation(std::string_view message, std::string_view name) {
  base::MessageArgs args{{"query", std::string(name)}};
  std::size_t colon = message.find(": ");
  std::string_view list = colon == std::string_view::npos ? std::string_view{} : message.substr(colon + 2);
  if (list.starts_with("index '")) {
    args.emplace_back("index", std::string(list.substr(7, list.find('\'', 7) - 7)));
    return Error(ErrorCode::kConflict, "unique_violation", std::move(args));
  }
  std::string table, columns;
  while (!list.empty()) {
    std::size_t comma = list.find(", ");
    std::string_view item = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 2);
    std::size_t dot = item.find('.');
    table = item.substr(0, dot);
    if (!columns.empty()) columns += ',';
    columns += dot == std::string_view::npos ? item : item.substr(dot + 1);
  }
  args.emplace_back("table", table);
  args.emplace_back("columns", columns);
  return Error(ErrorCode::kConflict, "unique_violation", std::move(args));
}

Error unavailable(std::string key, std::string_view name) {
  return Error(ErrorCode::kUnavailable, std::move(key), {{"query", std::string(name)}});
}

}  // namespace

void throw_error(sqlite3* handle, int code, std::string_view name, std::string_view sql) {
  std::string message = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: throw unique_violation(message, name);
    case SQLITE_CONSTRAINT_FOREIGNKEY: throw Error(ErrorCode::kFailedPrecondition, "foreign_key_violation", {{"query", std::string(name)}});
    default: break;
  }
  switch (code & 0xff) {
    case SQLITE_INTERRUPT: throw Error(ErrorCode::kDeadlineExceeded, "query_too_slow", {{"query", std::string(name)}});
    case SQLITE_BUSY:
    case SQLITE_LOCKED: throw unavailable("database_busy", name);
    case SQLITE_FULL: throw unavailable("disk_full", name);
    case SQLITE_READONLY:
    case SQLITE_PERM: throw unavailable("database_readonly", name);
    case SQLITE_IOERR: throw unavailable("disk_error", name);
    case SQLITE_CANTOPEN: throw unavailable("database_unreachable", name);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: throw Error(ErrorCode::kDataLoss, "database_corrupt", {{"query", std::string(name)}});
    case SQLITE_NOMEM: throw Error(ErrorCode::kResourceExhausted, "memory", {{"query", std::string(name)}});
    case SQLITE_TOOBIG: throw Error(ErrorCode::kInvalidArgument, "value_too_large", {{"query", std::string(name)}});
    default: throw Error::internal("query " + std::string(name) + ": " + message + " (" + std::to_string(code) + "): " + std::string(sql));
  }
}

}  // namespace store::sqlite
