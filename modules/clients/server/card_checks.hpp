// Checks of cards by a controller (DQ-4): a sample of cards, a list of questions answered with 0 or 1, a score of the manager.
#pragma once

#include "server/entity/module_host.hpp"
#include "server/flow/jobs.hpp"

namespace clients {

// Invariants: `manager` is who answered for the card when the check was made; `answers` is {"<check item id>": 0 or 1}; a check is done
// when every question of the card's entity has an answer, and then `score` is the percentage of their weights that were answered with 1.
class CardCheckBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
};

// Job "card_sample" {entity, per_manager, filter, seed}: picks cards of each manager at random and plans a check of each by whoever asked;
// can be undone.
void add_card_check_job(flow::Jobs& jobs, entity::Services& services);

}  // namespace clients
