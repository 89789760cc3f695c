#include "modules/sales/server/action_runner.hpp"
#include "modules/sales/server/deal_behaviour.hpp"
#include "modules/sales/server/deal_lines.hpp"
#include "modules/sales/server/routes.hpp"
#include "modules/sales/server/stage_actions.hpp"

namespace sales {

void register_sales(entity::ModuleHost& host) {
  host.add_behaviour("deal", std::make_unique<DealBehaviour>());
  host.add_behaviour("deal_line", std::make_unique<DealLineBehaviour>());
  for (const char* entity : {"stage_action", "stage_check"}) host.add_behaviour(entity, std::make_unique<AdministratorsOnlyBehaviour>());
  host.add_behaviour("stage_action", std::make_unique<StageActionBehaviour>());
  host.add_behaviour("stage_action_run", std::make_unique<ProgramOnlyBehaviour>());
  host.add_behaviour("lead_conversion", std::make_unique<ProgramOnlyBehaviour>());
  host.add_routes(add_sales_routes);

  const auto runner = std::make_shared<ActionRunner>(host.services(), host.notices());
  host.add_consumer("stage_actions", [runner](const std::vector<entity::OutboxEvent>& events) { runner->consume(events); });
  host.add_schedule("stage_actions_due", std::chrono::seconds(10), [runner] {
    runner->mark_stuck();
    runner->run_due();
  });
  host.add_schedule("stage_actions_old", std::chrono::hours(6), [runner] { runner->forget_old(); });
}

}  // namespace sales
