// The search box.
#include "server/entity/search/search.hpp"

#include "server/api/routes/routes.hpp"
#include "server/base/json_writer.hpp"

namespace api {

namespace {

void search(Call& call, http::Response& response) {
  entity::SearchRequest request;
  request.text = call.query("q");
  request.limit = call.query_int("limit", 5, 1, 50);
  std::string entities = call.query("entities");
  while (!entities.empty()) {
    const auto comma = entities.find(',');
    request.entities.push_back(entities.substr(0, comma));
    entities = comma == std::string::npos ? std::string() : entities.substr(comma + 1);
  }
  call.read("search", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    entity::run_search(context, request, out);
  });
}

}  // namespace

void add_search_routes(http::Router& router, ApiContext& context) { add_route(router, context, {http::Method::kGet, "/search", search}); }

}  // namespace api
