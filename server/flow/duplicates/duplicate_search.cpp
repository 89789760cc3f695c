#include "server/flow/duplicates/duplicate_search.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "server/entity/catalog.hpp"
#include "server/entity/duplicates/match_index.hpp"
#include "server/entity/query.hpp"

namespace flow {

namespace {

constexpr std::size_t kSlice = 20;  // records stored in one write: a few milliseconds
constexpr int kMostPairsOfOne = 20;

struct Seen {
  std::int64_t id = 0;
  std::optional<match::Features> features;  // none: the record is gone
  std::vector<entity::MatchCandidate> found;
};

}  // namespace

void DuplicateWatch::consume(const std::vector<entity::OutboxEvent>& events) {
  const auto registry = services_.catalog.current();
  std::map<int, std::set<std::int64_t>> touched;
  for (const auto& event : events) {
    if (event.action != "shared" && event.action != "unshared") touched[event.entity_id].insert(event.record_id);
  }
  for (const auto& [entity_id, ids] : touched) {
    const auto* entity = registry->find_id(entity_id);
    if (entity != nullptr && !entity->duplicate_keys.empty()) look_at(*registry, *entity, {ids.begin(), ids.end()});
  }
}

void DuplicateWatch::look_at(const entity::Registry& registry, const entity::EntityDef& entity, std::vector<std::int64_t> ids) {
  const entity::MatchPlan plan = entity::match_plan(entity);
  if (plan.is_empty()) return;
  for (std::size_t from = 0; from < ids.size(); from += kSlice) {
    const std::size_t to = std::min(ids.size(), from + kSlice);
    std::vector<Seen> slice;
    services_.database.read({.name = "duplicate_watch_load", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
      slice.clear();
      for (std::size_t i = from; i < to; ++i) {
        const auto record = entity::load_record(connection, registry, entity, ids[i]);
        slice.push_back({ids[i], record && !record->deleted ? std::optional(entity::match_features(plan, *record)) : std::nullopt, {}});
      }
    });
    services_.database.write({.name = "duplicate_watch_store", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
      entity::MatchIndex index(connection, entity, plan);
      for (const auto& seen : slice) {
        if (seen.features)
          index.store(seen.id, *seen.features);
        else
          index.forget(seen.id);
      }
    });
    services_.database.read({.name = "duplicate_watch_find", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
      entity::MatchIndex index(connection, entity, plan);
      for (auto& seen : slice) {
        if (seen.features) seen.found = index.find(*seen.features, seen.id, match::kLikelyPoints, kMostPairsOfOne);
      }
    });
    services_.database.write({.name = "duplicate_watch_pairs", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
      entity::MatchIndex index(connection, entity, plan);
      for (const auto& seen : slice) {
        if (seen.features) index.put_pairs(seen.id, seen.found, services_.clock.now());
      }
    });
  }
}

}  // namespace flow
