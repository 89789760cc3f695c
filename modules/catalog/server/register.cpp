#include "modules/catalog/server/behaviours.hpp"
#include "modules/catalog/server/questions.hpp"
#include "modules/catalog/server/routes.hpp"

namespace catalog {

void register_catalog(entity::ModuleHost& host) {
  host.add_behaviour("own_company", std::make_unique<OwnCompanyBehaviour>());
  host.add_behaviour("own_account", std::make_unique<OwnAccountBehaviour>());
  host.add_behaviour("vat_rate", std::make_unique<VatRateBehaviour>());
  host.add_behaviour("product", std::make_unique<ProductBehaviour>());
  host.add_behaviour("bundle_item", std::make_unique<BundleItemBehaviour>());
  host.add_behaviour("price_list", std::make_unique<PriceListBehaviour>());
  host.add_behaviour("price_row", std::make_unique<PriceRowBehaviour>());
  add_questions(host.questions());
  host.add_routes(add_catalog_routes);
}

}  // namespace catalog
