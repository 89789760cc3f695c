#include "modules/clients/server/routes.hpp"

#include <charconv>
#include <set>

#include "modules/clients/server/enrichment.hpp"
#include "server/api/context.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/connect/export/zip_writer.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/files/files.hpp"
#include "server/entity/access.hpp"
#include "server/entity/files.hpp"
#include "server/entity/query.hpp"
#include "server/flow/erasure.hpp"

namespace clients {

namespace {

// {"entity": …, "below": …, "filter": …}: the filter is checked before anything is queued; with dry_run the number of cards is told.
json::object checked(api::Call& call) {
  json::object body = call.body();
  const auto* found = call.registry->find(base::json_string(body, "entity"));
  if (found == nullptr || !entity::may(call.caller(), *found, entity::Action::kRead)) throw base::Error::field("entity", "unknown_entity");
  const auto& entity = *found;
  if (const auto* filter = body.if_contains("filter")) entity::parse_filter(*filter, call.filter_context(entity));
  return body;
}

void answer_job(api::Call& call, http::Response& response, std::string_view kind, json::object parameters) {
  const std::int64_t id = call.context.jobs.submit(kind, std::move(parameters), call.caller().user_id, true);
  response.status = 202;
  response.set_header("Location", "/api/v1/jobs/" + std::to_string(id));
  base::JsonWriter out(response.body);
  out.begin_object().key("id").integer(id).key("kind").text(kind).key("state").text("queued").end_object();
}

void fill_tasks(api::Call& call, http::Response& response) {
  json::object parameters = checked(call);
  const auto& entity = call.registry->require(base::json_string(parameters, "entity"));
  const auto* tasks = call.registry->find("task");
  if (tasks == nullptr) throw base::Error(base::ErrorCode::kNotFound, "route_not_found");
  if (entity.field("fill_score") == nullptr) throw base::Error::field("entity", "unknown_entity");
  if (!entity::may(call.caller(), *tasks, entity::Action::kCreate))
    throw base::Error(base::ErrorCode::kPermissionDenied, "create_not_allowed", {{"entity", "task"}});
  const std::int64_t below = base::json_int(parameters, "below", 60), days = base::json_int(parameters, "due_days", 3);
  if (below < 1 || below > 100) throw base::Error::field("below", "out_of_range", {{"min", "1"}, {"max", "100"}});
  if (days < 0 || days > 365) throw base::Error::field("due_days", "out_of_range", {{"min", "0"}, {"max", "365"}});
  if (call.query_flag("dry_run") || base::json_bool(parameters, "dry_run")) {
    std::int64_t count = 0;
    call.read("fill_tasks_count", [&](const entity::QueryContext& context) {
      const json::object low = {{"field", "fill_score"}, {"op", "lt"}, {"value", below}};
      const auto* given = parameters.if_contains("filter");
      count = entity::count_exact(
          context, entity,
          entity::Filter::all_of({entity::parse_filter(low, call.filter_context(entity)),
                                  entity::parse_filter(given != nullptr ? *given : json::value(nullptr), call.filter_context(entity))}));
    });
    base::JsonWriter out(response.body);
    out.begin_object().key("dry_run").boolean(true).key("count").integer(count).end_object();
    return;
  }
  parameters["name"] = call.text("clients.fill_task");
  json::object labels;
  for (const auto& field : entity.fields) {
    if (!field.system && !field.custom) labels[field.key] = call.text("entities." + entity.key + ".fields." + field.key);
  }
  parameters["labels"] = std::move(labels);
  answer_job(call, response, "fill_tasks", std::move(parameters));
}

void check_sample(api::Call& call, http::Response& response) {
  json::object parameters = checked(call);
  const auto& entity = call.registry->require(base::json_string(parameters, "entity"));
  if (entity.owner_field.empty() || !entity.timeline) throw base::Error::field("entity", "unknown_entity");
  if (!entity::may(call.caller(), call.registry->require("card_check"), entity::Action::kCreate))
    throw base::Error(base::ErrorCode::kPermissionDenied, "create_not_allowed", {{"entity", "card_check"}});
  const std::int64_t wanted = base::json_int(parameters, "per_manager", 5);
  if (wanted < 1 || wanted > 100) throw base::Error::field("per_manager", "out_of_range", {{"min", "1"}, {"max", "100"}});
  answer_job(call, response, "card_sample", std::move(parameters));
}

// POST /erasures {"entity", "id", "reason"}: with dry_run what would be erased.
void erase(api::Call& call, http::Response& response) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  json::object parameters = call.body();
  const auto* entity = call.registry->find(base::json_string(parameters, "entity"));
  if (entity == nullptr || !entity->timeline) throw base::Error::field("entity", "unknown_entity");
  const auto scope = flow::erasure_scope(call.context.services, *entity, base::json_int(parameters, "id"));
  if (call.query_flag("dry_run") || base::json_bool(parameters, "dry_run")) {
    base::JsonWriter out(response.body);
    out.begin_object().key("dry_run").boolean(true).key("fields").begin_array();
    for (const auto& field : scope.fields) out.text(field);
    out.end_array().key("related").begin_object();
    for (const auto& [key, count] : scope.related) out.key(key).integer(count);
    out.end_object().end_object();
    return;
  }
  if (base::json_string(parameters, "reason").empty()) throw base::Error::field("reason", "required");
  const std::int64_t id = call.context.jobs.submit("erase_person", std::move(parameters), call.caller().user_id, false);
  response.status = 202;
  response.set_header("Location", "/api/v1/jobs/" + std::to_string(id));
  base::JsonWriter out(response.body);
  out.begin_object().key("id").integer(id).key("kind").text("erase_person").key("state").text("queued").end_object();
}

void erasures(api::Call& call, http::Response& response) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  base::JsonWriter out(response.body);
  flow::write_erasures(call.context.services, call.query_int("limit", 100, 1, 1000), out);
}

