// One record: create, read, change, to the bin and back; batches.
#include <charconv>

#include "server/api/routes/routes.hpp"
#include "server/api/saved_record.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/write/merge.hpp"

namespace api {

namespace {

using entity::SaveOptions;
using entity::SaveResult;

constexpr std::size_t kMaxBatch = 10000;

std::optional<std::int64_t> if_match_version(const http::Request& request) {
  std::string_view text = request.header("If-Match");
  if (text.empty() || text == "*") return std::nullopt;
  while (!text.empty() && (text.front() == '"' || text.front() == 'W' || text.front() == '/')) text.remove_prefix(1);
  while (!text.empty() && text.back() == '"') text.remove_suffix(1);
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size())
    throw base::Error::field("If-Match", "wrong_type", {{"expected", "integer"}});
  return version;
}

void check_duplicate_policy(const std::string& policy) {
  for (std::string_view known : {"error", "skip", "fill", "overwrite", "create"}) {
    if (policy == known) return;
  }
  throw base::Error::field("on_duplicate", "unknown_option", {{"valid", "error, skip, fill, overwrite, create"}});
}

SaveOptions save_options(Call& call) {
  SaveOptions options;
  options.version = if_match_version(call.request);
  options.dry_run = call.query_flag("dry_run");
  options.on_duplicate = call.query("on_duplicate", "error");
  check_duplicate_policy(options.on_duplicate);
  if (const auto key = call.request.header("Idempotency-Key"); !key.empty()) {
    if (key.size() > 200) throw base::Error::field("Idempotency-Key", "too_long", {{"max", "200"}});
    options.idempotency_key = std::string(key);
  }
  return options;
}

std::string_view status_name(SaveResult::Status status) {
  switch (status) {
    case SaveResult::Status::kCreated: return "created";
    case SaveResult::Status::kUpdated:
    case SaveResult::Status::kUnchanged: return "updated";
    case SaveResult::Status::kSkipped: return "skipped";
    case SaveResult::Status::kFailed: return "failed";
  }
  return "failed";
}

void create(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const SaveOptions options = save_options(call);
  const SaveResult result = call.context.records.create(call.writer(), entity, call.body(), options);
  if (options.dry_run) {
    base::JsonWriter out(response.body);
    out.begin_object().key("dry_run").boolean(true).key("status").text(status_name(result.status)).end_object();
    return;
  }
  response.status = result.status == SaveResult::Status::kCreated ? 201 : 200;
  response.body = saved_record(call, entity, result.id, result.version);
  response.set_header("Location", "/api/v1/" + entity.plural + "/" + std::to_string(result.id));
}

void read_one(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const std::int64_t id = call.id();
  bool found = false;
  call.read_record("record_read", entity, [&](const entity::QueryContext& context) {
    base::JsonWriter out(response.body);
    found = entity::write_record(context, entity, id, out);
    if (found) return;
    // Old addresses of merged records lead to the one that stayed.
    const auto survivor = entity::find_survivor(context.connection, entity, id);
    if (!survivor) return;
    response.body.clear();
    base::JsonWriter instead(response.body);
    found = entity::write_record(context, entity, *survivor, instead);
    if (found) response.set_header("Content-Location", "/api/v1/" + entity.plural + "/" + std::to_string(*survivor));
  });
  if (!found) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
}

// A record that gave way in a merge is not changed: the answer says which one stayed, to those who may read it.
template <typename Change>
auto or_tell_survivor(Call& call, const entity::EntityDef& entity, const Change& change) {
  try {
    return change();
  } catch (const base::Error& error) {
    if (error.key() != "record_not_found") throw;
    std::optional<std::int64_t> survivor;
    bool readable = false;
    call.read("record_survivor", [&](const entity::QueryContext& context) {
      survivor = entity::find_survivor(context.connection, entity, call.id());
      std::string ignored;
      base::JsonWriter out(ignored);
      readable = survivor && entity::write_record(context, entity, *survivor, out);
    });
    if (!readable) throw;
    throw base::Error(base::ErrorCode::kConflict, "record_merged", {{"id", std::to_string(*survivor)}})
        .with_extra_json(json::serialize(json::object{{"survivor", *survivor}}));
  }
}

void update(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const SaveOptions options = save_options(call);
  const SaveResult result =
      or_tell_survivor(call, entity, [&] { return call.context.records.update(call.writer(), entity, call.id(), call.body(), options); });
  if (options.dry_run) {
    base::JsonWriter out(response.body);
    out.begin_object().key("dry_run").boolean(true).key("status").text(status_name(result.status)).end_object();
    return;
  }
  response.body = saved_record(call, entity, result.id, result.version);
}

void remove(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  if (call.query_flag("purge"))
    call.context.records.purge(call.writer(), entity, call.id());
  else
    or_tell_survivor(call, entity, [&] { call.context.records.remove(call.writer(), entity, call.id(), save_options(call)); });
  response.status = 204;
}

void restore(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  call.context.records.restore(call.writer(), entity, call.id());
  response.body = saved_record(call, entity, call.id());
}

void write_batch_error(Call& call, std::exception_ptr error, base::JsonWriter& out) {
  http::Response problem;
  write_problem(error, call.context.localizer, call.caller().language, problem);
  out.key("error").raw(problem.body);
}

void batch(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  json::object body = call.body();
  SaveOptions options = save_options(call);
  if (const auto policy = base::json_string(body, "on_duplicate"); !policy.empty()) options.on_duplicate = policy;
  check_duplicate_policy(options.on_duplicate);
  if (base::json_bool(body, "dry_run")) options.dry_run = true;
  options.lane = store::Lane::kBulk;
  auto* given = body.if_contains("items");
  if (given == nullptr || !given->is_array()) throw base::Error::field("items", "required");
  json::array& array = given->as_array();
  if (array.size() > kMaxBatch) throw base::Error::field("items", "too_many", {{"max", std::to_string(kMaxBatch)}});
  std::vector<entity::BatchItem> items;
  items.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (!array[i].is_object()) throw base::Error::field("items[" + std::to_string(i) + "]", "wrong_type", {{"expected", "object"}});
    items.push_back({std::move(array[i].as_object())});
  }
  const auto results = call.context.records.batch(call.writer(), entity, std::move(items), options, base::json_bool(body, "atomic"));
  base::JsonWriter out(response.body);
  out.begin_object().key("results").begin_array();
  for (std::size_t i = 0; i < results.size(); ++i) {
    out.begin_object().key("index").integer(static_cast<std::int64_t>(i)).key("status").text(status_name(results[i].status));
    if (results[i].id != 0) out.key("id").integer(results[i].id);
    if (results[i].error) write_batch_error(call, results[i].error, out);
    out.end_object();
  }
  out.end_array().end_object();
}

}  // namespace

void add_record_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kPost, "/{plural}", create, RunsOn::kWritePool});
  // By id from the embedded base is microseconds; from PostgreSQL it is a wait on the network.
  const RunsOn reads_one_on = context.database.dialect() == store::Dialect::kSqlite ? RunsOn::kInPlace : RunsOn::kReadPool;
  add_route(router, context, {Method::kGet, "/{plural}/{id}", read_one, reads_one_on});
  add_route(router, context, {Method::kPatch, "/{plural}/{id}", update, RunsOn::kWritePool});
  add_route(router, context, {Method::kDelete, "/{plural}/{id}", remove, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/{plural}/{id}:restore", restore, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/{plural}:batch", batch, RunsOn::kWritePool, SignIn::kRequired, 64 << 20});
}

}  // namespace api
