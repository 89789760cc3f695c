#include "server/flow/schema_job.hpp"

#include <memory>
#include <mutex>

#include "server/base/program/log.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/schema/schema_work.hpp"
#include "server/entity/write/save.hpp"

namespace flow {

namespace {

constexpr std::string_view kKind = "schema";

bool is_queued(store::Database& database) {
  bool found = false;
  store::ReadOptions options;
  options.name = "schema_job_queued";
  database.read(options, [&](store::Connection& connection) {
    auto statement = connection.prepare("schema_job_queued", "SELECT 1 FROM sys_job WHERE kind = $1 AND state = 'queued' LIMIT 1");
    found = statement.bind_text(1, kKind).step();
  });
  return found;
}

// Two nodes may both queue one: the second finds nothing left to do.
void queue_when_needed(Jobs& jobs, store::Database& database) {
  if (entity::has_schema_work(database) && !is_queued(database)) jobs.submit(kKind, {}, 0, false);
}

void run(entity::Services& services, JobRun& run) {
  const entity::WriteParts parts{services.database, services.catalog, services.clock, services.random};
  entity::SchemaWorkHooks hooks;
  hooks.progress = [&](std::int64_t done, std::int64_t total) { run.progress(done, total); };
  hooks.failed = [&](std::string_view index, std::string_view reason) { run.add_error(index, reason); };
  entity::do_schema_work(parts, hooks);
  services.database.optimize();
}

// The catalog may outlive the jobs: what listens to it lets go of them when they end.
struct Queue {
  std::mutex mutex;
  Jobs* jobs = nullptr;  // nullptr: ended
};

}  // namespace

void add_schema_job(Jobs& jobs, entity::Services& services) {
  const auto queue = std::make_shared<Queue>();
  queue->jobs = &jobs;
  const std::shared_ptr<void> let_go(nullptr, [queue](void*) {
    const std::lock_guard lock(queue->mutex);
    queue->jobs = nullptr;
  });
  jobs.add_kind(
      std::string(kKind), [&services, let_go](JobRun& job) { run(services, job); }, Jobs::Runs::kOneAtATime);
  services.catalog.on_change([queue, &database = services.database](const entity::Registry&) {
    const std::lock_guard lock(queue->mutex);
    try {
      if (queue->jobs != nullptr) queue_when_needed(*queue->jobs, database);
    } catch (const base::Error& error) {
      // The change itself is done; the next one, or the next start, looks again.
      base::log(base::LogLevel::kWarning, "schema_job_not_queued", {{"what", std::string_view(error.what())}});
    }
  });
}

}  // namespace flow
