// What the program is doing, for administrators: background work, connections, size of the base, slow queries.
#include <algorithm>
#include <fstream>

#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/write/outbox.hpp"

namespace api {

namespace {

constexpr int kMaxBehind = 1000;
constexpr std::size_t kSlowestShown = 10;

void write_database(const Call& call, store::Connection& connection, base::JsonWriter& out) {
  const bool is_sqlite = connection.dialect() == store::Dialect::kSqlite;
  out.key("database").begin_object().key("kind").text(is_sqlite ? "sqlite" : "postgresql").key("version");
  auto version = connection.prepare("database_version", is_sqlite ? "SELECT sqlite_version()" : "SELECT current_setting('server_version')");
  version.step();
  out.text(version.text(0)).key("size_bytes");
  auto size = connection.prepare("database_size", is_sqlite ? "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
                                                            : "SELECT pg_database_size(current_database())");
  out.integer(size.step() ? size.integer(0) : 0).key("migration");
  auto migration = connection.prepare("database_migration", "SELECT max(number) FROM sys_migration");
  out.integer(migration.step() ? migration.integer(0) : 0).key("metadata_version").integer(call.registry->version()).end_object();
  auto files = connection.prepare("files_size", "SELECT count(*), coalesce(sum(size), 0) FROM sys_file");
  files.step();
  out.key("files").begin_object().key("count").integer(files.integer(0)).key("size_bytes").integer(files.integer(1)).end_object();
}

void write_background(const Call& call, store::Connection& connection, base::JsonWriter& out) {
  out.key("consumers").begin_array();
  for (const auto& consumer : call.context.dispatcher.states()) {
    const auto position = entity::parse_position(consumer.position).value_or(entity::OutboxPosition{});
    const auto behind = entity::read_outbox(connection, position, kMaxBehind).size();
    out.begin_object().key("name").text(consumer.name).key("position").text(consumer.position).key("handled").integer(consumer.handled);
    out.key("behind").integer(static_cast<std::int64_t>(behind)).key("last_error").text(consumer.last_error).end_object();
  }
  out.end_array().key("schedules").begin_array();
  for (const auto& schedule : call.context.scheduler.states()) {
    out.begin_object()
        .key("name")
        .text(schedule.name)
        .key("period_s")
        .integer(schedule.period.count())
        .key("runs")
        .integer(schedule.runs)
        .key("last_run");
    if (schedule.last_run == base::Instant{})
      out.null();
    else
      out.text(base::to_string(schedule.last_run));
    out.key("last_error").text(schedule.last_error).end_object();
  }
  out.end_array().key("jobs").begin_object();
  auto jobs = connection.prepare("jobs_by_state", "SELECT state, count(*) FROM sys_job GROUP BY state ORDER BY state");
  while (jobs.step()) out.key(jobs.text(0)).integer(jobs.integer(1));
  out.end_object().key("web_hooks").begin_object();
  auto hooks = connection.prepare("hook_states", "SELECT state, count(*) FROM sys_web_hook_delivery GROUP BY state ORDER BY state");
  while (hooks.step()) out.key(hooks.text(0)).integer(hooks.integer(1));
  out.end_object();
}

void write_http(const ApiContext& context, base::JsonWriter& out) {
  out.key("http").begin_object();
  if (context.server_counters) {
    const auto counters = context.server_counters();
    out.key("requests")
        .integer(counters.requests)
        .key("connections_open")
        .integer(counters.connections_open)
        .key("connections_total")
        .integer(counters.connections_total);
    out.key("rejected")
        .integer(counters.rejected)
        .key("read_waiting")
        .integer(counters.read_waiting)
        .key("write_waiting")
        .integer(counters.write_waiting);
  }
  if (context.open_streams) out.key("streams_open").integer(static_cast<std::int64_t>(context.open_streams()));
  out.end_object();
}

void write_slowest(const store::Database& database, base::JsonWriter& out) {
  auto queries = database.statistics();
  std::sort(queries.begin(), queries.end(), [](const auto& a, const auto& b) { return a.total_us > b.total_us; });
  if (queries.size() > kSlowestShown) queries.resize(kSlowestShown);
  out.key("queries").begin_array();
  for (const auto& query : queries) {
    out.begin_object().key("name").text(query.name).key("calls").integer(query.calls).key("total_ms").integer(query.total_us / 1000);
    out.key("max_ms").integer(query.max_us / 1000).end_object();
  }
  out.end_array();
}

void status(Call& call, http::Response& response) {
  if (!call.caller().is_admin || !call.caller().key_scopes.empty()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  store::ReadOptions options;
  options.name = "system_status";
  options.deadline = std::chrono::seconds(10);
  call.context.database.read(options, [&](store::Connection& connection) {
    response.body.clear();
    base::JsonWriter out(response.body);
    out.begin_object()
        .key("version")
        .text(kProgramVersion)
        .key("at")
        .text(base::to_string(call.now))
        .key("started_at")
        .text(base::to_string(call.context.started_at));
    out.key("memory_bytes").integer(private_memory_bytes());
    write_database(call, connection, out);
    write_background(call, connection, out);
    write_http(call.context, out);
    write_slowest(call.context.database, out);
    out.end_object();
  });
  response.set_header("Cache-Control", "no-store");
}

}  // namespace

std::int64_t private_memory_bytes() {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("RssAnon:")) return std::strtoll(line.c_str() + 8, nullptr, 10) * 1024;
  }
  return 0;
}

void add_status_routes(http::Router& router, ApiContext& context) {
  add_route(router, context, {http::Method::kGet, "/system/status", status});
}

}  // namespace api
