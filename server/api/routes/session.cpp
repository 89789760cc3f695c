// Signing in and out, API keys, the signed-in user.
#include <algorithm>

#include "server/api/authenticator.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/connect/files/files.hpp"
#include "server/connect/notices/notices.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/on_behalf.hpp"
#include "server/entity/write/outbox.hpp"

namespace api {

namespace {

void write_user(const entity::QueryContext& context, base::JsonWriter& out) {
  const auto& users = context.registry.require("user");
  const auto user = entity::load_record(context.connection, context.registry, users, context.caller.user_id);
  out.key("user")
      .begin_object()
      .key("id")
      .integer(context.caller.user_id)
      .key("title")
      .text(context.caller.title)
      .key("name")
      .text(context.caller.title);
  out.key("email").text(user ? user->text("email") : "").key("position").text(user ? user->text("position") : "");
  out.key("notice_mail").text(user && !user->text("notice_mail").empty() ? user->text("notice_mail") : "off").key("avatar");
  const auto avatar = user ? entity::find_file(context.connection, user->integer("avatar")) : std::nullopt;
  if (avatar)
    entity::write_file_json(*avatar, out);
  else
    out.null();
  out.end_object();
}

// Who is signed in and what every screen needs.
void write_me(Call& call, const entity::Caller& caller, std::string_view csrf, base::JsonWriter& out) {
  out.begin_object();
  call.context.database.read({.name = "me"}, [&](store::Connection& connection) {
    const entity::QueryContext context{connection, *call.registry, caller, call.now};
    write_user(context, out);
    out.key("roles").begin_array();
    for (const std::int64_t role : caller.roles) write_reference(context, call.registry->require("role"), role, out);
    out.end_array().key("unread").integer(connect::Notices::unread_count(connection, caller.user_id));
    // GET /live?after= from here tells all that is committed after this answer.
    out.key("live_position").text(entity::to_string(entity::newest_position(connection)));
  });
  const entity::Company& company = call.registry->company();
  out.key("currency").text(company.base_currency).key("settings").begin_object().key("base_currency").text(company.base_currency);
  out.key("company").text(company.name).key("logo");
  if (company.logo == 0)
    out.null();
  else
    out.text("/api/v1/files/" + std::to_string(company.logo));
  out.key("max_file_bytes").integer(call.context.files.max_bytes()).end_object();
  out.key("can_change_metadata").boolean(caller.is_admin);
  out.key("is_admin").boolean(caller.is_admin).key("language").text(caller.language).key("time_zone").text(caller.time_zone);
  out.key("department");
  if (caller.department_id == 0)
    out.null();
  else
    out.integer(caller.department_id);
  out.key("csrf").text(csrf).end_object();
}

void sign_in(Call& call, http::Response& response) {
  const json::object body = call.body();
  const std::string email = base::json_string(body, "email");
  const std::string password = base::json_string(body, "password");
  if (email.empty()) throw base::Error::field("email", "required");
  if (password.empty()) throw base::Error::field("password", "required");
  if (password.size() > 1000) throw base::Error::field("password", "too_long", {{"max", "256"}});
  const NewSession session = call.context.authenticator.sign_in(email, password, call.request);
  response.set_header("Set-Cookie", Authenticator::session_cookie(session, call.request.is_tls));
  response.set_header("Cache-Control", "no-store");
  base::JsonWriter out(response.body);
  write_me(call, *session.caller, session.csrf_token, out);
}

// The change is saved as the system's, which may read every file.
void require_own_file(Call& call, const json::value& given) {
  const auto* object = given.if_object();
  const json::value* id = object == nullptr ? &given : object->if_contains("id");
  call.read("own_file", [&](const entity::QueryContext& context) {
    const auto file = id == nullptr || !id->is_int64() ? std::nullopt : entity::find_file(context.connection, id->as_int64());
    if (!file || file->created_by != call.caller().user_id)
      throw base::Error::field("avatar", "file_not_found", {{"id", id == nullptr ? "" : json::serialize(*id)}});
  });
}

void current(Call& call, http::Response& response) {
  const Identity identity = call.context.authenticator.identify(call.request);
  if (!identity.caller) throw base::Error(base::ErrorCode::kUnauthenticated, "sign_in_required");
  response.set_header("Cache-Control", "no-store");
  base::JsonWriter out(response.body);
  write_me(call, *identity.caller, identity.csrf_token, out);
}

// What people set for themselves, whatever their rights to users are.
void change_me(Call& call, http::Response& response) {
  const json::object body = call.body();
  for (const auto& member : body) {
    const std::string_view name = member.key();
    if (name != "language" && name != "time_zone" && name != "avatar" && name != "phones" && name != "notice_mail")
      throw base::Error::field(std::string(name), "unknown_field");
  }
  if (body.contains("avatar") && !body.at("avatar").is_null()) require_own_file(call, body.at("avatar"));
  call.context.records.update(entity::on_behalf_of(call.writer()), call.registry->require("user"), call.caller().user_id, body);
  call.context.callers.invalidate();
  current(call, response);
}

void sign_out(Call& call, http::Response& response) {
  call.context.authenticator.sign_out(call.request);
  response.set_header("Set-Cookie", Authenticator::expired_cookie(call.request.is_tls));
  response.status = 204;
}

// What belongs to the person, not to the records a key with scopes was made for.
void require_whole_account(const Call& call) {
  if (!call.caller().key_scopes.empty()) throw base::Error(base::ErrorCode::kPermissionDenied, "key_may_not_make_keys");
}

void sessions(Call& call, http::Response& response) {
  require_whole_account(call);
  base::JsonWriter out(response.body);
  call.context.authenticator.write_sessions(call.caller().user_id, call.request, out);
}

void end_session(Call& call, http::Response& response) {
  require_whole_account(call);
  call.context.authenticator.end_session(call.caller().user_id, call.id(0));
  response.status = 204;
}

// Sessions of another user, for administrators.
std::int64_t user_of_sessions(const Call& call) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  bool exists = false;
  call.read("user_exists", [&](const entity::QueryContext& context) {
    exists = context.connection.prepare("user_exists", "SELECT 1 FROM sys_user WHERE id = $1").bind(1, call.id(0)).step();
  });
  if (!exists) throw base::Error(base::ErrorCode::kNotFound, "unknown_user", {{"id", std::to_string(call.id(0))}});
  return call.id(0);
}

void user_sessions(Call& call, http::Response& response) {
  const std::int64_t user = user_of_sessions(call);
  base::JsonWriter out(response.body);
  call.context.authenticator.write_sessions(user, call.request, out);
}

void end_user_sessions(Call& call, http::Response& response) {
  call.context.authenticator.end_sessions(user_of_sessions(call));
  response.status = 204;
}

void end_user_session(Call& call, http::Response& response) {
  call.context.authenticator.end_session(user_of_sessions(call), call.id(1));
  response.status = 204;
}

void change_password(Call& call, http::Response& response) {
  require_whole_account(call);
  const json::object body = call.body();
  const std::string password = base::json_string(body, "new_password");
  check_password_strength(password, "new_password");
  const std::int64_t user = call.caller().user_id;
  if (!call.context.authenticator.has_password(user, base::json_string(body, "password")))
    throw base::Error::field("password", "wrong_password");
  call.context.authenticator.set_password(user, password);
  std::string email;
  call.read("user_email", [&](const entity::QueryContext& context) {
    auto statement = context.connection.prepare("user_email", "SELECT email FROM sys_user WHERE id = $1");
    if (statement.bind(1, user).step()) email = std::string(statement.text(0));
  });
  const NewSession session = call.context.authenticator.sign_in(email, password, call.request);
  response.set_header("Set-Cookie", Authenticator::session_cookie(session, call.request.is_tls));
  base::JsonWriter out(response.body);
  write_me(call, *session.caller, session.csrf_token, out);
}

void set_user_password(Call& call, http::Response& response) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  const std::string password = base::json_string(call.body(), "password");
  check_password_strength(password, "password");
  call.context.callers.find(call.id(0));
  call.context.authenticator.set_password(call.id(0), password);
  response.status = 204;
}

