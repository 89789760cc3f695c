// Looks records up for matches() over one connection.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

#include "server/entity/filter.hpp"
#include "server/store/database.hpp"

namespace entity {

// Remembers what it read; lives within one read or transaction. All references outlive it.
class DatabaseResolver : public RecordResolver {
 public:
  // `caller`: whose rights exists-filters use.
  DatabaseResolver(store::Connection& connection, const Registry& registry, const Caller& caller, base::Instant now)
      : connection_(connection), registry_(registry), caller_(caller), now_(now) {}

  std::shared_ptr<const Record> find(const EntityDef& entity, std::int64_t id) override;
  bool is_shared(const EntityDef& entity, std::int64_t id, const Caller& caller, Action action) override;
  bool exists(const EntityDef& entity, const Filter& filter, std::int64_t pointing_at) override;
  void forget(const EntityDef& entity, std::int64_t id);

 private:
  store::Connection& connection_;
  const Registry& registry_;
  const Caller& caller_;
  base::Instant now_;
  std::unordered_map<const EntityDef*, std::unordered_map<std::int64_t, std::shared_ptr<const Record>>> known_;
};

}  // namespace entity
