// Finding duplicates in the background: after each write, and over the whole base.
#pragma once

#include <vector>

#include "server/entity/module_host.hpp"
#include "server/flow/jobs.hpp"

namespace flow {

inline constexpr std::string_view kDuplicateSearch = "duplicate_search";

// Consumer of the outbox: keeps the index of changed records and the queue of their likely pairs. Idempotent.
class DuplicateWatch {
 public:
  explicit DuplicateWatch(entity::Services& services) : services_(services) {}
  void consume(const std::vector<entity::OutboxEvent>& events);
  // The same for records named directly.
  void look_at(const entity::Registry& registry, const entity::EntityDef& entity, std::vector<std::int64_t> ids);

 private:
  entity::Services& services_;  // outlives the dispatcher
};

// Kind "duplicate_search" {entity}: makes the index of one entity anew and compares everything that shares a key. Goes on
// from its checkpoint after a crash; memory does not grow with the base. Result {"compared","found"}.
void add_duplicate_search(Jobs& jobs, entity::Services& services);

// Submits the search of entities whose index lacks most of their records (a base that was loaded, an update of the program).
// Cheap; called from time to time.
void build_missing_indexes(Jobs& jobs, entity::Services& services);

}  // namespace flow
