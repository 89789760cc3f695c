#pragma once

#include "server/api/context.hpp"

namespace clients {

// POST /fill-tasks {entity, below, due_days, filter} and POST /card-samples {entity, per_manager, filter}: start the jobs "fill_tasks" and
// "card_sample" over the cards of one kind.
void add_client_routes(http::Router& router, api::ApiContext& context);

}  // namespace clients
