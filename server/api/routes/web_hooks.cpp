// Web hooks, for administrators; each sees what its owner may read.
#include "server/connect/web_hooks/web_hooks.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"

namespace api {

namespace {

using connect::WebHook;
using connect::WebHooks;

void require_admin(const Call& call) {
  const bool is_limited = !call.caller().key_scopes.empty();
  if (!call.caller().is_admin || is_limited) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
}

void write_time(base::JsonWriter& out, std::string_view key, const std::optional<base::Instant>& at) {
  out.key(key);
  if (at)
    out.text(base::to_string(*at));
  else
    out.null();
}

void write_list(base::JsonWriter& out, std::string_view key, const std::vector<std::string>& items) {
  out.key(key).begin_array();
  for (const auto& item : items) out.text(item);
  out.end_array();
}

// The secret is shown when it is made, never again.
void write_hook(const entity::QueryContext& context, const WebHook& hook, std::string_view secret, base::JsonWriter& out) {
  out.begin_object().key("id").integer(hook.id).key("url").text(hook.url).key("name").text(hook.name);
  write_list(out, "entities", hook.entities);
  write_list(out, "actions", hook.actions);
  out.key("filter").value(hook.filter);
  if (hook.fields)
    write_list(out, "fields", *hook.fields);
  else
    out.key("fields").null();
  out.key("active").boolean(hook.is_active).key("owner");
  write_reference(context, context.registry.require("user"), hook.owner_id, out);
  if (!secret.empty()) out.key("secret").text(secret);
  write_time(out, "created_at", hook.created_at);
  write_time(out, "failing_since", hook.failing_since);
  out.key("last_error").text(hook.last_error).end_object();
}

void write_delivery(const Call& call, const connect::Delivery& delivery, base::JsonWriter& out) {
  const auto* entity = call.registry->find_id(delivery.entity_id);
  out.begin_object()
      .key("id")
      .integer(delivery.id)
      .key("event")
      .text(delivery.event)
      .key("entity")
      .text(entity == nullptr ? "" : entity->key);
  out.key("record")
      .integer(delivery.record_id)
      .key("action")
      .text(delivery.action)
      .key("state")
      .text(delivery.state)
      .key("attempts")
      .integer(delivery.attempts);
  out.key("status");
  if (delivery.status == 0)
    out.null();
  else
    out.integer(delivery.status);
  out.key("error");
  if (delivery.error.empty())
    out.null();
  else
    out.text(delivery.error);
  write_time(out, "created_at", delivery.created_at);
  write_time(out, "next_at", delivery.state == "waiting" ? delivery.next_at : std::nullopt);
  write_time(out, "delivered_at", delivery.delivered_at);
  out.key("body");
  if (delivery.body.empty())
    out.null();
  else
    out.raw(delivery.body);
  out.end_object();
}

std::vector<std::string> strings_of(const json::object& body, std::string_view key) {
  const auto* given = body.if_contains(key);
  if (given == nullptr || given->is_null()) return {};
  if (!given->is_array()) throw base::Error::field(std::string(key), "wrong_type", {{"expected", "array"}});
  std::vector<std::string> all;
  for (const auto& item : given->as_array()) {
    if (!item.is_string()) throw base::Error::field(std::string(key), "wrong_type", {{"expected", "text"}});
    all.emplace_back(item.as_string());
  }
  return all;
}

// Members that the body names take the place of those in `hook`.
void apply(const json::object& body, WebHook& hook) {
  if (body.contains("url")) hook.url = base::json_string(body, "url");
  if (body.contains("name")) hook.name = base::json_string(body, "name").substr(0, 400);
  if (body.contains("entities")) hook.entities = strings_of(body, "entities");
  if (body.contains("actions")) hook.actions = strings_of(body, "actions");
  if (const auto* filter = body.if_contains("filter")) hook.filter = *filter;
  if (body.contains("fields")) {
    hook.fields.reset();
    if (!body.at("fields").is_null()) hook.fields = strings_of(body, "fields");
  }
  if (body.contains("active")) hook.is_active = base::json_bool(body, "active", true);
  if (body.contains("owner")) hook.owner_id = base::json_int(body, "owner");
  if (body.contains("secret")) hook.secret = base::json_string(body, "secret");
  if (hook.secret.size() > 200) throw base::Error::field("secret", "too_long", {{"max", "200"}});
}

void answer(Call& call, std::int64_t id, const std::string& shown_secret, http::Response& response) {
  call.read("web_hook", [&](const entity::QueryContext& context) {
    response.body.clear();
    const auto hook = WebHooks::find(context.connection, id);
    if (!hook) throw base::Error(base::ErrorCode::kNotFound, "web_hook_not_found");
    base::JsonWriter out(response.body);
    write_hook(context, *hook, shown_secret.empty() ? shown_secret : hook->secret, out);
  });
}

void list(Call& call, http::Response& response) {
  require_admin(call);
  call.read("web_hooks", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    out.begin_object().key("items").begin_array();
    for (const auto& hook : WebHooks::list(context.connection)) write_hook(context, hook, {}, out);
    out.end_array().end_object();
  });
}

void create(Call& call, http::Response& response) {
  require_admin(call);
  WebHook hook;
  hook.owner_id = call.caller().user_id;
  apply(call.body(), hook);
  if (hook.url.empty()) throw base::Error::field("url", "required");
  const std::int64_t id = call.context.web_hooks.save(std::move(hook));
  response.status = 201;
  response.set_header("Cache-Control", "no-store");
  answer(call, id, "shown", response);
}

WebHook known(Call& call) {
  std::optional<WebHook> hook;
  call.read("web_hook", [&](const entity::QueryContext& context) { hook = WebHooks::find(context.connection, call.id(0)); });
  if (!hook) throw base::Error(base::ErrorCode::kNotFound, "web_hook_not_found");
  return *hook;
}

void show(Call& call, http::Response& response) {
  require_admin(call);
  answer(call, call.id(0), {}, response);
}

void change(Call& call, http::Response& response) {
  require_admin(call);
  WebHook hook = known(call);
  apply(call.body(), hook);
  answer(call, call.context.web_hooks.save(std::move(hook)), {}, response);
}

void remove(Call& call, http::Response& response) {
  require_admin(call);
  call.context.web_hooks.remove(call.id(0));
  response.status = 204;
}

void deliveries(Call& call, http::Response& response) {
  require_admin(call);
  const int limit = call.query_int("limit", 50, 1, 200);
  const int cursor = call.query_int("cursor", 0, 0, INT32_MAX);
  call.read("web_hook_deliveries", [&](const entity::QueryContext& context) {
    response.body.clear();
    auto rows = WebHooks::deliveries(context.connection, call.id(0), call.query("state"), cursor, limit + 1);
    const bool more = rows.size() > static_cast<std::size_t>(limit);
    if (more) rows.pop_back();
    base::JsonWriter out(response.body);
    out.begin_object().key("items").begin_array();
    for (const auto& row : rows) write_delivery(call, row, out);
    out.end_array().key("next");
    if (more)
      out.text(std::to_string(rows.back().id));
    else
      out.null();
    out.end_object();
  });
}

void replay(Call& call, http::Response& response) {
  require_admin(call);
  call.context.web_hooks.replay(call.id(0), call.id(1));
  response.status = 202;
  call.read("web_hook_delivery", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    const auto row = WebHooks::find_delivery(context.connection, call.id(0), call.id(1));
    if (!row) throw base::Error(base::ErrorCode::kNotFound, "delivery_not_found");
    write_delivery(call, *row, out);
  });
}

}  // namespace

void add_web_hook_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kGet, "/web-hooks", list});
  add_route(router, context, {Method::kPost, "/web-hooks", create, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/web-hooks/{id}", show});
  add_route(router, context, {Method::kPatch, "/web-hooks/{id}", change, RunsOn::kWritePool});
  add_route(router, context, {Method::kDelete, "/web-hooks/{id}", remove, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/web-hooks/{id}/deliveries", deliveries});
  add_route(router, context, {Method::kPost, "/web-hooks/{id}/deliveries/{delivery}:replay", replay, RunsOn::kWritePool});
}

}  // namespace api
