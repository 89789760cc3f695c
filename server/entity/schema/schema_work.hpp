// What a change of the schema leaves to do: filling columns, computing formulas and roll-ups again, making indexes.
//
// Tables of at most kSmallTable rows are done within the change itself. For larger ones a row of sys_schema_work is written in the
// same transaction, so that nothing is forgotten by a crash, and a background job does the work (flow/schema_job.hpp) while the
// field is in use already: filters work without an index, only slower; values come as the job gets to their rows.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "server/entity/catalog.hpp"
#include "server/entity/schema/schema_sync.hpp"
#include "server/store/database.hpp"

namespace entity {

struct WriteParts;  // write/save.hpp

inline constexpr int kSmallTable = 2000;

// Both within the transaction of the change; `registry` is the coming one. Returns what is left for later.
PendingSchema do_small_work(const WriteParts& parts, store::Connection& connection, const RegistryPtr& registry, PendingSchema pending);
void note_schema_work(store::Connection& connection, const Registry& registry, const PendingSchema& pending);

bool has_schema_work(store::Database& database);

struct SchemaWorkHooks {
  // After every slice and index; `total` may grow. May throw to stop: what is left stays noted.
  std::function<void(std::int64_t done, std::int64_t total)> progress;
  // An index that cannot be made because values repeat; the rest goes on.
  std::function<void(std::string_view index, std::string_view reason)> failed;
};
// Does what is noted until nothing is left. One at a time over all nodes: the caller sees to that.
void do_schema_work(const WriteParts& parts, const SchemaWorkHooks& hooks);

}  // namespace entity
