#include "modules/money/server/allocation_behaviour.hpp"
#include "modules/money/server/payment_behaviour.hpp"
#include "modules/money/server/routes.hpp"
#include "modules/money/server/statement_load.hpp"

namespace money {

void register_money(entity::ModuleHost& host) {
  host.add_behaviour("payment", std::make_unique<PaymentBehaviour>(host.questions()));
  host.add_behaviour("payment_allocation", std::make_unique<AllocationBehaviour>(host.questions()));
  host.add_behaviour("invoice", std::make_unique<PaidInvoiceBehaviour>());
  const auto loader = std::make_shared<StatementLoader>(host.services());
  host.jobs().add_kind(
      std::string(kLoadJob), [loader](flow::JobRun& run) { loader->run(run); }, flow::Jobs::Runs::kOneAtATime);
  host.add_routes([loader](http::Router& router, api::ApiContext& context) { add_money_routes(router, context, *loader); });
}

}  // namespace money
