// A formula that is being written: whether it is right, and what it gives for a few records.
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/formula/json.hpp"
#include "server/entity/query.hpp"
#include "server/entity/rules.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/save.hpp"

namespace api {

namespace {

constexpr int kSamples = 3;

std::vector<std::int64_t> newest_records(store::Connection& connection, const entity::EntityDef& entity) {
  std::vector<std::int64_t> ids;
  auto statement = connection.prepare("formula_samples",
                                      "SELECT id FROM " + entity::table_of(entity) + " WHERE deleted_at IS NULL ORDER BY id DESC LIMIT $1");
  statement.bind(1, kSamples);
  while (statement.step()) ids.push_back(statement.integer(0));
  return ids;
}

// {"expression"} → {"fields": paths it reads, "samples": [{"record", "value"}]}. Error field expression "formula_…" with its place.
void check(Call& call, http::Response& response) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  const auto* entity = call.registry->find(call.parameter(0));
  if (entity == nullptr)
    throw base::Error(base::ErrorCode::kNotFound, "unknown_entity", {{"entity", std::string(call.parameter(0).substr(0, 100))}});
  const std::string expression = base::json_string(call.body(), "expression");
  if (expression.empty()) throw base::Error::field("expression", "required");
  const formula::Scope scope = entity::scope_of(*call.registry, *entity);
  const auto formula = formula::Formula::parse_or_throw(expression, scope, "expression");
  call.read("formula_check", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    out.begin_object().key("fields").begin_array();
    for (const auto& path : formula->inputs()) out.text(formula::to_string(path));
    out.end_array().key("samples").begin_array();
    entity::ConnectionResolver resolver(context.connection, *call.registry, call.now);
    const entity::RuleContext rules{*call.registry, call.caller(), call.now, &resolver};
    for (const auto id : newest_records(context.connection, *entity)) {
      const auto record = entity::load_record(context.connection, *call.registry, *entity, id);
      if (!record) continue;
      std::string value;
      formula::append_json(value, entity::evaluate(rules, *formula, *record));
      out.begin_object().key("record");
      write_reference(context, *entity, id, out);
      out.key("value").raw(value).end_object();
    }
    out.end_array().end_object();
  });
}

}  // namespace

void add_metadata_formula_routes(http::Router& router, ApiContext& context) {
  add_route(router, context, {http::Method::kPost, "/metadata/entities/{entity}/formula:check", check});
}

}  // namespace api
