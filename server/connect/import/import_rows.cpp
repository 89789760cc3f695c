#include "server/connect/import/import_rows.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/store/send.hpp"

namespace connect {

namespace {

constexpr std::string_view kSqlite = R"sql(
CREATE TABLE sys_import(
  id INTEGER PRIMARY KEY AUTOINCREMENT, entity TEXT NOT NULL, file_name TEXT NOT NULL, file_id INTEGER NOT NULL, plan TEXT NOT NULL, report TEXT NOT NULL DEFAULT '{}',
  job_id INTEGER NOT NULL DEFAULT 0, dry_run_job_id INTEGER NOT NULL DEFAULT 0, created_by INTEGER NOT NULL, created_at INTEGER NOT NULL, is_purged INTEGER NOT NULL DEFAULT 0);
CREATE TABLE sys_import_row(
  import_id INTEGER NOT NULL, sheet INTEGER NOT NULL, number INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL, field TEXT NOT NULL, record_id INTEGER NOT NULL, cells TEXT NOT NULL,
  PRIMARY KEY(import_id, sheet, number)) WITHOUT ROWID;
CREATE TABLE sys_import_mapping(
  id INTEGER PRIMARY KEY AUTOINCREMENT, entity TEXT NOT NULL, name TEXT NOT NULL, fingerprint TEXT NOT NULL, columns TEXT NOT NULL, user_id INTEGER NOT NULL, used_at INTEGER NOT NULL);
CREATE UNIQUE INDEX ix_sys_import_mapping__entity ON sys_import_mapping(entity, name, fingerprint);
)sql";

constexpr std::string_view kPostgres = R"sql(
CREATE TABLE sys_import(
  id BIGSERIAL PRIMARY KEY, entity TEXT NOT NULL, file_name TEXT NOT NULL, file_id BIGINT NOT NULL, plan TEXT NOT NULL, report TEXT NOT NULL DEFAULT '{}',
  job_id BIGINT NOT NULL DEFAULT 0, dry_run_job_id BIGINT NOT NULL DEFAULT 0, created_by BIGINT NOT NULL, created_at BIGINT NOT NULL, is_purged BIGINT NOT NULL DEFAULT 0);
CREATE TABLE sys_import_row(
  import_id BIGINT NOT NULL, sheet BIGINT NOT NULL, number BIGINT NOT NULL, status BIGINT NOT NULL, reason TEXT NOT NULL, field TEXT NOT NULL, record_id BIGINT NOT NULL, cells TEXT NOT NULL,
  PRIMARY KEY(import_id, sheet, number));
CREATE TABLE sys_import_mapping(
  id BIGSERIAL PRIMARY KEY, entity TEXT NOT NULL, name TEXT NOT NULL, fingerprint TEXT NOT NULL, columns TEXT NOT NULL, user_id BIGINT NOT NULL, used_at BIGINT NOT NULL);
CREATE UNIQUE INDEX ix_sys_import_mapping__entity ON sys_import_mapping(entity, name, fingerprint);
)sql";

constexpr std::string_view kColumns =
    "id, entity, file_name, file_id, plan, report, job_id, dry_run_job_id, created_by, created_at, is_purged";
constexpr std::string_view kRowColumns = "sheet, number, status, reason, field, record_id, cells";

json::object parse_object(std::string_view text) {
  json::value value = base::parse_json(text, {64, 256u << 20});
  return std::move(value.as_object());
}

ImportRow read_import(store::Statement& statement) {
  ImportRow row;
  row.id = statement.integer(0);
  row.entity = statement.text(1);
  row.file_name = statement.text(2);
  row.file_id = statement.integer(3);
  row.plan = parse_object(statement.text(4));
  row.report = parse_object(statement.text(5));
  row.job_id = statement.integer(6);
  row.dry_run_job_id = statement.integer(7);
  row.created_by = statement.integer(8);
  row.created_at = base::from_micros(statement.integer(9));
  row.is_purged = statement.integer(10) != 0;
  return row;
}

StoredRow read_stored(store::Statement& statement) {
  StoredRow row;
  row.sheet = static_cast<int>(statement.integer(0));
  row.number = statement.integer(1);
  row.status = static_cast<RowStatus>(statement.integer(2));
  row.reason = statement.text(3);
  row.field = statement.text(4);
  row.record_id = statement.integer(5);
  row.cells = statement.text(6);
  return row;
}

