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

json::object plan_to_json(const Analysis& analysis, const ImportRequest& request) {
  json::array sheets;
  for (const auto& sheet : analysis.sheets) {
    json::array samples, headers;
    for (const auto& header : sheet.headers) headers.emplace_back(header);
    for (const auto& column : sheet.samples) {
      json::array values;
      for (std::size_t i = 0; i < column.values.size() && i < 5; ++i) values.emplace_back(base::prefix(column.values[i], 200));
      samples.push_back(std::move(values));
    }
    sheets.push_back(json::object{{"sheet", sheet.sheet},
                                  {"name", sheet.name},
                                  {"header_row", sheet.header_row},
                                  {"headers", std::move(headers)},
                                  {"fingerprint", sheet.fingerprint},
                                  {"mapping", sheet.mapping.name},
                                  {"columns", sheet.mapping.to_json()},
                                  {"samples", std::move(samples)}});
  }
  return {{"format", table_format_name(analysis.format)},
          {"encoding", analysis.encoding},
          {"delimiter", analysis.delimiter},
          {"sheets", std::move(sheets)},
          {"duplicates", duplicate_policy_name(duplicate_policy(request.duplicates))},
          {"key_field", request.key_field},
          {"creates_links", request.creates_links},
          {"save_mapping_as", request.save_mapping_as}};
}

std::vector<SheetPlan> sheets_of_plan(const json::object& plan) {
  std::vector<SheetPlan> sheets;
  for (const auto& value : plan.at("sheets").as_array()) {
    const auto& object = value.as_object();
    SheetPlan sheet;
    sheet.sheet = static_cast<int>(base::json_int(object, "sheet"));
    sheet.name = base::json_string(object, "name");
    sheet.header_row = base::json_int(object, "header_row");
    sheet.fingerprint = base::json_string(object, "fingerprint");
    for (const auto& header : object.at("headers").as_array()) sheet.headers.emplace_back(header.as_string());
    sheet.mapping.columns = Mapping::from_json(object.at("columns").as_array());
    sheets.push_back(std::move(sheet));
  }
  return sheets;
}

SaverOptions saver_options(const json::object& plan) {
  SaverOptions options;
  options.policy = duplicate_policy(base::json_string(plan, "duplicates"));
  options.key_field = base::json_string(plan, "key_field");
  options.creates_links = base::json_bool(plan, "creates_links", true);
  return options;
}

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
  const auto content = files_.open(*file);
  if (!content) throw base::Error(base::ErrorCode::kDataLoss, "file_content_lost");
  const auto reader = open_table(*content, {request.encoding, request.delimiter});
  const HeaderWords words(*registry, entity, &localizer_);
  AnalysisOptions options;
  options.sheet = request.sheet;
  const auto ready = ready_mapping_names(entity.key);
  const bool is_ready = std::find(ready.begin(), ready.end(), request.mapping) != ready.end();
  if (is_ready) options.mapping = request.mapping;
  Analysis analysis = analyse_table(*reader, words, entity, options);
  const bool is_auto = request.mapping.empty() || request.mapping == "auto";
  bool is_found = is_ready || is_auto;
  for (const auto& stored : mappings(entity.key)) {
    for (auto& sheet : analysis.sheets) {
      // A named mapping goes by the columns' names; without a name the one last used for the very same header counts.
      const bool is_named = !is_auto && stored.name == request.mapping;
      if (!is_named && !(is_auto && stored.name.empty() && stored.fingerprint == sheet.fingerprint)) continue;
      is_found = true;
      sheet.mapping.name = stored.name;
      const auto columns = Mapping::from_json(stored.columns);
      for (auto& column : sheet.mapping.columns) {
        for (const auto& known : columns) {
          if (header_key(known.column) != header_key(column.column) || (!is_named && known.index != column.index)) continue;
          column.target = words.is_target(known.target) ? known.target : std::string();
          column.kind = known.kind;
        }
      }
    }
  }
  if (!is_found) throw base::Error(base::ErrorCode::kNotFound, "import_mapping_not_found", {{"name", request.mapping}});
  import.plan = plan_to_json(analysis, request);
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

