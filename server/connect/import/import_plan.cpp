// What an import is going to do: the plan as it is stored, looked at, changed and tried on the first rows.
#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/import/imports_internal.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/files.hpp"

namespace connect {

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
          {"mapping", request.mapping.empty() ? "auto" : request.mapping},
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

namespace {

json::object* sheet_of(json::object& plan, std::int64_t number) {
  for (auto& value : plan.at("sheets").as_array()) {
    auto& sheet = value.as_object();
    if (base::json_int(sheet, "sheet") == number) return &sheet;
  }
  return nullptr;
}

// Columns that people set stay where the header is the same still.
void keep_columns(const json::object& before, json::object& after) {
  for (const auto& value : before.at("sheets").as_array()) {
    const auto& old = value.as_object();
    auto* sheet = sheet_of(after, base::json_int(old, "sheet"));
    if (sheet != nullptr && sheet->at("headers") == old.at("headers")) (*sheet)["columns"] = old.at("columns");
  }
}

void put_columns(json::object& plan, const json::array& sheets, const HeaderWords& words) {
  for (const auto& given : sheets) {
    const auto* object = given.if_object();
    if (object == nullptr) throw base::Error::field("sheets", "wrong_type", {{"expected", "object"}});
    auto* sheet = sheet_of(plan, base::json_int(*object, "sheet", -1));
    const auto* columns = base::json_array(*object, "columns");
    if (sheet == nullptr || columns == nullptr) continue;
    Mapping mapping;
    mapping.columns = Mapping::from_json(*columns);
    for (const auto& column : mapping.columns) {
      if (!column.target.empty() && !words.is_target(column.target))
        throw base::Error::field("columns", "unknown_field", {{"field", column.target}});
    }
    (*sheet)["columns"] = mapping.to_json();
  }
}

// Headers said by people, those of earlier changes included; `null` takes one back.
json::object given_headers(const json::object& plan, const json::object& patch) {
  json::object rows;
  if (const auto* before = base::json_object(plan, "header_rows")) rows = *before;
  if (const auto* sheets = base::json_array(patch, "sheets")) {
    for (const auto& value : *sheets) {
      const auto* sheet = value.if_object();
      if (sheet == nullptr || !sheet->contains("header_row")) continue;
      const std::string number = std::to_string(base::json_int(*sheet, "sheet", -1));
      if (sheet->at("header_row").is_null())
        rows.erase(number);
      else
        rows[number] = std::max<std::int64_t>(-1, base::json_int(*sheet, "header_row"));
    }
  }
  return rows;
}

}  // namespace

Analysis Imports::analyse(const entity::Registry& registry, const entity::EntityDef& entity, const entity::FileRow& file,
                          const ImportRequest& request, const std::map<int, std::int64_t>& header_rows) const {
  const auto content = files_.open(file);
  if (!content) throw base::Error(base::ErrorCode::kDataLoss, "file_content_lost");
  const auto reader = open_table(*content, {request.encoding, request.delimiter});
  const HeaderWords words(registry, entity, &localizer_);
  AnalysisOptions options{request.sheet, "", header_rows};
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
          column.replacements = known.replacements;
        }
      }
    }
  }
  if (!is_found) throw base::Error(base::ErrorCode::kNotFound, "import_mapping_not_found", {{"name", request.mapping}});
  return analysis;
}

json::object Imports::look_again(const ImportRow& import, const entity::Registry& registry, const entity::EntityDef& entity,
                                 const json::object& patch) const {
  ImportRequest request;
  const bool is_text = base::json_string(import.plan, "format") == "csv";
  request.encoding = base::json_string(patch, "encoding", is_text ? base::json_string(import.plan, "encoding") : "");
  request.delimiter = base::json_string(patch, "delimiter", is_text ? base::json_string(import.plan, "delimiter") : "");
  request.mapping = base::json_string(patch, "mapping", base::json_string(import.plan, "mapping", "auto"));
  request.duplicates = base::json_string(import.plan, "duplicates");
  request.key_field = base::json_string(import.plan, "key_field");
  request.creates_links = base::json_bool(import.plan, "creates_links", true);
  request.save_mapping_as = base::json_string(import.plan, "save_mapping_as");
  const json::object headers = given_headers(import.plan, patch);
  std::map<int, std::int64_t> header_rows;
  for (const auto& [sheet, row] : headers) header_rows[std::stoi(std::string(sheet))] = row.as_int64();
  std::optional<entity::FileRow> file;
  services_.database.read({.name = "import_file"},
                          [&](store::Connection& connection) { file = entity::find_file(connection, import.file_id); });
  if (!file) throw base::Error(base::ErrorCode::kFailedPrecondition, "import_file_gone");
  json::object plan = plan_to_json(analyse(registry, entity, *file, request, header_rows), request);
  if (!patch.contains("mapping")) keep_columns(import.plan, plan);
  plan["header_rows"] = headers;
  return plan;
}

