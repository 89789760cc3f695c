#include "server/connect/import/imports.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/import/imports_internal.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/files.hpp"

namespace connect {

namespace {

const entity::EntityDef& importable(const entity::Registry& registry, const entity::Caller& caller, std::string_view key) {
  const auto& entity = registry.require(key);
  if (entity.kind != entity::EntityKind::kRecord)
    throw base::Error(base::ErrorCode::kNotFound, "unknown_entity", {{"entity", std::string(key)}});
  if (!entity::may(caller, entity, entity::Action::kCreate))
    throw base::Error(base::ErrorCode::kPermissionDenied, "create_not_allowed", {{"entity", entity.key}});
  return entity;
}

std::string csv_cell(std::string_view text) {
  // A cell that a spreadsheet would run as a formula is handed out as text (OWASP, CSV injection).
  std::string out = "\"";
  if (!text.empty() && std::string_view("=+-@\t").find(text.front()) != std::string_view::npos) out += "'";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::string reason_text(const base::Localizer& localizer, std::string_view language, std::string_view reason) {
  for (const std::string_view prefix : {"error.field.", "error."}) {
    const std::string key = std::string(prefix) + std::string(reason);
    if (localizer.has(language, key)) return localizer.text(language, key);
  }
  return std::string(reason);
}

Imports::Imports(entity::Services& services, flow::Jobs& jobs, Files& files, const base::Localizer& localizer)
    : services_(services), jobs_(jobs), files_(files), localizer_(localizer) {
  jobs_.add_kind("import", [this](flow::JobRun& run) { execute(run, false); });
  jobs_.add_kind("import_dry_run", [this](flow::JobRun& run) { execute(run, true); });
  jobs_.add_kind("import.undo", [this](flow::JobRun& run) { undo(run); });
}

Imports::Opened Imports::open(const ImportRow& import) const {
  Opened opened;
  std::optional<entity::FileRow> file;
  services_.database.read({.name = "import_file"},
                          [&](store::Connection& connection) { file = entity::find_file(connection, import.file_id); });
  if (file) opened.content = files_.open(*file);
  if (!opened.content) throw base::Error(base::ErrorCode::kFailedPrecondition, "import_file_gone");
  TableOptions options;
  if (!import.plan.empty()) {
    options.encoding = base::json_string(import.plan, "format") == "csv" ? base::json_string(import.plan, "encoding") : "";
    options.delimiter = base::json_string(import.plan, "delimiter");
    opened.sheets = sheets_of_plan(import.plan);
  }
  opened.reader = open_table(*opened.content, options);
  return opened;
}

ImportRow Imports::create(const entity::Caller& caller, const ImportRequest& request) {
  const auto registry = services_.catalog.current();
  const auto& entity = importable(*registry, caller, request.entity);
  duplicate_policy(request.duplicates);
  if (!request.key_field.empty() && entity.field(request.key_field) == nullptr)
    throw base::Error::field("key_field", "unknown_field", {{"field", request.key_field}});
  ImportRow import;
  import.entity = entity.key;
  import.file_id = request.file_id;
  import.created_by = caller.user_id;
  import.created_at = services_.clock.now();
  std::optional<entity::FileRow> file;
  services_.database.read({.name = "import_file"},
                          [&](store::Connection& connection) { file = entity::find_file(connection, request.file_id); });
  // Only whoever uploaded a file imports it.
  if (!file || (file->created_by != caller.user_id && !caller.is_admin && !caller.is_system))
    throw base::Error(base::ErrorCode::kNotFound, "file_not_found");
  import.file_name = file->name;
  import.plan = plan_to_json(analyse(*registry, entity, *file, request, {}), request);
  services_.database.write({.name = "import_add"}, [&](store::Connection& connection) { import.id = insert_import(connection, import); });
  files_.hold(import.file_id);
  return import;
}

ImportRow Imports::find(const entity::Caller& caller, std::int64_t id) const {
  std::optional<ImportRow> import;
  services_.database.read({.name = "import_find"}, [&](store::Connection& connection) { import = find_import(connection, id); });
  if (!import || (import->created_by != caller.user_id && !caller.is_admin && !caller.is_system))
    throw base::Error(base::ErrorCode::kNotFound, "import_not_found");
  return std::move(*import);
}

std::vector<ImportRow> Imports::list(const entity::Caller& caller, bool all_users, int limit) const {
  std::vector<ImportRow> rows;
  services_.database.read({.name = "import_list"}, [&](store::Connection& connection) {
    rows = list_imports(connection, caller.user_id, all_users && (caller.is_admin || caller.is_system), limit);
  });
  return rows;
}

std::optional<flow::JobRow> Imports::last_job(const ImportRow& import) const {
  return jobs_.find(import.job_id != 0 ? import.job_id : import.dry_run_job_id);
}

std::int64_t Imports::run(const entity::Caller& caller, std::int64_t id, bool is_dry_run) {
  const ImportRow import = find(caller, id);
  if (import.job_id != 0 || import.is_purged) throw base::Error(base::ErrorCode::kFailedPrecondition, "import_started");
  const auto registry = services_.catalog.current();
  importable(*registry, caller, import.entity);
  const std::int64_t job =
      jobs_.submit(is_dry_run ? "import_dry_run" : "import", {{"import", id}, {"entity", import.entity}, {"file", import.file_name}},
                   caller.user_id, !is_dry_run);
  services_.database.write({.name = "import_run"}, [&](store::Connection& connection) {
    update_import_job(connection, id, job, is_dry_run);
    if (is_dry_run) return;
    const std::string name = base::json_string(import.plan, "save_mapping_as");
    for (const auto& sheet : import.plan.at("sheets").as_array()) {
      const auto& object = sheet.as_object();
      if (base::json_int(object, "header_row") < 0) continue;
      StoredMapping mapping{0, import.entity, "", base::json_string(object, "fingerprint"), object.at("columns").as_array()};
      put_mapping(connection, mapping, caller.user_id, services_.clock.now());
      if (name.empty()) continue;
      mapping.name = name;
      mapping.fingerprint.clear();
      put_mapping(connection, mapping, caller.user_id, services_.clock.now());
    }
  });
  return job;
}

json::object Imports::report(const entity::Caller& caller, std::int64_t id) const {
  const ImportRow import = find(caller, id);
  return import.report;
}

std::string Imports::failed_rows(const entity::Caller& caller, std::int64_t id, std::string_view language) const {
  const ImportRow import = find(caller, id);
  const auto sheets = sheets_of_plan(import.plan);
  std::string text = "\xEF\xBB\xBF";
  int sheet = -1;
  std::size_t width = 0;
  services_.database.read({.name = "import_failed", .deadline = std::chrono::seconds(60)}, [&](store::Connection& connection) {
    text.resize(3);
    sheet = -1;
    read_import_rows(connection, id, RowStatus::kFailed, [&](const StoredRow& row) {
      if (row.sheet != sheet) {
        sheet = row.sheet;
        const auto plan = std::find_if(sheets.begin(), sheets.end(), [&](const SheetPlan& each) { return each.sheet == sheet; });
        width = plan == sheets.end() ? 0 : plan->mapping.columns.size();
        for (std::size_t i = 0; i < width; ++i) text += csv_cell(plan->mapping.columns[i].column) + ";";
        text += csv_cell(localizer_.text(language, "import.reason")) + "\r\n";
      }
      const json::value cells = base::parse_json(row.cells);
      for (std::size_t i = 0; i < std::max(width, cells.as_array().size()); ++i)
        text += (i < cells.as_array().size() ? csv_cell(cells.as_array()[i].as_string()) : "\"\"") + ";";
      text += csv_cell((row.field.empty() ? "" : row.field + ": ") + reason_text(localizer_, language, row.reason)) + "\r\n";
      return true;
    });
  });
  return text;
}

std::string Imports::reason(std::string_view language, std::string_view code) const { return reason_text(localizer_, language, code); }

std::vector<StoredRow> Imports::doubtful_rows(const entity::Caller& caller, std::int64_t id, int limit) const {
  const ImportRow import = find(caller, id);
  const auto registry = services_.catalog.current();
  const auto& entity = registry->require(import.entity);
  std::vector<StoredRow> rows;
  services_.database.read({.name = "import_doubtful", .deadline = std::chrono::seconds(30)},
                          [&](store::Connection& connection) { rows = read_doubtful_rows(connection, id, entity.table, limit); });
  return rows;
}

std::vector<StoredRow> Imports::rows(const entity::Caller& caller, std::int64_t id, std::optional<RowStatus> status, int limit) const {
  find(caller, id);
  std::vector<StoredRow> rows;
  services_.database.read({.name = "import_rows", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    rows.clear();
    read_import_rows(connection, id, status, [&](const StoredRow& row) {
      rows.push_back(row);
      return static_cast<int>(rows.size()) < limit;
    });
  });
  return rows;
}

StoredRow Imports::decide(const entity::Caller& caller, std::int64_t id, int sheet, std::int64_t number, std::string_view decision) {
  const ImportRow import = find(caller, id);
  const auto registry = services_.catalog.current();
  const auto& entity = importable(*registry, caller, import.entity);
  SaverOptions options = saver_options(import.plan);
  options.policy = duplicate_policy(decision);
  if (options.policy == DuplicatePolicy::kAsk)
    throw base::Error::field("decision", "unknown_option", {{"valid", "create, skip, fill, overwrite"}});
  options.job_id = import.job_id;
  options.localizer = &localizer_;
  const auto sheets = sheets_of_plan(import.plan);
  const auto zone = base::TimeZone::find(caller.time_zone).value_or(base::TimeZone::utc());
  const RowMaker maker(*registry, entity, &localizer_, {zone.local_date(services_.clock.now()), caller.time_zone, "RU"});
  RowSaver saver(services_, caller, import.entity, options);
  StoredRow row;
  services_.database.write({.name = "import_decide"}, [&](store::Connection& connection) {
    const auto stored = find_import_row(connection, id, sheet, number);
    if (!stored) throw base::Error(base::ErrorCode::kNotFound, "import_row_not_found");
    if (stored->status != RowStatus::kReview) throw base::Error(base::ErrorCode::kFailedPrecondition, "import_row_decided");
    row = *stored;
    const auto plan = std::find_if(sheets.begin(), sheets.end(), [&](const SheetPlan& each) { return each.sheet == sheet; });
    if (plan == sheets.end()) throw base::Error(base::ErrorCode::kNotFound, "import_row_not_found");
    Row cells;
    const json::value texts = base::parse_json(row.cells);
    for (const auto& text : texts.as_array())
      cells.cells.push_back({text.as_string().empty() ? CellType::kEmpty : CellType::kText, false, std::string(text.as_string())});
    saver.begin();
    const RowResult result = saver.save(connection, maker.make(cells, *plan));
    row.status = result.status;
    row.reason = result.reason;
    row.field = result.field;
    if (result.record_id != 0) row.record_id = result.record_id;
    update_import_row(connection, id, row);
  });
  saver.commit();
  return row;
}

void Imports::purge(const entity::Caller& caller, std::int64_t id) {
  ImportRow import = find(caller, id);
  if (const auto job = last_job(import); job && (job->state == "running" || job->state == "queued" || job->state == "paused"))
    throw base::Error(base::ErrorCode::kFailedPrecondition, "import_running");
  const std::int64_t file_id = import.file_id;
  import.plan["sheets"] = json::array();
  services_.database.write({.name = "import_purge"}, [&](store::Connection& connection) {
    delete_import_rows(connection, id);
    update_import_plan(connection, id, import.plan);
    mark_import_purged(connection, id);
  });
  files_.release(file_id);
}

std::vector<StoredMapping> Imports::mappings(std::string_view entity) const {
  std::vector<StoredMapping> all;
  services_.database.read({.name = "import_mappings"}, [&](store::Connection& connection) { all = read_mappings(connection, entity); });
  return all;
}

void Imports::remove_mapping(const entity::Caller&, std::int64_t id) {
  bool is_removed = false;
  services_.database.write({.name = "import_mapping_delete"},
                           [&](store::Connection& connection) { is_removed = delete_mapping(connection, id); });
  if (!is_removed) throw base::Error(base::ErrorCode::kNotFound, "import_mapping_not_found", {{"name", std::to_string(id)}});
}

}  // namespace connect
