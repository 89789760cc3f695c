#include "modules/clients/server/card_behaviours.hpp"
#include "modules/clients/server/personal_data.hpp"

namespace clients {

void register_clients(entity::ModuleHost& host) {
  host.add_behaviour("contact", std::make_unique<ContactBehaviour>());
  host.add_behaviour("company_contact", std::make_unique<CompanyContactBehaviour>());
  host.add_behaviour("bank_account", std::make_unique<BankAccountBehaviour>());
  host.add_behaviour("company_relation", std::make_unique<MirrorBehaviour>("company"));
  host.add_behaviour("contact_relation", std::make_unique<MirrorBehaviour>("contact"));
  host.add_behaviour("consent", std::make_unique<ConsentBehaviour>());
  host.add_behaviour("person_request", std::make_unique<PersonRequestBehaviour>());
  host.add_schedule("consents_run_out", std::chrono::hours(1), [&services = host.services()] { expire_consents(services); });
}

}  // namespace clients
