#include "server/connect/mail/mail_settings.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/text/email.hpp"
#include "server/base/text/text.hpp"

namespace connect {

namespace {

constexpr std::string_view kSecurities[] = {"none", "starttls", "tls"};
constexpr int kUsualPort = 587;  // RFC 6409

std::string_view name_of(SmtpServer::Security security) { return kSecurities[static_cast<int>(security)]; }

std::string text_of(const json::value& value, const std::string& field, std::size_t limit) {
  if (value.is_null()) return {};
  if (!value.is_string()) throw base::Error::field(field, "wrong_type", {{"expected", "string"}});
  const std::string given(value.as_string());
  const std::string text = base::clean_text(given);
  if (text.find('\n') != std::string::npos || text.find('\t') != std::string::npos) throw base::Error::field(field, "line_break");
  if (base::length(text) > limit) throw base::Error::field(field, "too_long", {{"max", std::to_string(limit)}});
  return text;
}

std::string address_of(const json::value& value, const std::string& field) {
  const std::string text = text_of(value, field, 254);
  if (text.empty()) return {};
  const auto address = base::normalize_email(text);
  if (!address.valid || !address.name.empty()) throw base::Error::field(field, "email", {{"raw", text}});
  return address.value;
}

std::string host_of(const json::value& value) {
  const std::string text = text_of(value, "host", 253);
  const auto fits = [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && std::string_view("/\\@?#<>\"[]%").find(c) == std::string_view::npos;
  };
  if (!std::all_of(text.begin(), text.end(), fits)) throw base::Error::field("host", "mail_host", {{"raw", text}});
  // A colon is part of an IPv6 address alone, of which there are several.
  if (std::count(text.begin(), text.end(), ':') == 1) throw base::Error::field("host", "mail_host", {{"raw", text}});
  return text;
}

std::string site_of(const json::value& value) {
  std::string text = text_of(value, "site_url", 500);
  while (!text.empty() && text.back() == '/') text.pop_back();
  const bool is_known = text.starts_with("https://") || text.starts_with("http://");
  if (!text.empty() && (!is_known || text.find_first_of(" <>\"\\?#@") != std::string::npos || text.size() < 10))
    throw base::Error::field("site_url", "bad_web_address", {{"raw", text}});
  return text;
}

// Byte for byte: white space counts.
std::string password_of(const json::value& value) {
  if (!value.is_null()) text_of(value, "password", 300);
  return value.is_null() ? std::string() : std::string(value.as_string());
}

int port_of(const json::value& value) {
  if (value.is_null()) return kUsualPort;
  if (!value.is_int64()) throw base::Error::field("port", "wrong_type", {{"expected", "integer"}});
  if (value.as_int64() < 1) throw base::Error::field("port", "too_small", {{"min", "1"}});
  if (value.as_int64() > 65535) throw base::Error::field("port", "too_large", {{"max", "65535"}});
  return static_cast<int>(value.as_int64());
}

SmtpServer::Security security_of(const json::value& value) {
  const std::string text = value.is_null() ? "starttls" : text_of(value, "security", 20);
  const auto found = std::find(std::begin(kSecurities), std::end(kSecurities), text);
  if (found == std::end(kSecurities)) throw base::Error::field("security", "unknown_option", {{"valid", "none, starttls, tls"}});
  return static_cast<SmtpServer::Security>(found - std::begin(kSecurities));
}

void take(MailSettings& settings, const std::string& key, const json::value& value) {
  if (key == "host")
    settings.server.host = host_of(value);
  else if (key == "port")
    settings.server.port = port_of(value);
  else if (key == "security")
    settings.server.security = security_of(value);
  else if (key == "login")
    settings.server.login = text_of(value, key, 300);
  else if (key == "password")
    settings.server.password = password_of(value);
  else if (key == "from_name")
    settings.from.name = text_of(value, key, 200);
  else if (key == "from_address")
    settings.from.email = address_of(value, key);
  else if (key == "reply_to")
    settings.reply_to = address_of(value, key);
  else if (key == "site_url")
    settings.site_url = site_of(value);
  else
    throw base::Error::field(key, "unknown_field");
}

}  // namespace

json::object mail_schema() {
  const auto text = [](int longest) { return json::object{{"type", "string"}, {"maxLength", longest}}; };
  return {{"type", "object"},
          {"properties",
           json::object{
               {"host", text(253)},
               {"port", json::object{{"type", "integer"}, {"minimum", 1}, {"maximum", 65535}, {"default", kUsualPort}}},
               {"security", json::object{{"type", "string"}, {"enum", json::array{"none", "starttls", "tls"}}, {"default", "starttls"}}},
               {"login", text(300)},
               {"password", json::object{{"type", "string"}, {"secret", true}}},
               {"from_name", text(200)},
               {"from_address", json::object{{"type", "string"}, {"format", "email"}}},
               {"reply_to", json::object{{"type", "string"}, {"format", "email"}}},
               {"site_url", json::object{{"type", "string"}, {"format", "uri"}}}}},
          {"additionalProperties", false}};
}

MailSettings read_mail_settings(store::Connection& connection) {
  MailSettings settings;
  auto statement = connection.prepare("mail_settings", "SELECT value FROM sys_setting WHERE module = 'mail'");
  if (!statement.step()) return settings;
  const json::value stored = base::parse_json(statement.text(0));
  for (const auto& member : stored.as_object()) take(settings, std::string(member.key()), member.value());
  return settings;
}

json::object mail_settings_json(const MailSettings& settings) {
  const auto& server = settings.server;
  return {{"host", server.host},
          {"port", server.port},
          {"security", std::string(name_of(server.security))},
          {"login", server.login},
          {"password", nullptr},
          {"from_name", settings.from.name},
          {"from_address", settings.from.email},
          {"reply_to", settings.reply_to},
          {"site_url", settings.site_url}};
}

MailSettings changed_mail_settings(MailSettings settings, const json::object& change) {
  const SmtpServer before = settings.server;
  for (const auto& member : change) take(settings, std::string(member.key()), member.value());
  const SmtpServer& after = settings.server;
  const bool is_elsewhere =
      before.host != after.host || before.port != after.port || before.security != after.security || before.login != after.login;
  if (is_elsewhere && !change.contains("password") && !before.password.empty()) {
    if (!after.host.empty() && !after.login.empty()) throw base::Error::field("password", "required");
    settings.server.password.clear();
  }
  if (after.login.empty()) settings.server.password.clear();
  if (after.host.empty()) return settings;
  if (settings.from.email.empty()) throw base::Error::field("from_address", "required");
  if (settings.site_url.empty()) throw base::Error::field("site_url", "required");
  return settings;
}

void write_mail_settings(store::Connection& connection, const MailSettings& settings, std::int64_t user_id, base::Instant now) {
  json::object values = mail_settings_json(settings);
  values["password"] = settings.server.password;
  auto statement = connection.prepare(
      "mail_settings_write",
      "INSERT INTO sys_setting(module, value, updated_at, updated_by) VALUES('mail', $1, $2, $3) "
      "ON CONFLICT(module) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by");
  statement.bind_text(1, json::serialize(values)).bind(2, base::to_micros(now)).bind(3, user_id).run();
}

}  // namespace connect
