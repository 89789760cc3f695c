// How letters go out: row "mail" of sys_setting.
#pragma once

#include <string>

#include "server/base/json.hpp"
#include "server/http/smtp/smtp.hpp"
#include "server/store/database.hpp"

namespace connect {

using http::MailAddress;
using http::MailMessage;
using http::MailOutcome;
using http::SmtpServer;

struct MailSettings {
  SmtpServer server;  // empty host: mail is off
  MailAddress from;
  std::string reply_to;  // of letters that no user sends
  std::string site_url;  // where people reach the program, without a slash at its end; links of letters begin so
  bool is_on() const { return !server.host.empty(); }
};

// The JSON Schema, of the same form as those of modules.
json::object mail_schema();
MailSettings read_mail_settings(store::Connection& connection);
// {"host","port","security","login","password","from_name","from_address","reply_to","site_url"}; the password is null.
json::object mail_settings_json(const MailSettings& settings);
// `change` over `settings`: members that are absent stay, a null takes away. Field errors: wrong_type, unknown_field, unknown_option,
// too_small, too_large, too_long, mail_host, email, bad_web_address, required (from_address and site_url with a host; the password when
// host, port, security or login change, so that nobody has a stored one sent elsewhere).
MailSettings changed_mail_settings(MailSettings settings, const json::object& change);
void write_mail_settings(store::Connection& connection, const MailSettings& settings, std::int64_t user_id, base::Instant now);

}  // namespace connect
