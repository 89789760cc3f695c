// Sharing one record with people and departments.
#pragma once

#include <cstdint>
#include <vector>

#include "server/entity/caller.hpp"
#include "server/entity/value.hpp"
#include "server/store/database.hpp"

namespace entity {

struct Share {
  std::int64_t user_id = 0;  // one of the two
  std::int64_t department_id = 0;
  int level = 1;  // 1 read, 2 read and change
};

std::vector<Share> read_shares(store::Connection& connection, const EntityDef& entity, std::int64_t record_id);
// Adds or changes the level; in the caller's write transaction. The record's outbox event "shared" tells other nodes and screens.
void write_share(store::Connection& connection, const Record& record, const Share& share, const Caller& caller, base::Instant now);
// False when there was no such share.
bool remove_share(store::Connection& connection, const Record& record, const Share& share, const Caller& caller, base::Instant now);

}  // namespace entity
