#include "modules/money/server/plan_behaviour.hpp"
#include "server/entity/side_records.hpp"

namespace money {

void PlanBehaviour::prepare(entity::SaveContext& save) {
  entity::Record& plan = save.record();
  if (!save.changed("contract") && !(save.changed("repeat") && !save.is_new())) return;
  const auto contract = entity::load_row(save, "contract", plan.link_id("contract"));
  if (!contract) return;
  if (plan.link_id("company") == 0) plan.set("company", contract->get("company"));
  const bool may_end = plan.text("repeat") != "none" && is_empty(plan.get("repeat_until"));
  if (may_end && contract->integer("valid_until") >= plan.integer("date")) plan.set("repeat_until", contract->get("valid_until"));
}

}  // namespace money
