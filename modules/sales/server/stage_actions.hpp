// What a pipeline does by itself: actions on entering or leaving a stage and when a deal stands too long, set without code.
//
// Invariants
// - A run (`stage_action_run`) is written in the transaction of the move or of the mark `is_stuck` that causes it, so none is lost and
//   none is made twice; it is `pending` until the runner (action_runner.hpp) has done it, exactly once.
// - An action that came round kMostRunsAnHour times for one deal within an hour is not run again: it takes part in a circle. Its run is
//   kept as skipped with the reason "loop".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "server/entity/module_host.hpp"

namespace sales {

enum class Trigger { kEnter, kLeave, kTimeLimit };
std::string_view trigger_name(Trigger trigger);

inline constexpr int kMostRunsAnHour = 10;

struct Occasion {
  Trigger trigger;
  std::int64_t stage_id;  // 0: none
};
// Runs of the active actions of the deal's pipeline for these stages and of those for every stage. Called from the deal's before_write.
void enqueue_runs(entity::SaveContext& save, std::initializer_list<Occasion> occasions);

// What only administrators set up, whatever roles say of "*": actions run with every right.
class AdministratorsOnlyBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
};

// The stage is of the pipeline, the condition a filter over deals, the field a writable one of deals.
class StageActionBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
};

// Records that only the program writes: permission_denied "written_by_program" for everybody else.
class ProgramOnlyBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
};

}  // namespace sales
