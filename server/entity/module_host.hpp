// What a module may add to the program; given to its register function. See docs/internals/engine.md §6.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/entity/notices.hpp"
#include "server/entity/questions.hpp"
#include "server/entity/record_service.hpp"

namespace api {
struct ApiContext;
}
namespace flow {
class Jobs;
}
namespace http {
class Router;
}

namespace entity {

// One committed change, in order of commit.
struct OutboxEvent {
  std::string position;  // opaque, ordered by (transaction, sequence)
  std::int64_t sequence = 0;
  int entity_id = 0;
  std::int64_t record_id = 0;
  std::int64_t version = 0;
  std::string action;  // created, updated, deleted, restored, purged
  std::vector<int> changed_fields;
  std::int64_t user_id = 0;
  base::Instant at{};
};

// Services a module's code may use; they outlive every handler and consumer.
struct Services {
  store::Database& database;  // for use by the engine's own layers only: modules go through records and queries
  Catalog& catalog;
  RecordService& records;
  CallerDirectory& callers;
  const base::Clock& clock;
  base::Random& random;
};

class ModuleHost {
 public:
  virtual ~ModuleHost() = default;
  virtual Services& services() = 0;
  virtual Questions& questions() = 0;  // outlives every handler and consumer
  virtual NoticeBox& notices() = 0;    // outlives every handler and consumer
  virtual void add_behaviour(std::string_view entity, std::unique_ptr<Behaviour> behaviour) = 0;
  // Idempotent consumer of the outbox with a position of its own; runs on a background thread after commit, in batches.
  virtual void add_consumer(std::string_view name, std::function<void(const std::vector<OutboxEvent>&)> consume) = 0;
  // Runs about every `period` on one node at a time.
  virtual void add_schedule(std::string_view name, std::chrono::seconds period, std::function<void()> run) = 0;
  // Kinds of jobs are added while the module registers (server/flow/jobs.hpp); outlives every handler and consumer.
  virtual flow::Jobs& jobs() = 0;
  // Called once when the API is put together; adds routes with api::add_route, described in the module's api.json.
  virtual void add_routes(std::function<void(http::Router&, api::ApiContext&)> add) = 0;
};

}  // namespace entity
