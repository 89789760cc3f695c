#include <chrono>

#include "modules/funnel/server/answer.hpp"
#include "server/api/context.hpp"
#include "server/entity/module_host.hpp"
#include "server/insight/number_rows.hpp"

namespace funnel {

namespace {

void answer_funnel(api::Call& call, http::Response& response) {
  const auto& deals = call.registry->require("deal");
  const Request request = parse_request(call.body(), call.filter_context(deals));
  const auto read = [&](store::Connection& connection) {
    response.body.clear();
    const entity::QueryContext context{connection, *call.registry, call.caller(), call.now};
    const Pipeline pipeline = load_pipeline(context, request.pipeline);
    const Result now = reckon(context, request, pipeline, request.period);
    std::optional<Result> previous;
    if (request.wants_previous) {
      Request unsplit = request;
      unsplit.split = Split::kNone;
      previous = reckon(context, unsplit, pipeline, previous_period(request.period));
    }
    base::JsonWriter out(response.body);
    write_answer(context, {request, pipeline, now, previous ? &*previous : nullptr}, out);
  };
  insight::read_report(call.context.database, {.name = "funnel", .deadline = std::chrono::seconds(20)}, read);
}

}  // namespace

void register_funnel(entity::ModuleHost& host) {
  host.add_routes([](http::Router& router, api::ApiContext& context) {
    api::add_route(router, context, {http::Method::kPost, "/funnel", answer_funnel});
  });
}

}  // namespace funnel