// NUL has no place in a text column; the cell keeps the rest.
std::string without_nul(std::string_view text) {
  std::string out(text);
  for (auto at = out.find("\\u0000"); at != std::string::npos; at = out.find("\\u0000", at)) out.replace(at, 6, " ");
  std::erase(out, '\0');
  return out;
}

}  // namespace

const std::vector<store::Migration>& import_migrations() {
  static const std::vector<store::Migration> migrations = {{60, "imports", kSqlite, kPostgres}};
  return migrations;
}

std::int64_t insert_import(store::Connection& connection, const ImportRow& row) {
  auto statement = connection.prepare(
      "import_add",
      "INSERT INTO sys_import(entity, file_name, file_id, plan, created_by, created_at) VALUES($1, $2, $3, $4, $5, $6) RETURNING id");
  statement.bind_text(1, row.entity)
      .bind_text(2, row.file_name)
      .bind(3, row.file_id)
      .bind_text(4, json::serialize(row.plan))
      .bind(5, row.created_by)
      .bind(6, base::to_micros(row.created_at));
  statement.step();
  return statement.integer(0);
}

std::optional<ImportRow> find_import(store::Connection& connection, std::int64_t id) {
  auto statement = connection.prepare("import_find", "SELECT " + std::string(kColumns) + " FROM sys_import WHERE id = $1");
  if (!statement.bind(1, id).step()) return std::nullopt;
  return read_import(statement);
}

std::vector<ImportRow> list_imports(store::Connection& connection, std::int64_t user_id, bool all_users, int limit) {
  std::vector<ImportRow> rows;
  auto statement = connection.prepare(
      "import_list", "SELECT " + std::string(kColumns) + " FROM sys_import WHERE ($1 = 1 OR created_by = $2) ORDER BY id DESC LIMIT $3");
  statement.bind(1, all_users ? 1 : 0).bind(2, user_id).bind(3, limit);
  while (statement.step()) rows.push_back(read_import(statement));
  return rows;
}

void update_import_plan(store::Connection& connection, std::int64_t id, const json::object& plan) {
  connection.prepare("import_plan", "UPDATE sys_import SET plan = $1 WHERE id = $2").bind_text(1, json::serialize(plan)).bind(2, id).run();
}

void update_import_report(store::Connection& connection, std::int64_t id, const json::object& report) {
  connection.prepare("import_report", "UPDATE sys_import SET report = $1 WHERE id = $2")
      .bind_text(1, without_nul(json::serialize(report)))
      .bind(2, id)
      .run();
}

void update_import_job(store::Connection& connection, std::int64_t id, std::int64_t job_id, bool is_dry_run) {
  const std::string column = is_dry_run ? "dry_run_job_id" : "job_id";
  connection.prepare("import_job", "UPDATE sys_import SET " + column + " = $1 WHERE id = $2").bind(1, job_id).bind(2, id).run();
}

void mark_import_purged(store::Connection& connection, std::int64_t id) {
  connection.prepare("import_purged", "UPDATE sys_import SET is_purged = 1 WHERE id = $1").bind(1, id).run();
}

void insert_import_row(store::Connection& connection, std::int64_t import_id, const PreparedRow& row, const RowResult& result) {
  auto statement = connection.prepare("import_row_add",
                                      "INSERT INTO sys_import_row(import_id, sheet, number, status, reason, field, record_id, cells) "
                                      "VALUES($1, $2, $3, $4, $5, $6, $7, $8)");
  statement.bind(1, import_id)
      .bind(2, row.sheet)
      .bind(3, row.number)
      .bind(4, static_cast<std::int64_t>(result.status))
      .bind_text(5, result.reason)
      .bind_text(6, result.field);
  statement.bind(7, result.record_id);
  if (row.cells.find("\\u0000") == std::string::npos)
    statement.bind_text(8, row.cells);
  else
    statement.bind_text(8, without_nul(row.cells));
  store::send(connection, statement);
}

void delete_import_rows(store::Connection& connection, std::int64_t import_id) {
  connection.prepare("import_rows_delete", "DELETE FROM sys_import_row WHERE import_id = $1").bind(1, import_id).run();
}

