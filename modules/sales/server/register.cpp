#include "modules/sales/server/deal_behaviour.hpp"

namespace sales {

void register_sales(entity::ModuleHost& host) { host.add_behaviour("deal", std::make_unique<DealBehaviour>()); }

}  // namespace sales
