#include "modules/clients/server/card_behaviours.hpp"
#include "modules/clients/server/card_checks.hpp"
#include "modules/clients/server/completeness.hpp"
#include "modules/clients/server/personal_data.hpp"
#include "modules/clients/server/routes.hpp"

namespace clients {

void register_clients(entity::ModuleHost& host) {
  host.add_behaviour("contact", std::make_unique<ContactBehaviour>());
  host.add_behaviour("company_contact", std::make_unique<CompanyContactBehaviour>());
  host.add_behaviour("bank_account", std::make_unique<BankAccountBehaviour>());
  host.add_behaviour("company_relation", std::make_unique<MirrorBehaviour>("company"));
  host.add_behaviour("contact_relation", std::make_unique<MirrorBehaviour>("contact"));
  host.add_behaviour("consent", std::make_unique<ConsentBehaviour>());
  host.add_behaviour("person_request", std::make_unique<PersonRequestBehaviour>());

  const auto weights = std::make_shared<FillWeights>(host.services());
  for (const char* entity : {"company", "contact"}) host.add_behaviour(entity, std::make_unique<FillScoreBehaviour>(weights));
  host.add_behaviour("fill_weight", std::make_unique<FillWeightBehaviour>(host.services()));
  add_fill_jobs(host.jobs(), host.services(), weights);
  host.add_consumer("fill_scores", [&jobs = host.jobs(), &services = host.services()](const std::vector<entity::OutboxEvent>& events) {
    recount_after_change(jobs, services, events);
  });
  host.add_schedule("fill_weights", std::chrono::minutes(10), [weights] { weights->forget(); });
  host.add_behaviour("card_check", std::make_unique<CardCheckBehaviour>());
  add_card_check_job(host.jobs(), host.services());
  host.add_routes(add_client_routes);
  host.add_schedule("consents_run_out", std::chrono::hours(1), [&services = host.services()] { expire_consents(services); });
}

}  // namespace clients