void api_keys(Call& call, http::Response& response) {
  require_whole_account(call);
  base::JsonWriter out(response.body);
  call.context.authenticator.write_api_keys(call.caller().user_id, call.is_administrator() && call.query_flag("all"), out);
}

void create_api_key(Call& call, http::Response& response) {
  const json::object body = call.body();
  ApiKeyRequest request;
  request.user_id = base::json_int(body, "user", call.caller().user_id);
  if (request.user_id != call.caller().user_id && !call.is_administrator())
    throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  require_whole_account(call);
  call.context.callers.find(request.user_id);
  request.name = base::json_string(body, "name");
  if (request.name.empty()) throw base::Error::field("name", "required");
  if (request.name.size() > 400) throw base::Error::field("name", "too_long", {{"max", "200"}});
  if (const auto* scopes = base::json_array(body, "scopes")) {
    for (const auto& scope : *scopes) {
      const std::string text = scope.is_string() ? std::string(scope.as_string()) : std::string();
      const auto colon = text.find(':');
      const std::string action = colon == std::string::npos ? std::string() : text.substr(colon + 1);
      const bool known_entity =
          colon != std::string::npos && (text.substr(0, colon) == "*" || call.registry->find(text.substr(0, colon)) != nullptr);
      if (!known_entity || (action != "read" && action != "write"))
        throw base::Error::field("scopes", "unknown_option", {{"valid", "*:read, *:write, company:read …"}});
      request.scopes.push_back(text);
    }
  }
  if (const std::string expires = base::json_string(body, "expires_at"); !expires.empty()) {
    const auto at = base::parse_instant(expires);
    if (!at) throw base::Error::field("expires_at", "bad_instant");
    request.expires_at = base::to_micros(*at);
  }
  const NewApiKey key = call.context.authenticator.create_api_key(request);
  response.status = 201;
  response.set_header("Cache-Control", "no-store");
  base::JsonWriter out(response.body);
  out.begin_object().key("id").integer(key.id).key("key").text(key.key).end_object();
}

void revoke_api_key(Call& call, http::Response& response) {
  require_whole_account(call);
  call.context.authenticator.revoke_api_key(call.id(0), call.caller().user_id, call.is_administrator());
  response.status = 204;
}

}  // namespace

void add_session_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kPost, "/session", sign_in, RunsOn::kWritePool, SignIn::kNone, 64 << 10});
  add_route(router, context, {Method::kGet, "/session", current});
  add_route(router, context, {Method::kGet, "/me", current});
  add_route(router, context, {Method::kPatch, "/me", change_me, RunsOn::kWritePool});
  add_route(router, context, {Method::kDelete, "/session", sign_out, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/sessions", sessions});
  add_route(router, context, {Method::kDelete, "/sessions/{id}", end_session, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/users/{id}/sessions", user_sessions});
  add_route(router, context, {Method::kDelete, "/users/{id}/sessions", end_user_sessions, RunsOn::kWritePool});
  add_route(router, context, {Method::kDelete, "/users/{id}/sessions/{session}", end_user_session, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/me/password", change_password, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/users/{id}/password", set_user_password, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/api-keys", api_keys});
  add_route(router, context, {Method::kPost, "/api-keys", create_api_key, RunsOn::kWritePool});
  add_route(router, context, {Method::kDelete, "/api-keys/{id}", revoke_api_key, RunsOn::kWritePool});
}

}  // namespace api
