// Calls of this module; described in api.json.
#pragma once

#include "modules/money/server/statement_load.hpp"
#include "server/api/context.hpp"

namespace money {

// `loader` outlives the routes.
void add_money_routes(http::Router& router, api::ApiContext& context, StatementLoader& loader);
void add_review_routes(http::Router& router, api::ApiContext& context);
void add_order_routes(http::Router& router, api::ApiContext& context);
void add_report_routes(http::Router& router, api::ApiContext& context);

}  // namespace money
