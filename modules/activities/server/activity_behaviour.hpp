// Tasks, calls and meetings: what was done, what comes next.
#pragma once

#include "server/entity/module_host.hpp"

namespace activities {

// Invariants
// - A done activity has `done_at`; a planned one has not.
// - `next_step_at` of the record an activity is about is the earliest due time of its planned activities, `last_contact_at` the
//   latest call or meeting done; both only where the record has these fields.
class ActivityBehaviour final : public entity::Behaviour {
 public:
  enum class Contact { kYes, kNo };  // whether having done it means having been in touch
  explicit ActivityBehaviour(Contact contact) : contact_(contact) {}
  void prepare(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
  void before_restore(entity::SaveContext& save) override;

 private:
  Contact contact_;
};

}  // namespace activities
