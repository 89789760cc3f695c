// The whole HTTP surface of the program.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "server/api/context.hpp"
#include "server/api/live.hpp"
#include "server/http/server.hpp"

namespace api {

void add_all_routes(http::Router& router, ApiContext& context, LiveHub& live);
// Problem answers for what fails outside a route, and metrics of every answer.
http::Server::Hooks server_hooks(ApiContext& context);
std::vector<std::pair<std::string, std::string>> security_headers(bool is_tls);

}  // namespace api