constexpr std::int64_t kMostFileBytes = 200 << 20;  // of an archive, which is made in memory

// Ids in the addresses «/api/v1/files/12» of a text, each once: fields of files and pictures inside letters and notes alike.
std::set<std::int64_t> files_named(std::string_view text) {
  static constexpr std::string_view kAddress = "/api/v1/files/";
  std::set<std::int64_t> ids;
  for (auto at = text.find(kAddress); at != std::string_view::npos; at = text.find(kAddress, at + 1)) {
    std::int64_t id = 0;
    const auto* from = text.data() + at + kAddress.size();
    if (std::from_chars(from, text.data() + text.size(), id).ec == std::errc()) ids.insert(id);
  }
  return ids;
}

// The JSON and every file that it names; what would be too much is named in it and left out.
std::string personal_archive(api::Call& call, const std::string& json) {
  std::vector<connect::ZipEntry> entries = {{"data.json", json}};
  std::int64_t bytes = 0;
  for (const std::int64_t id : files_named(json)) {
    std::optional<entity::FileRow> file;
    call.read("personal_file", [&](const entity::QueryContext& context) { file = entity::find_file(context.connection, id); });
    if (!file || bytes + file->size > kMostFileBytes) continue;
    const auto content = call.context.files.open(*file);
    if (content == nullptr) continue;
    bytes += file->size;
    entries.push_back({"files/" + std::to_string(id) + " " + file->name, content->read(0, static_cast<std::size_t>(file->size))});
  }
  return connect::zip_of(entries);
}

// GET /personal-data?entity=contact&id=5: everything kept about a person, as a file; format=zip with his files.
void personal_data(api::Call& call, http::Response& response) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  const auto* entity = call.registry->find(call.query("entity"));
  if (entity == nullptr || !entity->timeline) throw base::Error::field("entity", "unknown_entity");
  const std::string format = call.query("format", "json");
  if (format != "json" && format != "zip")
    throw base::Error::field("format", "unknown_option", {{"value", format}, {"valid", "json, zip"}});
  const std::int64_t id = call.query_int("id", 0, 1, INT32_MAX);
  std::string text;
  call.read("personal_data", [&](const entity::QueryContext& context) {
    text.clear();
    const auto system = entity::Caller::system();
    base::JsonWriter out(text);
    flow::write_person({context.connection, context.registry, *system, context.now}, *entity, id, out);
  });
  response.body = format == "zip" ? personal_archive(call, text) : text;
  if (format == "zip") response.content_type = "application/zip";
  response.set_header("Content-Disposition", "attachment; filename=\"" + entity->key + "-" + std::to_string(id) + "." + format + "\"");
}

}  // namespace

void add_client_routes(http::Router& router, api::ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  api::add_route(router, context, {Method::kPost, "/erasures", erase, RunsOn::kWritePool});
  api::add_route(router, context, {Method::kGet, "/erasures", erasures});
  api::add_route(router, context, {Method::kGet, "/personal-data", personal_data});
  api::add_route(router, context, {Method::kPost, "/fill-tasks", fill_tasks, RunsOn::kWritePool});
  add_enrichment_routes(router, context);
  api::add_route(router, context, {Method::kPost, "/card-samples", check_sample, RunsOn::kWritePool});
}

}  // namespace clients