ImportRow Imports::change(const entity::Caller& caller, std::int64_t id, const json::object& patch) {
  ImportRow import = find(caller, id);
  if (import.job_id != 0) throw base::Error(base::ErrorCode::kFailedPrecondition, "import_started");
  const auto registry = services_.catalog.current();
  const auto& entity = registry->require(import.entity);
  const HeaderWords words(*registry, entity, &localizer_);
  const bool looks_again = patch.contains("encoding") || patch.contains("delimiter") || patch.contains("mapping") ||
                           given_headers(import.plan, patch) != given_headers(import.plan, {});
  if (looks_again) import.plan = look_again(import, *registry, entity, patch);
  for (const auto& key : {"duplicates", "key_field", "save_mapping_as"}) {
    if (patch.contains(key)) import.plan[key] = base::json_string(patch, key);
  }
  if (patch.contains("creates_links")) import.plan["creates_links"] = base::json_bool(patch, "creates_links", true);
  saver_options(import.plan);
  const std::string key_field = base::json_string(import.plan, "key_field");
  if (!key_field.empty() && entity.field(key_field) == nullptr)
    throw base::Error::field("key_field", "unknown_field", {{"field", key_field}});
  if (const auto* sheets = base::json_array(patch, "sheets")) put_columns(import.plan, *sheets, words);
  // What a trial said is true no more.
  import.report = {};
  services_.database.write({.name = "import_change"}, [&](store::Connection& connection) {
    update_import_plan(connection, import.id, import.plan);
    update_import_report(connection, import.id, import.report);
  });
  return import;
}

namespace {

void show_made(const PreparedRow& made, PreviewRow& shown) {
  shown.values = made.values;
  for (const auto& mark : made.marks) shown.marks.push_back(json::object{{"field", mark.field}, {"code", mark.code}, {"raw", mark.raw}});
  for (const auto& link : made.links)
    shown.linked.push_back(json::object{{"field", link.field}, {"entity", link.entity}, {"text", link.text}});
  for (const auto& related : made.related)
    shown.linked.push_back(json::object{{"field", related.field}, {"entity", related.entity}, {"values", related.values}});
}

}  // namespace

std::vector<PreviewRow> Imports::preview(const entity::Caller& caller, std::int64_t id, const PreviewRequest& request) const {
  const ImportRow import = find(caller, id);
  const auto registry = services_.catalog.current();
  const auto& entity = registry->require(import.entity);
  const HeaderWords words(*registry, entity, &localizer_);
  Opened opened = open(import);
  const auto zone = base::TimeZone::find(caller.time_zone).value_or(base::TimeZone::utc());
  const RowMaker maker(*registry, entity, &localizer_, {zone.local_date(services_.clock.now()), caller.time_zone, "RU"});
  std::vector<PreviewRow> rows;
  for (const auto& plan : opened.sheets) {
    if (request.sheet ? plan.sheet != *request.sheet : plan.header_row < 0) continue;
    opened.reader->open_sheet(plan.sheet);
    Row row;
    while (static_cast<int>(rows.size()) < request.limit && opened.reader->next(row)) {
      if (row.number <= plan.header_row && !request.with_head) continue;
      PreviewRow shown;
      shown.sheet = plan.sheet;
      shown.number = row.number <= plan.header_row ? row.number : reported_number(row, plan, opened.reader->format());
      shown.cells = RowMaker::cells_json(row);
      const RowKind kind = kind_of_row(row, plan, words);
      if (plan.header_row < 0)
        shown.kind = "unused";
      else if (row.number <= plan.header_row)
        shown.kind = row.number == plan.header_row ? "header" : "above";
      else
        shown.kind = kind == RowKind::kData ? "data" : std::string(skip_reason(kind));
      if (shown.kind == "data") show_made(maker.make(row, plan), shown);
      rows.push_back(std::move(shown));
    }
  }
  return rows;
}

}  // namespace connect
