// How letters go out: settings, a letter to try them, letters that failed.
#include "server/api/open_record.hpp"
#include "server/api/routes/routes.hpp"
#include "server/api/saved_record.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/email.hpp"
#include "server/connect/mail/mailer.hpp"
#include "server/entity/lookup.hpp"

namespace api {

namespace {

using connect::MailSettings;

void require_administrator(const Call& call) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
}

void answer_settings(const MailSettings& settings, http::Response& response) {
  response.set_header("Cache-Control", "no-store");
  base::JsonWriter out(response.body);
  out.begin_object().key("schema").value(connect::mail_schema()).key("values").value(connect::mail_settings_json(settings));
  out.key("is_on").boolean(settings.is_on()).key("has_password").boolean(!settings.server.password.empty()).end_object();
}

void read_settings(Call& call, http::Response& response) {
  require_administrator(call);
  answer_settings(call.context.mailer.settings(), response);
}

void write_settings(Call& call, http::Response& response) {
  require_administrator(call);
  const json::object change = call.body();
  MailSettings changed;
  call.context.database.write({.name = "mail_settings_write"}, [&](store::Connection& connection) {
    changed = connect::changed_mail_settings(connect::read_mail_settings(connection), change);
    connect::write_mail_settings(connection, changed, call.caller().user_id, call.now);
  });
  call.context.mailer.wake();
  answer_settings(changed, response);
}

// POST /settings/mail-server:test {"to"?, "settings"?: what would be changed}
void test(Call& call, http::Response& response) {
  require_administrator(call);
  const json::object body = call.body();
  MailSettings settings = call.context.mailer.settings();
  if (const auto* change = base::json_object(body, "settings")) settings = connect::changed_mail_settings(std::move(settings), *change);
  if (!settings.is_on()) throw base::Error(base::ErrorCode::kFailedPrecondition, "mail_off");
  std::string to = base::json_string(body, "to");
  if (to.empty()) {
    call.read("mail_test_to", [&](const entity::QueryContext& context) {
      const auto user = entity::load_record(context.connection, context.registry, context.registry.require("user"), call.caller().user_id);
      to = user ? std::string(user->text("email")) : std::string();
    });
  }
  const auto address = base::normalize_email(to);
  if (!address.valid) throw base::Error::field("to", "email", {{"raw", to}});
  call.context.mailer.send_test(settings, address.value, call.caller().language);
  response.status = 204;
}

// POST /outgoing-mails/{id}:send-again
void send_again(Call& call, http::Response& response) {
  const auto& letters = call.registry->require(connect::kMailEntity);
  const std::int64_t id = open_record(call, connect::kMailEntity, entity::Action::kUpdate).id;
  call.context.mailer.send_again(call.writer(), id);
  response.body = saved_record(call, letters, id);
}

}  // namespace

void add_mail_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kGet, "/settings/mail-server", read_settings});
  add_route(router, context, {Method::kPut, "/settings/mail-server", write_settings, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/settings/mail-server:test", test, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/outgoing-mails/{id}:send-again", send_again, RunsOn::kWritePool});
}

}  // namespace api
