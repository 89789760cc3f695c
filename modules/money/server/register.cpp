#include <chrono>

#include "modules/money/server/allocation_behaviour.hpp"
#include "modules/money/server/credit.hpp"
#include "modules/money/server/dunning.hpp"
#include "modules/money/server/payment_behaviour.hpp"
#include "modules/money/server/plan_behaviour.hpp"
#include "modules/money/server/routes.hpp"
#include "modules/money/server/statement_load.hpp"

namespace money {

void register_money(entity::ModuleHost& host) {
  host.add_behaviour("payment", std::make_unique<PaymentBehaviour>(host.questions()));
  host.add_behaviour("payment_allocation", std::make_unique<AllocationBehaviour>(host.questions()));
  host.add_behaviour("invoice", std::make_unique<PaidInvoiceBehaviour>());
  for (const char* entity : {"invoice", "sales_order"}) host.add_behaviour(entity, std::make_unique<CreditBehaviour>());
  host.add_behaviour("planned_payment", std::make_unique<PlanBehaviour>());
  host.add_behaviour("credit_limit", std::make_unique<CreditLimitBehaviour>());
  host.add_behaviour("dunning_entry", std::make_unique<DunningEntryBehaviour>());
  const auto dunning = std::make_shared<Dunning>(host.services(), host.notices());
  host.add_schedule("dunning", std::chrono::hours(1), [dunning] { dunning->run(); });
  const auto loader = std::make_shared<StatementLoader>(host.services());
  host.add_schedule("bank_statements", std::chrono::minutes(5), [loader] { loader->settle(); });
  host.jobs().add_kind(
      std::string(kLoadJob), [loader](flow::JobRun& run) { loader->run(run); }, flow::Jobs::Runs::kOneAtATime);
  host.add_routes([loader](http::Router& router, api::ApiContext& context) { add_money_routes(router, context, *loader); });
}

}  // namespace money
