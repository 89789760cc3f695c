// Lists, counts, sums and exports.
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/connect/export/record_export.hpp"
#include "server/entity/field_type.hpp"

namespace api {

namespace {

void list(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const entity::Query query = entity::parse_query(call.request.query, call.filter_context(entity));
  call.read("list", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    entity::run_query(context, query, out);
  });
}

void query(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const entity::Query parsed = entity::parse_query(call.body(), call.filter_context(entity));
  call.read("query", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    entity::run_query(context, parsed, out);
  });
}

void aggregate(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const entity::Aggregate parsed = entity::parse_aggregate(call.body(), call.filter_context(entity));
  call.read("aggregate", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    entity::run_aggregate(context, parsed, out);
  });
}

void count(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const json::object body = call.body();
  const auto* filter = body.if_contains("filter");
  const entity::Filter parsed = filter == nullptr ? entity::Filter{} : entity::parse_filter(*filter, call.filter_context(entity));
  call.read("count", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    out.begin_object().key("count").begin_object().key("value").integer(entity::count_exact(context, entity, parsed));
    out.key("kind").text("exact").end_object().end_object();
  });
}

// CSV, XLSX or vCard, a page of 1000 rows a chunk.
void export_records(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  connect::ExportRequest request;
  request.query = call.body();
  request.format = base::json_string(request.query, "format", "csv");
  request.with_labels = base::json_bool(request.query, "labels", request.format == "xlsx");
  request.for_editing = base::json_bool(request.query, "for_editing");
  for (const auto* key : {"format", "labels", "for_editing"}) request.query.erase(key);
  auto records =
      std::make_shared<connect::RecordExport>(call.context.services, call.context.localizer, entity, call.registry, call.writer(), request);
  response.content_type = records->content_type();
  response.set_header("Content-Disposition", "attachment; filename=\"" + records->file_name() + "\"");
  response.source = [records](std::string& chunk) {
    chunk.clear();
    while (records->next(chunk)) {
      if (!chunk.empty()) return true;
    }
    return !chunk.empty();
  };
}

}  // namespace

void add_query_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  add_route(router, context, {Method::kGet, "/{plural}", list});
  add_route(router, context, {Method::kPost, "/{plural}:query", query});
  add_route(router, context, {Method::kPost, "/{plural}:aggregate", aggregate});
  add_route(router, context, {Method::kPost, "/{plural}:count", count});
  add_route(router, context, {Method::kPost, "/{plural}:export", export_records});
}

}  // namespace api
