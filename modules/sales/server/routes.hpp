#pragma once

#include "server/api/context.hpp"

namespace sales {

// POST /leads/{id}:convert and :unconvert (leads/conversion.hpp); GET /lost-deals?from=&to=&pipeline=: lost deals by stage, reason,
// competitor and manager, each figure over what the caller may read.
void add_sales_routes(http::Router& router, api::ApiContext& context);

}  // namespace sales
