// Deals move through the stages of their pipeline.
#pragma once

#include "server/entity/module_host.hpp"

namespace sales {

// Invariants of a saved deal
// - `stage` belongs to `pipeline`; a deal without either starts in the first stage of the default pipeline, one moved to another pipeline
//   in the first stage there of the same kind.
// - `is_open`, `closed_at`, `stage_since`, `probability` follow the stage; every move leaves a `stage_move` and the runs of its actions
//   (stage_actions.hpp), and takes `is_stuck` away.
// - A stage's required fields are filled before the deal enters it; a move that the stage does not allow is refused; the required points
//   of a stage's checklist are done before the deal leaves it for anything but a lost stage.
// - With the setting `require_next_step` a person moves a deal to an open stage only when an activity is planned for it.
class DealBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
};

}  // namespace sales
