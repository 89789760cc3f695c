// GET /prices and GET /discount-limit; described in api.json.
#pragma once

#include "server/api/context.hpp"

namespace catalog {

void add_catalog_routes(http::Router& router, api::ApiContext& context);

}  // namespace catalog
