#include "modules/intake/server/forms/form.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "modules/intake/server/lookup.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/field_type.hpp"

namespace intake {

namespace {

constexpr std::string_view kKnown[] = {"person_name", "company_name", "phone", "email", "city", "inn", "comment", "file"};
constexpr std::size_t kMostFields = 30;

std::string url_of(const entity::Record& record, std::string_view field) {
  const auto& value = record.get(field);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto* items = std::get_if<entity::Items>(&value);
  if (items == nullptr || items->empty()) return {};
  const auto* text = std::get_if<std::string>(&items->front().columns.front());
  return text == nullptr ? std::string() : *text;
}

bool is_askable(const entity::FieldDef& field) {
  const auto type = field.type->name();
  return field.custom && !field.read_only && !field.hidden &&
         (type == "text" || type == "long_text" || type == "integer" || type == "date");
}

std::string sign(const std::string& secret, std::string_view form_key, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  const auto add = [&](std::string_view part) {
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  };
  add(form_key);
  add("\n");
  add(text);
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_final(&state, mac);
  char hex[2 * sizeof mac + 1];
  sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
  return hex;
}

}  // namespace

std::vector<FormField> parse_form_fields(const json::value& declared, const entity::EntityDef& leads,
                                         std::vector<base::FieldError>& errors) {
  if (!declared.is_array() || declared.get_array().empty())
    return {{"person_name", "", true}, {"phone", "", true}, {"email", "", false}, {"comment", "", false}};
  std::vector<FormField> fields;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < declared.get_array().size() && i < kMostFields; ++i) {
    const auto& one = declared.get_array()[i];
    const std::string path = "form_fields[" + std::to_string(i) + "]";
    if (!one.is_object()) {
      errors.push_back({path, "wrong_type", {{"expected", "object"}}});
      continue;
    }
    FormField field;
    field.key = base::json_string(one.get_object(), "key");
    field.label = base::json_string(one.get_object(), "label");
    field.is_required = base::json_bool(one.get_object(), "required");
    const auto* own = leads.field(field.key);
    const bool is_known = std::find(std::begin(kKnown), std::end(kKnown), field.key) != std::end(kKnown);
    if (!is_known && (own == nullptr || !is_askable(*own))) errors.push_back({path + ".key", "unknown_field", {}});
    if (!seen.insert(field.key).second) errors.push_back({path + ".key", "not_unique", {}});
    fields.push_back(std::move(field));
  }
  return fields;
}

std::optional<Form> find_form(const entity::QueryContext& context, std::string_view key) {
  const auto ids = find_records(context, "web_form", all_of({equals("key", std::string(key)), equals("is_active", true)}), 1);
  const auto record = ids.empty() ? std::nullopt : load(context, "web_form", ids.front());
  if (!record) return std::nullopt;
  Form form;
  form.id = record->id;
  const auto text = [&](std::string_view field) { return std::string(record->text(field)); };
  form.key = text("key");
  form.name = text("name");
  form.title = text("title").empty() ? form.name : text("title");
  form.intro = text("intro");
  form.button = text("button");
  form.thanks = text("thanks");
  form.thanks_url = url_of(*record, "thanks_url");
  form.consent_text = text("consent_text");
  form.consent_version = text("consent_version");
  form.privacy_url = url_of(*record, "privacy_url");
  form.source = text("lead_source");
  form.lead_name = text("lead_name");
  form.language = text("language") == "en" ? "en" : "ru";
  form.responsible = record->link_id("responsible");
  form.max_files = record->integer("max_files", 3);
  form.max_file_mb = record->integer("max_file_mb", 5);
  form.min_seconds = record->integer("min_seconds", 3);
  form.per_hour = record->integer("per_hour", 20);
  form.join_minutes = record->integer("join_minutes", 60);
  form.origins = item_texts(*record, "allowed_origins");
  std::vector<base::FieldError> errors;
  const json::value declared = text("form_fields").empty() ? json::value(nullptr) : base::parse_json(text("form_fields"));
  form.fields = parse_form_fields(declared, context.registry.require("lead"), errors);
  return form;
}

bool allows_origin(const Form& form, std::string_view origin, std::string_view host) {
  if (origin.empty()) return true;  // not from another page's script
  const auto scheme = origin.find("://");
  if (scheme != std::string_view::npos && origin.substr(scheme + 3) == host) return true;
  return std::any_of(form.origins.begin(), form.origins.end(),
                     [&](const std::string& one) { return base::to_lower(one) == base::to_lower(origin); });
}

std::string make_token(const std::string& secret, std::string_view form_key, base::Instant now, base::Random& random) {
  std::string text = std::to_string(base::to_micros(now)) + "." + base::random_token(random, 12);
  return text + "." + sign(secret, form_key, text);
}

std::optional<Token> read_token(const std::string& secret, std::string_view form_key, std::string_view text) {
  const auto last = text.rfind('.');
  const auto first = text.find('.');
  if (last == std::string_view::npos || first == last) return std::nullopt;
  const std::string expected = sign(secret, form_key, text.substr(0, last));
  const auto given = text.substr(last + 1);
  if (given.size() != expected.size() || sodium_memcmp(given.data(), expected.data(), expected.size()) != 0) return std::nullopt;
  std::int64_t issued = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + first, issued);
  if (error != std::errc{} || end != text.data() + first) return std::nullopt;
  return Token{base::from_micros(issued), std::string(text.substr(first + 1, last - first - 1))};
}

std::string form_secret(entity::Services& services) {
  const auto stored = [](store::Connection& connection) {
    auto statement = connection.prepare("form_secret", "SELECT value FROM sys_setting WHERE module = 'intake.secret'");
    if (!statement.step()) return std::string();
    return base::json_string(base::parse_json(statement.text(0)).as_object(), "secret");
  };
  std::string secret;
  services.database.read({.name = "form_secret"}, [&](store::Connection& connection) { secret = stored(connection); });
  if (!secret.empty()) return secret;
  const std::string made = base::random_token(services.random);
  services.database.write({.name = "form_secret"}, [&](store::Connection& connection) {
    auto statement = connection.prepare("form_secret_add",
                                        "INSERT INTO sys_setting(module, value, updated_at, updated_by) VALUES('intake.secret', $1, $2, 0) "
                                        "ON CONFLICT(module) DO NOTHING");
    statement.bind_text(1, json::serialize(json::object{{"secret", made}})).bind(2, base::to_micros(services.clock.now())).step();
    secret = stored(connection);
  });
  return secret;
}

void WebFormBehaviour::prepare(entity::SaveContext& save) {
  if (save.record().text("key").empty()) save.record().set("key", base::random_token(random_, 12));
}

void WebFormBehaviour::check(entity::SaveContext& save) {
  const auto& form = save.record();
  if (save.changed("form_fields") && !is_empty(form.get("form_fields"))) {
    std::vector<base::FieldError> errors;
    parse_form_fields(base::parse_json(form.text("form_fields")), save.registry().require("lead"), errors);
    for (auto& error : errors) save.add_error(std::move(error));
  }
  for (const auto& origin : item_texts(form, "allowed_origins")) {
    const bool is_origin = (origin.starts_with("https://") || origin.starts_with("http://")) && !origin.ends_with("/") &&
                           std::count(origin.begin(), origin.end(), '/') == 2;
    if (!is_origin) save.add_error({"allowed_origins", "origin", {{"origin", origin}}});
  }
  if (!form.text("consent_text").empty() && form.text("consent_version").empty()) save.add_error({"consent_version", "required", {}});
}

}  // namespace intake