ImportRow Imports::change(const entity::Caller& caller, std::int64_t id, const json::object& patch) {
  ImportRow import = find(caller, id);
  if (import.job_id != 0) throw base::Error(base::ErrorCode::kFailedPrecondition, "import_started");
  const auto registry = services_.catalog.current();
  const auto& entity = registry->require(import.entity);
  const HeaderWords words(*registry, entity, &localizer_);
  for (const auto& key : {"duplicates", "key_field", "save_mapping_as"}) {
    if (patch.contains(key)) import.plan[key] = base::json_string(patch, key);
  }
  if (patch.contains("creates_links")) import.plan["creates_links"] = base::json_bool(patch, "creates_links", true);
  saver_options(import.plan);
  const std::string key_field = base::json_string(import.plan, "key_field");
  if (!key_field.empty() && entity.field(key_field) == nullptr)
    throw base::Error::field("key_field", "unknown_field", {{"field", key_field}});
  if (const auto* sheets = base::json_array(patch, "sheets")) {
    for (const auto& given : *sheets) {
      const auto* object = given.if_object();
      if (object == nullptr) throw base::Error::field("sheets", "wrong_type", {{"expected", "object"}});
      for (auto& stored : import.plan.at("sheets").as_array()) {
        auto& sheet = stored.as_object();
        if (base::json_int(sheet, "sheet") != base::json_int(*object, "sheet", -1)) continue;
        if (object->contains("header_row")) sheet["header_row"] = base::json_int(*object, "header_row");
        const auto* columns = base::json_array(*object, "columns");
        if (columns == nullptr) continue;
        Mapping mapping;
        mapping.columns = Mapping::from_json(*columns);
        for (const auto& column : mapping.columns) {
          if (!column.target.empty() && !words.is_target(column.target))
            throw base::Error::field("columns", "unknown_field", {{"field", column.target}});
        }
        sheet["columns"] = mapping.to_json();
      }
    }
  }
  services_.database.write({.name = "import_change"},
                           [&](store::Connection& connection) { update_import_plan(connection, import.id, import.plan); });
  return import;
}

std::vector<PreviewRow> Imports::preview(const entity::Caller& caller, std::int64_t id, int limit) const {
  const ImportRow import = find(caller, id);
  const auto registry = services_.catalog.current();
  const auto& entity = registry->require(import.entity);
  const HeaderWords words(*registry, entity, &localizer_);
  Opened opened = open(import);
  const auto zone = base::TimeZone::find(caller.time_zone).value_or(base::TimeZone::utc());
  const RowMaker maker(*registry, entity, &localizer_, {zone.local_date(services_.clock.now()), caller.time_zone, "RU"});
  std::vector<PreviewRow> rows;
  for (const auto& plan : opened.sheets) {
    if (plan.header_row < 0) continue;
    opened.reader->open_sheet(plan.sheet);
    Row row;
    while (static_cast<int>(rows.size()) < limit && opened.reader->next(row)) {
      if (row.number <= plan.header_row) continue;
      PreviewRow shown;
      shown.sheet = plan.sheet;
      shown.number = reported_number(row, plan, opened.reader->format());
      shown.cells = RowMaker::cells_json(row);
      const RowKind kind = kind_of_row(row, plan, words);
      shown.kind = kind == RowKind::kData ? "data" : std::string(skip_reason(kind));
      if (kind == RowKind::kData) {
        const auto made = maker.make(row, plan);
        shown.values = made.values;
        for (const auto& mark : made.marks)
          shown.marks.push_back(json::object{{"field", mark.field}, {"code", mark.code}, {"raw", mark.raw}});
        for (const auto& link : made.links)
          shown.linked.push_back(json::object{{"field", link.field}, {"entity", link.entity}, {"text", link.text}});
        for (const auto& related : made.related)
          shown.linked.push_back(json::object{{"field", related.field}, {"entity", related.entity}, {"values", related.values}});
      }
      rows.push_back(std::move(shown));
    }
  }
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
