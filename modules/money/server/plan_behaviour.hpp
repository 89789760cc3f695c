// Planned payments; those of a contract are its payment schedule.
#pragma once

#include "server/entity/record_service.hpp"

namespace money {

// A plan of a contract is of its company, and one that repeats ends with it where nothing else is said.
class PlanBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
};

}  // namespace money
