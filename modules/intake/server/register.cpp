#include "modules/intake/server/answer_watch.hpp"
#include "modules/intake/server/distribution.hpp"
#include "modules/intake/server/forms/form_routes.hpp"
#include "modules/intake/server/forms/submission.hpp"

namespace intake {

void register_intake(entity::ModuleHost& host) {
  auto& services = host.services();
  host.add_behaviour("lead", std::make_unique<LeadDistribution>());
  for (const char* entity : {"distribution_rule", "distribution_member", "web_form", "form_submission"})
    host.add_behaviour(entity, std::make_unique<AdministratorsOnlyBehaviour>());
  host.add_behaviour("distribution_rule", std::make_unique<DistributionRuleBehaviour>());
  host.add_behaviour("web_form", std::make_unique<WebFormBehaviour>(services.random));
  host.add_schedule("leads_waiting", std::chrono::seconds(10), [&services] { distribute_waiting(services); });

  const auto watch = std::make_shared<AnswerWatch>(services, host.notices());
  host.add_consumer("lead_answers", [watch](const std::vector<entity::OutboxEvent>& events) { watch->consume(events); });
  host.add_schedule("lead_answers_late", std::chrono::seconds(10), [watch] { watch->escalate(); });

  host.add_consumer("form_consents", [&services](const std::vector<entity::OutboxEvent>& events) { write_consents(services, events); });
  host.add_routes(add_form_routes);
  host.add_routes(add_intake_routes);
}

}  // namespace intake
