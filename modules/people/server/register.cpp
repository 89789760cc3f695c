// POST /handovers {"from", "rule", …}: hands over what a user answers for (server/flow/handover.hpp); with dry_run the counts.
#include "server/api/context.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/flow/handover.hpp"

namespace people {

namespace {

void hand_over(api::Call& call, http::Response& response) {
  json::object parameters = call.body();
  const bool is_own = base::json_int(parameters, "from") == call.caller().user_id;
  if (!call.is_administrator() && (!is_own || base::json_bool(parameters, "switch_off")))
    throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  const auto counts = flow::preview_handover(call.context.services, call.caller(), parameters);
  base::JsonWriter out(response.body);
  if (call.query_flag("dry_run") || base::json_bool(parameters, "dry_run")) {
    std::int64_t total = 0;
    out.begin_object().key("dry_run").boolean(true).key("entities").begin_array();
    for (const auto& count : counts) {
      total += count.count;
      out.begin_object()
          .key("entity")
          .text(count.entity->key)
          .key("field")
          .text(count.entity->fields[static_cast<std::size_t>(count.field)].key)
          .key("count")
          .integer(count.count)
          .end_object();
    }
    out.end_array().key("count").integer(total).end_object();
    return;
  }
  const std::int64_t id = call.context.jobs.submit("handover", std::move(parameters), call.caller().user_id, true);
  response.status = 202;
  response.set_header("Location", "/api/v1/jobs/" + std::to_string(id));
  out.begin_object().key("id").integer(id).key("kind").text("handover").key("state").text("queued").end_object();
}

}  // namespace

void register_people(entity::ModuleHost& host) {
  flow::add_handover(host.jobs(), host.services());
  host.add_routes([](http::Router& router, api::ApiContext& context) {
    api::add_route(router, context, {http::Method::kPost, "/handovers", hand_over, http::RunsOn::kWritePool});
  });
}

}  // namespace people
