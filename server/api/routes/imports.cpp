// Imports of tables: a file is looked at, its columns are mapped, rows are tried, written by a job, decided one by one.
#include "server/connect/import/imports.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/connect/import/mapping.hpp"

namespace api {

namespace {

void write_job_link(Call& call, std::string_view key, std::int64_t job, base::JsonWriter& out) {
  out.key(key);
  const auto row = job == 0 ? std::nullopt : call.context.jobs.find(job);
  if (!row) {
    out.null();
    return;
  }
  out.begin_object()
      .key("id")
      .integer(row->id)
      .key("state")
      .text(row->state)
      .key("done")
      .integer(row->done)
      .key("total")
      .integer(row->total)
      .key("problem")
      .text(row->problem);
  // What was counted so far, also of a run that was stopped; a trial keeps none.
  out.key("counts");
  if (const auto* counts = base::json_object(row->checkpoint, "by_status"))
    out.value(*counts);
  else
    out.null();
  out.key("undone_by");
  if (row->undone_by == 0)
    out.null();
  else
    out.integer(row->undone_by);
  out.key("can_undo")
      .boolean(row->can_undo && row->undone_by == 0 && row->state != "queued" && row->state != "running" && row->state != "paused")
      .end_object();
}

// Failures and skips are asked for apart: there may be many.
json::object short_report(const json::object& report) {
  json::object out = report;
  out.erase("failures");
  out.erase("skips");
  return out;
}

void write_import(Call& call, const connect::ImportRow& import, base::JsonWriter& out) {
  out.begin_object()
      .key("id")
      .integer(import.id)
      .key("entity")
      .text(import.entity)
      .key("file_name")
      .text(import.file_name)
      .key("file")
      .integer(import.file_id);
  out.key("created_by")
      .integer(import.created_by)
      .key("created_at")
      .text(base::to_string(import.created_at))
      .key("purged")
      .boolean(import.is_purged);
  write_job_link(call, "job", import.job_id, out);
  write_job_link(call, "dry_run_job", import.dry_run_job_id, out);
  out.key("report");
  if (import.report.empty())
    out.null();
  else
    out.value(short_report(import.report));
  for (const auto& [key, value] : import.plan) out.key(std::string_view(key)).value(value);
  out.end_object();
}

void write_row(Call& call, const connect::StoredRow& row, base::JsonWriter& out) {
  out.begin_object()
      .key("sheet")
      .integer(row.sheet)
      .key("row")
      .integer(row.number)
      .key("status")
      .text(connect::row_status_name(row.status))
      .key("reason");
  if (row.reason.empty())
    out.null();
  else
    out.text(row.reason);
  if (!row.reason.empty()) out.key("message").text(call.context.imports.reason(call.caller().language, row.reason));
  out.key("field");
  if (row.field.empty())
    out.null();
  else
    out.text(row.field);
  out.key("record");
  if (row.record_id == 0)
    out.null();
  else
    out.integer(row.record_id);
  out.key("cells").value(base::parse_json(row.cells, {8, 64u << 20})).end_object();
}

void create(Call& call, http::Response& response) {
  const json::object body = call.body();
  connect::ImportRequest request;
  request.entity = base::json_string(body, "entity");
  if (request.entity.empty()) throw base::Error::field("entity", "required");
  request.file_id = base::json_int(body, "file");
  if (request.file_id == 0) throw base::Error::field("file", "required");
  request.mapping = base::json_string(body, "mapping", "auto");
  request.duplicates = base::json_string(body, "duplicates", "skip");
  request.key_field = base::json_string(body, "key_field");
  request.sheet = base::json_string(body, "sheet");
  request.encoding = base::json_string(body, "encoding");
  request.delimiter = base::json_string(body, "delimiter");
  request.save_mapping_as = base::json_string(body, "save_mapping_as");
  request.creates_links = base::json_bool(body, "creates_links", true);
  const auto import = call.context.imports.create(call.writer(), request);
  response.status = 201;
  response.set_header("Location", "/api/v1/imports/" + std::to_string(import.id));
  base::JsonWriter out(response.body);
  write_import(call, import, out);
}

void list(Call& call, http::Response& response) {
  base::JsonWriter out(response.body);
  out.begin_object().key("items").begin_array();
  for (const auto& import : call.context.imports.list(call.caller(), call.query_flag("all"), call.query_int("limit", 50, 1, 200)))
    write_import(call, import, out);
  out.end_array().end_object();
}

void show(Call& call, http::Response& response) {
  base::JsonWriter out(response.body);
  write_import(call, call.context.imports.find(call.caller(), call.id(0)), out);
}

void change(Call& call, http::Response& response) {
  base::JsonWriter out(response.body);
  write_import(call, call.context.imports.change(call.writer(), call.id(0), call.body()), out);
}

void preview(Call& call, http::Response& response) {
  base::JsonWriter out(response.body);
  out.begin_object().key("items").begin_array();
  connect::PreviewRequest request;
  request.limit = call.query_int("limit", 20, 1, 200);
  request.with_head = call.query_flag("head");
  if (!call.query("sheet").empty()) request.sheet = call.query_int("sheet", 0, 0, 10'000);
  for (const auto& row : call.context.imports.preview(call.caller(), call.id(0), request)) {
    out.begin_object()
        .key("sheet")
        .integer(row.sheet)
        .key("row")
        .integer(row.number)
        .key("kind")
        .text(row.kind)
        .key("cells")
        .value(base::parse_json(row.cells, {8, 64u << 20}));
    out.key("values").value(row.values).key("marks").value(row.marks).key("linked").value(row.linked).end_object();
  }
  out.end_array().end_object();
}

void start(Call& call, http::Response& response) {
  const json::object body = call.body();
  const bool is_dry_run = call.query_flag("dry_run") || base::json_bool(body, "dry_run");
  const std::int64_t job = call.context.imports.run(call.writer(), call.id(0), is_dry_run);
  response.status = 202;
  response.set_header("Location", "/api/v1/jobs/" + std::to_string(job));
  show(call, response);
}

void report(Call& call, http::Response& response) {
  json::object report = call.context.imports.report(call.caller(), call.id(0));
  if (auto* failures = report.if_contains("failures")) {
    for (auto& value : failures->as_array()) {
      auto& failure = value.as_object();
      failure["message"] = call.context.imports.reason(call.caller().language, base::json_string(failure, "reason"));
    }
  }
  base::JsonWriter out(response.body);
  out.value(report);
}

void rows(Call& call, http::Response& response) {
  std::optional<connect::RowStatus> status;
  const std::string given = call.query("status");
  for (const auto each : {connect::RowStatus::kCreated, connect::RowStatus::kUpdated, connect::RowStatus::kSkipped,
                          connect::RowStatus::kFailed, connect::RowStatus::kReview}) {
    if (connect::row_status_name(each) == given) status = each;
  }
  if (!given.empty() && !status && given != "doubtful")
    throw base::Error::field("status", "unknown_option",
                             {{"value", given}, {"valid", "created, updated, skipped, failed, review, doubtful"}});
  base::JsonWriter out(response.body);
  out.begin_object().key("items").begin_array();
  const int limit = call.query_int("limit", 100, 1, 10'000);
  const bool is_doubtful = given == "doubtful";
  for (const auto& row : is_doubtful ? call.context.imports.doubtful_rows(call.caller(), call.id(0), limit)
                                     : call.context.imports.rows(call.caller(), call.id(0), status, limit))
    write_row(call, row, out);
  out.end_array().end_object();
}

void failed(Call& call, http::Response& response) {
  response.content_type = "text/csv; charset=utf-8";
  response.set_header("Content-Disposition", "attachment; filename=\"import-" + std::to_string(call.id(0)) + "-failed.csv\"");
  response.body = call.context.imports.failed_rows(call.caller(), call.id(0), call.caller().language);
}

void decide(Call& call, http::Response& response) {
  const json::object body = call.body();
  const auto row = call.context.imports.decide(call.writer(), call.id(0), static_cast<int>(base::json_int(body, "sheet")),
                                               base::json_int(body, "row"), base::json_string(body, "decision"));
  base::JsonWriter out(response.body);
  write_row(call, row, out);
}

void purge(Call& call, http::Response& response) {
  call.context.imports.purge(call.writer(), call.id(0));
  response.status = 204;
}

// Ready mappings and those people saved under a name.
void mappings(Call& call, http::Response& response) {
  const std::string entity = call.query("entity");
  base::JsonWriter out(response.body);
  out.begin_object().key("items").begin_array();
  for (const auto& name : connect::ready_mapping_names(entity))
    out.begin_object().key("id").null().key("name").text(name).key("ready").boolean(true).end_object();
  for (const auto& mapping : call.context.imports.mappings(entity)) {
    if (mapping.name.empty()) continue;
    out.begin_object().key("id").integer(mapping.id).key("name").text(mapping.name).key("ready").boolean(false).end_object();
  }
  out.end_array().end_object();
}

void remove_mapping(Call& call, http::Response& response) {
  call.context.imports.remove_mapping(call.writer(), call.id(0));
  response.status = 204;
}

}  // namespace

void add_import_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kGet, "/imports", list});
  add_route(router, context, {Method::kPost, "/imports", create, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/imports/{id}", show});
  add_route(router, context, {Method::kPatch, "/imports/{id}", change, RunsOn::kWritePool});
  add_route(router, context, {Method::kDelete, "/imports/{id}", purge, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/imports/{id}:preview", preview, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/imports/{id}:run", start, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/imports/{id}/report", report});
  add_route(router, context, {Method::kGet, "/imports/{id}/rows", rows});
  add_route(router, context, {Method::kGet, "/imports/{id}/failed", failed});
  add_route(router, context, {Method::kPost, "/imports/{id}:decide", decide, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/import-mappings", mappings});
  add_route(router, context, {Method::kDelete, "/import-mappings/{id}", remove_mapping, RunsOn::kWritePool});
}

}  // namespace api