void read_import_rows(store::Connection& connection, std::int64_t import_id, std::optional<RowStatus> status,
                      const std::function<bool(const StoredRow&)>& visit) {
  auto statement =
      connection.prepare("import_rows", "SELECT " + std::string(kRowColumns) +
                                            " FROM sys_import_row WHERE import_id = $1 AND ($2 < 0 OR status = $2) ORDER BY sheet, number");
  statement.bind(1, import_id).bind(2, status ? static_cast<std::int64_t>(*status) : -1);
  while (statement.step()) {
    if (!visit(read_stored(statement))) return;
  }
}

std::vector<StoredRow> read_doubtful_rows(store::Connection& connection, std::int64_t import_id, const std::string& table, int limit) {
  auto statement = connection.prepare(
      "import_rows_doubtful", "SELECT r.sheet, r.number, r.status, r.reason, r.field, r.record_id, r.cells FROM sys_import_row r JOIN \"" +
                                  table +
                                  "\" t ON t.id = r.record_id WHERE r.import_id = $1 AND r.status IN (0, 1) AND t.marks IS NOT NULL AND "
                                  "t.marks NOT IN ('', '[]') AND t.deleted_at IS NULL ORDER BY r.sheet, r.number LIMIT $2");
  statement.bind(1, import_id).bind(2, limit);
  std::vector<StoredRow> rows;
  while (statement.step()) rows.push_back(read_stored(statement));
  return rows;
}

std::optional<StoredRow> find_import_row(store::Connection& connection, std::int64_t import_id, int sheet, std::int64_t number) {
  auto statement = connection.prepare(
      "import_row_find", "SELECT " + std::string(kRowColumns) + " FROM sys_import_row WHERE import_id = $1 AND sheet = $2 AND number = $3");
  if (!statement.bind(1, import_id).bind(2, sheet).bind(3, number).step()) return std::nullopt;
  return read_stored(statement);
}

void update_import_row(store::Connection& connection, std::int64_t import_id, const StoredRow& row) {
  auto statement = connection.prepare(
      "import_row_update",
      "UPDATE sys_import_row SET status = $1, reason = $2, field = $3, record_id = $4 WHERE import_id = $5 AND sheet = $6 AND number = $7");
  statement.bind(1, static_cast<std::int64_t>(row.status))
      .bind_text(2, row.reason)
      .bind_text(3, row.field)
      .bind(4, row.record_id)
      .bind(5, import_id)
      .bind(6, row.sheet)
      .bind(7, row.number)
      .run();
}

void put_mapping(store::Connection& connection, const StoredMapping& mapping, std::int64_t user_id, base::Instant now) {
  auto statement = connection.prepare(
      "import_mapping_put",
      "INSERT INTO sys_import_mapping(entity, name, fingerprint, columns, user_id, used_at) VALUES($1, $2, $3, $4, $5, $6) "
      "ON CONFLICT(entity, name, fingerprint) DO UPDATE SET columns = excluded.columns, user_id = excluded.user_id, used_at = "
      "excluded.used_at");
  statement.bind_text(1, mapping.entity)
      .bind_text(2, mapping.name)
      .bind_text(3, mapping.fingerprint)
      .bind_text(4, json::serialize(mapping.columns))
      .bind(5, user_id)
      .bind(6, base::to_micros(now))
      .run();
}

std::vector<StoredMapping> read_mappings(store::Connection& connection, std::string_view entity) {
  std::vector<StoredMapping> mappings;
  auto statement = connection.prepare(
      "import_mappings",
      "SELECT id, entity, name, fingerprint, columns FROM sys_import_mapping WHERE entity = $1 ORDER BY used_at DESC, id DESC");
  statement.bind_text(1, entity);
  while (statement.step()) {
    StoredMapping mapping{
        statement.integer(0), std::string(statement.text(1)), std::string(statement.text(2)), std::string(statement.text(3)), {}};
    json::value columns = base::parse_json(statement.text(4));
    mapping.columns = std::move(columns.as_array());
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

bool delete_mapping(store::Connection& connection, std::int64_t id) {
  return connection.prepare("import_mapping_delete", "DELETE FROM sys_import_mapping WHERE id = $1").bind(1, id).run() > 0;
}

}  // namespace connect
