// Jobs and mass change.
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/flow/mass_change.hpp"

namespace api {

void write_job(const flow::JobRow& row, base::JsonWriter& out) {
  out.begin_object()
      .key("id")
      .integer(row.id)
      .key("kind")
      .text(row.kind)
      .key("state")
      .text(row.state)
      .key("done")
      .integer(row.done)
      .key("total")
      .integer(row.total);
  out.key("result").value(row.result).key("error_count").integer(row.error_count).key("error_file");
  if (row.error_count == 0)
    out.null();
  else
    out.text("/api/v1/jobs/" + std::to_string(row.id) + "/errors");
  out.key("can_undo")
      .boolean(row.can_undo && row.undone_by == 0 && row.state != "queued" && row.state != "running")
      .key("problem")
      .text(row.problem);
  out.key("undone_by");
  if (row.undone_by == 0)
    out.null();
  else
    out.integer(row.undone_by);
  out.key("created_by").integer(row.created_by).key("created_at").text(base::to_string(row.created_at)).key("finished_at");
  if (row.finished_at == base::Instant{})
    out.null();
  else
    out.text(base::to_string(row.finished_at));
  out.end_object();
}

namespace {

// A job belongs to whoever started it; administrators see all.
flow::JobRow own_job(Call& call) {
  const auto row = call.context.jobs.find(call.id(0));
  if (!row || (row->created_by != call.caller().user_id && !call.is_administrator()))
    throw base::Error(base::ErrorCode::kNotFound, "job_not_found");
  return *row;
}

void list(Call& call, http::Response& response) {
  base::JsonWriter out(response.body);
  out.begin_object().key("items").begin_array();
  for (const auto& row : call.context.jobs.list(call.caller().user_id, call.is_administrator() && call.query_flag("all"),
                                                call.query_int("limit", 50, 1, 200)))
    write_job(row, out);
  out.end_array().end_object();
}

void show(Call& call, http::Response& response) {
  base::JsonWriter out(response.body);
  write_job(own_job(call), out);
}

void cancel(Call& call, http::Response& response) {
  const auto row = own_job(call);
  call.context.jobs.cancel(row.id);
  show(call, response);
}

void pause(Call& call, http::Response& response) {
  const auto row = own_job(call);
  call.context.jobs.pause(row.id);
  show(call, response);
}

void resume(Call& call, http::Response& response) {
  const auto row = own_job(call);
  call.context.jobs.resume(row.id);
  show(call, response);
}

void undo(Call& call, http::Response& response) {
  const auto row = own_job(call);
  const std::int64_t id = call.context.jobs.undo(row.id, call.caller().user_id);
  response.status = 202;
  base::JsonWriter out(response.body);
  write_job(*call.context.jobs.find(id), out);
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

void errors(Call& call, http::Response& response) {
  const auto row = own_job(call);
  response.content_type = "text/csv; charset=utf-8";
  response.set_header("Content-Disposition", "attachment; filename=\"job-" + std::to_string(row.id) + "-errors.csv\"");
  response.body = "\xEF\xBB\xBF";
  for (const auto& [item, reason] : call.context.jobs.errors(row.id, 100000)) response.body += quoted(item) + ";" + quoted(reason) + "\r\n";
}

void bulk(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  json::object parameters = call.body();
  parameters["entity"] = entity.key;
  const std::string action = base::json_string(parameters, "action");
  const bool is_delete = action == "delete" || action == "restore";
  if (!entity::may(call.caller(), entity, is_delete ? entity::Action::kDelete : entity::Action::kUpdate)) {
    throw base::Error(base::ErrorCode::kPermissionDenied, is_delete ? "delete_not_allowed" : "update_not_allowed");
  }
  const auto preview = flow::preview_mass_change(call.context.services, call.caller(), parameters);
  base::JsonWriter out(response.body);
  if (call.query_flag("dry_run") || base::json_bool(parameters, "dry_run")) {
    out.begin_object().key("dry_run").boolean(true).key("count").integer(preview.count).key("sample").begin_array();
    for (const std::int64_t id : preview.sample) out.integer(id);
    out.end_array().end_object();
    return;
  }
  const std::int64_t id = call.context.jobs.submit("mass_change", std::move(parameters), call.caller().user_id, true);
  response.status = 202;
  response.set_header("Location", "/api/v1/jobs/" + std::to_string(id));
  write_job(*call.context.jobs.find(id), out);
}

}  // namespace

void add_job_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kGet, "/jobs", list});
  add_route(router, context, {Method::kGet, "/jobs/{id}", show});
  add_route(router, context, {Method::kGet, "/jobs/{id}/errors", errors});
  add_route(router, context, {Method::kPost, "/jobs/{id}:cancel", cancel, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/jobs/{id}:pause", pause, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/jobs/{id}:resume", resume, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/jobs/{id}:undo", undo, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/{plural}:bulk", bulk, RunsOn::kWritePool});
}

}  // namespace api
