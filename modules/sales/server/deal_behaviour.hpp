// Deals move through the stages of their pipeline.
#pragma once

#include "server/entity/module_host.hpp"

namespace sales {

// Invariants of a saved deal
// - `stage` belongs to `pipeline`; a deal without either starts in the first stage of the default pipeline.
// - `is_open`, `closed_at`, `stage_since`, `probability` follow the stage; every move leaves a `stage_move`.
// - A stage's required fields are filled before the deal enters it; a move that the stage does not allow is refused.
class DealBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
};

}  // namespace sales
