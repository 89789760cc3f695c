// What is stored of imports: the import itself, every row with the text of its cells until it is purged, remembered mappings.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/base/json.hpp"
#include "server/base/time.hpp"
#include "server/connect/import/row_saver.hpp"
#include "server/store/database.hpp"

namespace connect {

const std::vector<store::Migration>& import_migrations();  // numbers 60–64

struct ImportRow {
  std::int64_t id = 0;
  std::string entity, file_name;
  std::int64_t file_id = 0;
  json::object plan;    // format, encoding, delimiter, sheets with their columns; options
  json::object report;  // of the last run
  std::int64_t job_id = 0, dry_run_job_id = 0;
  std::int64_t created_by = 0;
  base::Instant created_at{};
  bool is_purged = false;
};

struct StoredRow {
  int sheet = 0;
  std::int64_t number = 0;
  RowStatus status = RowStatus::kCreated;
  std::string reason, field;
  std::int64_t record_id = 0;
  std::string cells;  // JSON array of texts
};

std::int64_t insert_import(store::Connection& connection, const ImportRow& row);
std::optional<ImportRow> find_import(store::Connection& connection, std::int64_t id);
std::vector<ImportRow> list_imports(store::Connection& connection, std::int64_t user_id, bool all_users, int limit);
// Each writes its own columns alone: a job ends while its number is still being written.
void update_import_plan(store::Connection& connection, std::int64_t id, const json::object& plan);
void update_import_report(store::Connection& connection, std::int64_t id, const json::object& report);
void update_import_job(store::Connection& connection, std::int64_t id, std::int64_t job_id, bool is_dry_run);
void mark_import_purged(store::Connection& connection, std::int64_t id);

void insert_import_row(store::Connection& connection, std::int64_t import_id, const PreparedRow& row, const RowResult& result);
void delete_import_rows(store::Connection& connection, std::int64_t import_id);
// In the order of the file; a status only when given. `visit` false: enough.
void read_import_rows(store::Connection& connection, std::int64_t import_id, std::optional<RowStatus> status,
                      const std::function<bool(const StoredRow&)>& visit);
// Rows created or changed whose record in `table` (of the registry) bears marks.
std::vector<StoredRow> read_doubtful_rows(store::Connection& connection, std::int64_t import_id, const std::string& table, int limit);
std::optional<StoredRow> find_import_row(store::Connection& connection, std::int64_t import_id, int sheet, std::int64_t number);
void update_import_row(store::Connection& connection, std::int64_t import_id, const StoredRow& row);

struct StoredMapping {
  std::int64_t id = 0;
  std::string entity, name, fingerprint;  // without a name: the last one used for such a header
  json::array columns;
};
void put_mapping(store::Connection& connection, const StoredMapping& mapping, std::int64_t user_id, base::Instant now);
std::vector<StoredMapping> read_mappings(store::Connection& connection, std::string_view entity);
bool delete_mapping(store::Connection& connection, std::int64_t id);

}  // namespace connect
