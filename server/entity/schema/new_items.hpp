// Items of a record that has none yet.
#pragma once

#include "server/entity/storage.hpp"

namespace entity {

// Nobody learns their ids, so that PostgreSQL is not waited for (store::send).
void write_new_items(store::Connection& connection, const ItemTable& table, std::int64_t record_id, const Items& items,
                     const WriteStamp& stamp);

}  // namespace entity
