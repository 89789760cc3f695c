// Data of the register of firms on the card: suggestions for a new one, the difference for an old one, banks by БИК, addresses in
// normal form with their place on the map.
#pragma once

namespace http {
class Router;
}
namespace api {
struct ApiContext;
}

namespace clients {

void add_enrichment_routes(http::Router& router, api::ApiContext& context);

}  // namespace clients
