// Settings of modules by their schema, preferences of a user, the settings every screen needs.
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/program/resources.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/module_settings.hpp"

namespace api {

namespace {

constexpr std::size_t kMaxPreferenceBytes = 64 << 10;

json::object module_schema(std::string_view module) {
  const auto file = base::find_resource("modules/" + std::string(module) + "/module.json");
  if (module.find('/') != std::string_view::npos || !file) throw base::Error(base::ErrorCode::kNotFound, "unknown_module");
  const json::value parsed = base::parse_json(*file);
  const auto* settings = base::json_object(parsed.as_object(), "settings");
  return settings == nullptr ? json::object{{"type", "object"}, {"properties", json::object{}}} : *settings;
}

void check_setting(const std::string& key, const json::value& value, const json::object& property) {
  const std::string type = base::json_string(property, "type");
  const bool fits = (type == "boolean" && value.is_bool()) || (type == "integer" && value.is_int64()) ||
                    (type == "string" && value.is_string()) || (type == "array" && value.is_array()) ||
                    (type == "object" && value.is_object()) || (type == "number" && value.is_number());
  if (!fits) throw base::Error::field(key, "wrong_type", {{"expected", type}});
  if (const auto* choices = base::json_array(property, "enum")) {
    for (const auto& choice : *choices) {
      if (choice == value) return;
    }
    throw base::Error::field(key, "unknown_option", {{"valid", json::serialize(*choices)}});
  }
  if (value.is_int64() && property.contains("minimum") && value.as_int64() < base::json_int(property, "minimum")) {
    throw base::Error::field(key, "too_small", {{"min", std::to_string(base::json_int(property, "minimum"))}});
  }
}

// Keys of other services: written, never read back.
bool is_secret(const json::object& property) { return base::json_bool(property, "secret"); }

// What of the secrets stays because the request does not name it; null takes a secret away.
json::object with_secrets(json::object values, const json::object& stored, const json::object& properties) {
  for (const auto& property : properties) {
    if (!is_secret(property.value().as_object())) continue;
    const auto* given = values.if_contains(property.key());
    if (given != nullptr && given->is_null())
      values.erase(property.key());
    else if (const auto* kept = stored.if_contains(property.key()); given == nullptr && kept != nullptr)
      values[property.key()] = *kept;
  }
  return values;
}

void read_settings(Call& call, http::Response& response) {
  const json::object schema = module_schema(call.parameter(0));
  call.read("settings", [&](const entity::QueryContext& context) {
    json::object values;
    const json::object stored = entity::module_settings(context.connection, call.parameter(0));
    if (const auto* properties = base::json_object(schema, "properties")) {
      for (const auto& property : *properties) {
        if (is_secret(property.value().as_object()))
          values[property.key()] = nullptr;
        else if (const auto* value = stored.if_contains(property.key()))
          values[property.key()] = *value;
        else if (const auto* fallback = property.value().as_object().if_contains("default"))
          values[property.key()] = *fallback;
        else
          values[property.key()] = nullptr;
      }
    }
    response.body.clear();
    base::JsonWriter out(response.body);
    out.begin_object().key("schema").value(schema).key("values").value(values).end_object();
  });
}

void write_settings(Call& call, http::Response& response) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  const json::object schema = module_schema(call.parameter(0));
  const json::object values = call.body();
  const auto* properties = base::json_object(schema, "properties");
  for (const auto& member : values) {
    const auto* property = properties == nullptr ? nullptr : properties->if_contains(member.key());
    if (property == nullptr) throw base::Error::field(std::string(member.key()), "unknown_field");
    if (!is_secret(property->as_object()) || !member.value().is_null())
      check_setting(std::string(member.key()), member.value(), property->as_object());
  }
  call.context.database.write({.name = "setting_write"}, [&](store::Connection& connection) {
    json::object kept = values;
    if (properties != nullptr) kept = with_secrets(values, entity::module_settings(connection, call.parameter(0)), *properties);
    auto statement = connection.prepare(
        "setting_write",
        "INSERT INTO sys_setting(module, value, updated_at, updated_by) VALUES($1, $2, $3, $4) "
        "ON CONFLICT(module) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by");
    statement.bind_text(1, call.parameter(0))
        .bind_text(2, json::serialize(kept))
        .bind(3, base::to_micros(call.now))
        .bind(4, call.caller().user_id)
        .run();
  });
  read_settings(call, response);
}

std::string preference_key(Call& call) {
  const std::string key(call.parameter(0));
  if (key.size() > 200) throw base::Error::field("key", "too_long", {{"max", "200"}});
  return key;
}

void read_preference(Call& call, http::Response& response) {
  response.body = "null";
  call.read("preference", [&](const entity::QueryContext& context) {
    auto statement = context.connection.prepare("preference_read", "SELECT value FROM sys_preference WHERE user_id = $1 AND key = $2");
    if (statement.bind(1, call.caller().user_id).bind_text(2, preference_key(call)).step()) response.body = statement.text(0);
  });
}

void write_preference(Call& call, http::Response& response) {
  const std::string key = preference_key(call);
  if (call.request.body.size() > kMaxPreferenceBytes)
    throw base::Error(base::ErrorCode::kResourceExhausted, "body_too_large", {{"limit", std::to_string(kMaxPreferenceBytes)}});
  const std::string value = json::serialize(base::parse_json(call.request.body.empty() ? std::string_view("null") : call.request.body));
  call.context.database.write({.name = "preference_write"}, [&](store::Connection& connection) {
    auto statement = connection.prepare("preference_write",
                                        "INSERT INTO sys_preference(user_id, key, value) VALUES($1, $2, $3) ON CONFLICT(user_id, key) DO "
                                        "UPDATE SET value = excluded.value");
    statement.bind(1, call.caller().user_id).bind_text(2, key).bind_text(3, value).run();
  });
  response.body = value;
}

}  // namespace

void add_setting_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kGet, "/settings/{module}", read_settings});
  add_route(router, context, {Method::kPut, "/settings/{module}", write_settings, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/preferences/{key}", read_preference});
  add_route(router, context, {Method::kPut, "/preferences/{key}", write_preference, RunsOn::kWritePool});
}

}  // namespace api
