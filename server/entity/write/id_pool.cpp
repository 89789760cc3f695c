#include "server/entity/write/id_pool.hpp"

#include <algorithm>

#include "server/entity/storage.hpp"

namespace entity {

namespace {
constexpr std::size_t kMostAtOnce = 64;
}

std::int64_t IdPool::take(store::Connection& connection, const EntityDef& entity) {
  if (connection.dialect() == store::Dialect::kSqlite) return next_id(connection, entity);
  auto& ids = ids_[entity.id];
  if (ids.empty()) {
    ids = next_ids(connection, entity, static_cast<int>(std::clamp<std::size_t>(expected_, 1, kMostAtOnce)));
    std::reverse(ids.begin(), ids.end());
  }
  const auto id = ids.back();
  ids.pop_back();
  if (expected_ > 0) --expected_;
  return id;
}

}  // namespace entity
