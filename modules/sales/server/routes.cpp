#include "modules/sales/server/routes.hpp"

#include <chrono>

#include "modules/sales/server/leads/conversion.hpp"
#include "modules/sales/server/lookup.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/access.hpp"

namespace sales {

namespace {

void convert(api::Call& call, http::Response& response) {
  const json::object body = call.body();
  const std::int64_t lead = call.id(0);
  base::JsonWriter out(response.body);
  if (call.query_flag("dry_run") || base::json_bool(body, "dry_run")) {
    std::optional<ConversionPlan> plan;
    call.read("lead_convert_plan",
              [&](const entity::QueryContext& context) { plan = plan_conversion(context, lead, body, PlanFor::kShow); });
    write_plan(*plan, out);
    return;
  }
  ConversionResult result;
  call.context.database.write({.name = "lead_convert"}, [&](store::Connection& connection) {
    result = run_conversion(call.context.services, connection, call.writer(), lead, body);
  });
  out.begin_object().key("id").integer(result.conversion);
  const auto link = [&](const char* key, std::int64_t id) {
    out.key(key);
    if (id == 0)
      out.null();
    else
      out.begin_object().key("id").integer(id).end_object();
  };
  link("company", result.company);
  link("contact", result.contact);
  link("deal", result.deal);
  out.end_object();
}

void unconvert(api::Call& call, http::Response& response) {
  json::object result;
  call.context.database.write({.name = "lead_unconvert"}, [&](store::Connection& connection) {
    result = undo_conversion(call.context.services, connection, call.writer(), call.id(0));
  });
  response.body = json::serialize(result);
}

json::value lost_filter(const api::Call& call, std::string_view kind_field, std::string_view time_field) {
  json::array parts = {{{"field", kind_field}, {"op", "eq"}, {"value", "lost"}}};
  if (const auto from = call.query("from"); !from.empty()) parts.push_back({{"field", time_field}, {"op", "gte"}, {"value", from}});
  if (const auto to = call.query("to"); !to.empty()) parts.push_back({{"field", time_field}, {"op", "lte"}, {"value", to}});
  if (const int pipeline = call.query_int("pipeline", 0, 0, INT32_MAX); pipeline != 0)
    parts.push_back({{"field", "pipeline"}, {"op", "eq"}, {"value", pipeline}});
  return {{"and", std::move(parts)}};
}

// Each part with the filter that opens its deals; where they were lost is told to those alone who may read the moves.
void lost_deals(api::Call& call, http::Response& response) {
  const auto& deals = call.registry->require("deal");
  const auto& moves = call.registry->require("stage_move");
  const json::value of_deals = lost_filter(call, "stage.kind", "closed_at"), of_moves = lost_filter(call, "to_stage.kind", "moved_at");
  call.context.database.read({.name = "lost_deals", .deadline = std::chrono::seconds(20)}, [&](store::Connection& connection) {
    const entity::QueryContext context{connection, *call.registry, call.caller(), call.now};
    response.body.clear();
    base::JsonWriter out(response.body);
    const auto part = [&](const char* name, const entity::EntityDef& entity, const json::value& filter, const char* group) {
      const json::object body = {
          {"filter", filter}, {"group", {group}}, {"measures", {{{"fn", "count"}}, {{"fn", "sum"}, {"field", "amount"}}}}, {"limit", 200}};
      out.key(name).begin_object().key("entity").text(entity.key).key("filter").value(filter).key("result");
      entity::run_aggregate(context, entity::parse_aggregate(body, call.filter_context(entity)), out);
      out.end_object();
    };
    out.begin_object();
    part("reason", deals, of_deals, "lost_reason");
    part("competitor", deals, of_deals, "competitor");
    part("manager", deals, of_deals, "owner");
    if (entity::may(call.caller(), moves, entity::Action::kRead)) part("stage", moves, of_moves, "from_stage");
    out.end_object();
  });
}

}  // namespace

void add_sales_routes(http::Router& router, api::ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  api::add_route(router, context, {Method::kPost, "/leads/{id}:convert", convert, RunsOn::kWritePool});
  api::add_route(router, context, {Method::kPost, "/leads/{id}:unconvert", unconvert, RunsOn::kWritePool});
  api::add_route(router, context, {Method::kGet, "/lost-deals", lost_deals});
}

}  // namespace sales
