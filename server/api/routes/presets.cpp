// Presets of the first-run wizard, for administrators.
#include "server/api/presets.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"

namespace api {

namespace {

void require_administrator(const Call& call) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
}

json::array field_names(const Call& call, const json::object& preset) {
  json::array all;
  for (const auto& item : preset.at("fields").as_array()) {
    const auto* entity = call.registry->find(base::json_string(item.as_object(), "entity"));
    if (entity == nullptr) continue;
    all.push_back(json::object{{"entity", entity->key},
                               {"key", item.at("field").at("key")},
                               {"label", preset_text(item.at("field").at("labels"), call.caller().language)}});
  }
  return all;
}

void list(Call& call, http::Response& response) {
  require_administrator(call);
  call.read("presets", [&](const entity::QueryContext& context) {
    const std::string applied = applied_preset(context.connection);
    response.body.clear();
    base::JsonWriter out(response.body);
    out.begin_object().key("applied");
    if (applied.empty())
      out.null();
    else
      out.text(applied);
    out.key("replaces").boolean(may_replace_stages(context.connection, *call.registry)).key("items").begin_array();
    for (const auto& preset : presets()) {
      const json::object shown = preset_text(preset, call.caller().language).as_object();
      out.begin_object();
      for (const std::string_view key : {"key", "icon", "name", "about", "records"}) out.key(key).value(shown.at(key));
      out.key("fields").value(field_names(call, preset)).end_object();
    }
    out.end_array().end_object();
  });
}

void write_counts(base::JsonWriter& out, std::string_view key, const std::map<std::string, int>& counts) {
  out.key(key).begin_object();
  for (const auto& [entity, count] : counts) out.key(entity).integer(count);
  out.end_object();
}

void apply(Call& call, http::Response& response) {
  require_administrator(call);
  for (const auto& preset : presets()) {
    if (base::json_string(preset, "key") != call.parameter(0)) continue;
    const auto outcome = apply_preset(call.context, call.writer(), preset, call.caller().language);
    base::JsonWriter out(response.body);
    out.begin_object();
    write_counts(out, "added", outcome.added);
    write_counts(out, "removed", outcome.removed);
    out.key("fields").begin_array();
    for (const auto& field : outcome.fields) out.text(field);
    out.end_array().end_object();
    return;
  }
  throw base::Error(base::ErrorCode::kNotFound, "preset_not_found");
}

}  // namespace

void add_preset_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  add_route(router, context, {Method::kGet, "/presets", list});
  add_route(router, context, {Method::kPost, "/presets/{preset}:apply", apply, http::RunsOn::kWritePool});
}

}  // namespace api
