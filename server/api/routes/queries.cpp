// Lists, counts, sums and exports.
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
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

// True for what a spreadsheet would run as a formula (OWASP, CSV injection); signed numbers and telephones are not.
bool is_formula_like(const std::string& text) {
  if (text.empty() || std::string_view("=+-@\t\r").find(text.front()) == std::string_view::npos) return false;
  const bool signed_number = (text.front() == '+' || text.front() == '-') && text.find_first_not_of("0123456789 ()-.,", 1) == std::string::npos;
  return !signed_number;
}

std::string csv_cell(const std::string& text) {
  std::string safe = is_formula_like(text) ? "'" + text : text;
  if (safe.find_first_of(";\"\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

// The text of one JSON value as a person reads it in a table.
std::string cell_text(const json::value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_array()) {
    std::string out;
    for (const auto& item : value.as_array()) (out.empty() ? out : out += ", ") += cell_text(item);
    return out;
  }
  if (value.is_object()) {
    const json::object& object = value.as_object();
    for (std::string_view key : {"title", "raw", "text", "amount", "name"}) {
      if (const auto* member = object.if_contains(key)) return cell_text(*member);
    }
    return json::serialize(value);
  }
  return json::serialize(value);
}

std::string path_text(const std::vector<entity::PathStep>& path) {
  std::string text;
  for (const auto& step : path) (text.empty() ? text : text += ".") += step.entity->fields[static_cast<std::size_t>(step.field)].key;
  return text;
}

const json::value* member_at(const json::value& row, const std::string& path) {
  const auto* object = row.if_object();
  return object == nullptr ? nullptr : object->if_contains(path);
}

// Pages through the query, one page of 1000 rows a chunk; UTF-8 with BOM and ';' open rightly in Excel.
void export_csv(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  if (!entity::may(call.caller(), entity, entity::Action::kExport)) throw base::Error(base::ErrorCode::kPermissionDenied, "export_not_allowed");
  auto query = std::make_shared<entity::Query>(entity::parse_query(call.body(), call.filter_context(entity)));
  query->filter = entity::Filter::all_of([&] {
    std::vector<entity::Filter> both;
    both.push_back(std::move(query->filter));
    both.push_back(entity::access_filter(*call.registry, entity, call.caller(), entity::Action::kExport));
    return both;
  }());
  query->limit = 1000;
  query->count = entity::CountKind::kNone;
  auto columns = std::make_shared<std::vector<std::string>>();
  for (const auto& path : query->fields) columns->push_back(path_text(path));
  auto caller = std::make_shared<entity::Caller>(call.writer());
  response.content_type = "text/csv; charset=utf-8";
  response.set_header("Content-Disposition", "attachment; filename=\"" + entity.plural + ".csv\"");
  response.source = [&context = call.context, registry = call.registry, now = call.now, caller, query, columns, started = false,
                     done = false](std::string& chunk) mutable {
    if (done) return false;
    std::string page;
    store::ReadOptions options;
    options.name = "export_page";
    options.deadline = std::chrono::milliseconds(10000);
    context.database.read(options, [&](store::Connection& connection) {
      page.clear();
      base::JsonWriter out(page);
      entity::run_query({connection, *registry, *caller, now}, *query, out);
    });
    const json::value parsed = base::parse_json(page, {64, 256u << 20});
    if (!started) {
      chunk += "\xEF\xBB\xBF";
      std::string header;
      for (const auto& column : *columns) (header.empty() ? header : header += ";") += csv_cell(column);
      chunk += header + "\r\n";
      started = true;
    }
    for (const auto& row : parsed.at("items").as_array()) {
      std::string line;
      bool first = true;
      for (const auto& column : *columns) {
        if (!first) line += ';';
        first = false;
        const auto* value = member_at(row, column);
        if (value != nullptr) line += csv_cell(cell_text(*value));
      }
      chunk += line + "\r\n";
    }
    const auto* next = parsed.as_object().if_contains("next");
    if (next == nullptr || !next->is_string()) done = true;
    else query->cursor = std::string(next->as_string());
    return true;
  };
}

}  // namespace

void add_query_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  add_route(router, context, {Method::kGet, "/{plural}", list});
  add_route(router, context, {Method::kPost, "/{plural}:query", query});
  add_route(router, context, {Method::kPost, "/{plural}:aggregate", aggregate});
  add_route(router, context, {Method::kPost, "/{plural}:count", count});
  add_route(router, context, {Method::kPost, "/{plural}:export", export_csv});
}

}  // namespace api
