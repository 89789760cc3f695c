// Choosing a password by a link from a letter; described in docs/internals/engine.md §4.

#include "server/api/password_links.hpp"

#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"

namespace api {

namespace {

constexpr std::size_t kMostToken = 200, kMostEmail = 400;

std::string token_of(const json::object& body) {
  std::string token = base::json_string(body, "token");
  if (token.size() > kMostToken) token.clear();
  return token;
}

// GET /password-reset: may a new password be asked for?
void is_on(Call& call, http::Response& response) {
  base::JsonWriter out(response.body);
  out.begin_object().key("is_on").boolean(call.context.mailer.settings().is_on()).end_object();
}

// POST /password-reset {"email"}: the same answer whoever it is.
void ask(Call& call, http::Response& response) {
  const std::string email = base::json_string(call.body(), "email");
  if (email.empty()) throw base::Error::field("email", "required");
  if (email.size() > kMostEmail) throw base::Error::field("email", "too_long", {{"max", std::to_string(kMostEmail)}});
  call.context.password_links.ask_for_reset(email, call.request.remote_address);
  response.status = 202;
  response.body = "{}";
}

// POST /password-link:read {"token"}; the secret is in the body so that no log holds it.
void read(Call& call, http::Response& response) {
  const PasswordLink link = call.context.password_links.find(token_of(call.body()));
  response.set_header("Cache-Control", "no-store");
  base::JsonWriter out(response.body);
  out.begin_object().key("kind").text(link.kind).key("name").text(link.name).key("email").text(link.email).end_object();
}

// POST /password-link:use {"token","password"}
void use(Call& call, http::Response& response) {
  const json::object body = call.body();
  const std::string password = base::json_string(body, "password");
  check_password_strength(password, "password");
  call.context.password_links.use(token_of(body), password);
  response.status = 204;
}

// POST /users/{id}:invite
void invite(Call& call, http::Response& response) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  const std::int64_t letter = call.context.password_links.invite(call.writer(), call.id(0));
  response.status = 202;
  base::JsonWriter out(response.body);
  out.begin_object().key("letter").integer(letter).end_object();
}

}  // namespace

void add_password_link_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kGet, "/password-reset", is_on, RunsOn::kReadPool, SignIn::kNone});
  add_route(router, context, {Method::kPost, "/password-reset", ask, RunsOn::kWritePool, SignIn::kNone, 16 << 10});
  add_route(router, context, {Method::kPost, "/password-link:read", read, RunsOn::kWritePool, SignIn::kNone, 16 << 10});
  add_route(router, context, {Method::kPost, "/password-link:use", use, RunsOn::kWritePool, SignIn::kNone, 16 << 10});
  add_route(router, context, {Method::kPost, "/users/{id}:invite", invite, RunsOn::kWritePool});
}

}  // namespace api
