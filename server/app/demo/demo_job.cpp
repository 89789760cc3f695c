// Loading the demo company from the first-run screen.
#include "server/app/demo/demo_data.hpp"
#include "server/base/error.hpp"
#include "server/entity/storage.hpp"

namespace app {

namespace {

constexpr std::string_view kMark = "demo";  // in sys_reference: no other key is without a dot or a module

// The first entity with a record that people or programs made, or nullptr.
const entity::EntityDef* find_used(store::Connection& connection, const entity::Registry& registry) {
  for (const auto& entity : registry.entities()) {
    if (entity->kind != entity::EntityKind::kRecord) continue;
    const auto& table = entity::table_of(*entity);
    auto statement = connection.prepare(
        "demo_empty", "SELECT 1 FROM " + table +
                          " WHERE NOT EXISTS (SELECT 1 FROM sys_reference WHERE entity_id = $1 AND record_id = " + table + ".id) LIMIT 1");
    if (statement.bind(1, entity->id).step()) return entity.get();
  }
  return nullptr;
}

// The mark and the check are one transaction: of two jobs at once, and of one that runs again, only the first goes on.
void claim_base(entity::Services& services, std::int64_t job_id) {
  const auto registry = services.catalog.current();
  services.database.write({.name = "demo_claim"}, [&](store::Connection& connection) {
    if (const auto* used = find_used(connection, *registry))
      throw base::Error(base::ErrorCode::kFailedPrecondition, "base_not_empty", {{"entity", used->key}});
    auto statement =
        connection.prepare("demo_claim", "INSERT INTO sys_reference(key, entity_id, record_id) VALUES($1, 0, $2) ON CONFLICT DO NOTHING");
    if (statement.bind_text(1, kMark).bind(2, job_id).run() == 0)
      throw base::Error(base::ErrorCode::kFailedPrecondition, "base_not_empty", {{"entity", std::string(kMark)}});
  });
}

void run_demo(entity::Services& services, flow::JobRun& run) {
  claim_base(services, run.row().id);
  const DemoOptions options;
  load_demo(services, options, base::json_string(run.row().parameters, "language", services.catalog.current()->company().language),
            [&](int done, int total) { run.progress(done, total); });
  run.set_result({{"clients", options.clients}, {"deals", options.deals}, {"activities", options.activities}});
}

}  // namespace

void claim_demo(entity::Services& services) {
  services.database.write({.name = "demo_claim"}, [&](store::Connection& connection) {
    auto statement =
        connection.prepare("demo_claim", "INSERT INTO sys_reference(key, entity_id, record_id) VALUES($1, 0, $2) ON CONFLICT DO NOTHING");
    if (statement.bind_text(1, kMark).bind(2, 0).run() == 0) throw base::Error(base::ErrorCode::kFailedPrecondition, "demo_loaded");
  });
}

void add_demo_job(flow::Jobs& jobs, entity::Services& services) {
  jobs.add_kind("demo", [&services](flow::JobRun& run) { run_demo(services, run); });
}

}  // namespace app
