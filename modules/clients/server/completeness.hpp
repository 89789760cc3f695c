// How full a card is: the weights of the fields that are filled as a percentage of all weights of its client class.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/entity/module_host.hpp"
#include "server/flow/jobs.hpp"

namespace clients {

struct FieldWeight {
  std::string field;
  std::string client_class;  // empty: of every class that has no weight of its own for the field
  std::int64_t weight = 0;
};

// 0–100, half up; -1 when nothing has a weight. Fields that the entity does not have count for nothing.
int fill_score(const entity::Record& record, const std::vector<FieldWeight>& weights);
// Keys of fields with a weight for the record that are empty, heaviest first.
std::vector<std::string> gaps_of(const entity::Record& record, const std::vector<FieldWeight>& weights);

// The weights in force, read when first asked for and again after any of them changed on any node. Thread-safe.
// A save that races with a change of weights may use the old ones: the recount that follows every change mends it.
class FillWeights {
 public:
  explicit FillWeights(entity::Services& services);
  std::shared_ptr<const std::vector<FieldWeight>> of(store::Connection& connection, const entity::Registry& registry,
                                                     const std::string& entity_key);
  void forget();

 private:
  using All = std::map<std::string, std::vector<FieldWeight>>;
  All read(store::Connection& connection, const entity::Registry& registry) const;

  entity::Services& services_;
  std::mutex mutex_;
  std::shared_ptr<const All> known_;  // nullptr: to be read
  store::Database::Subscription subscription_;
};

// Keeps `fill_score` of a record in the save itself.
class FillScoreBehaviour final : public entity::Behaviour {
 public:
  explicit FillScoreBehaviour(std::shared_ptr<FillWeights> weights) : weights_(std::move(weights)) {}
  void prepare(entity::SaveContext& save) override;

 private:
  std::shared_ptr<FillWeights> weights_;
};

// A weight names a field of the entity that can be empty or full; a change is told to every node.
class FillWeightBehaviour final : public entity::Behaviour {
 public:
  explicit FillWeightBehaviour(entity::Services& services) : services_(services) {}
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override { tell(save); }
  void before_delete(entity::SaveContext& save) override { tell(save); }
  void before_restore(entity::SaveContext& save) override { tell(save); }

 private:
  void tell(entity::SaveContext& save);
  entity::Services& services_;
};

// Jobs: "fill_scores" {entity} counts every card anew in slices, "fill_tasks" {entity, below, filter, due_days, name, labels} gives the
// owner of each card below the bar a task that names its gaps; the latter can be undone.
void add_fill_jobs(flow::Jobs& jobs, entity::Services& services, std::shared_ptr<FillWeights> weights);
// Consumer: every change of weights is followed by a recount of the entities they are for.
void recount_after_change(flow::Jobs& jobs, entity::Services& services, const std::vector<entity::OutboxEvent>& events);

}  // namespace clients
