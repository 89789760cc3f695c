#include "modules/intake/server/forms/submission.hpp"

#include <algorithm>

#include "modules/intake/server/lookup.hpp"
#include "server/base/text/email.hpp"
#include "server/base/text/phone.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/catalog.hpp"

namespace intake {

namespace {

constexpr std::chrono::hours kTokenLives{24};
constexpr std::size_t kMostText = 5000;
constexpr std::string_view kTags[] = {"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "page_url", "referrer"};
constexpr std::string_view kPlain[] = {"person_name", "company_name", "city", "inn", "comment"};

std::string value_of(const Sent& sent, const std::string& key) {
  const auto found = sent.values.find(key);
  return found == sent.values.end() ? std::string() : base::clean_text(found->second);
}

std::string phone_of(const Sent& sent) {
  const auto phone = base::parse_phone(value_of(sent, "phone"));
  return phone ? phone->e164 : std::string();
}

std::string email_of(const Sent& sent) {
  const auto email = base::normalize_email(value_of(sent, "email"));
  return email.valid ? email.value : std::string();
}

bool is_spam(const Sent& sent) { return !value_of(sent, "website").empty(); }

json::object given_of(const Form& form, const Sent& sent) {
  json::object given;
  for (const auto& field : form.fields) {
    if (const auto value = value_of(sent, field.key); !value.empty()) given[field.key] = base::prefix(value, kMostText);
  }
  return given;
}

// Whoever has this telephone or e-mail, when there is just one.
std::int64_t known_contact(const entity::QueryContext& context, const Sent& sent) {
  std::vector<std::int64_t> found;
  const auto look = [&](const char* path, const std::string& value) {
    if (value.empty()) return;
    for (const std::int64_t id : find_records(context, "contact", equals(path, value), 2)) found.push_back(id);
  };
  look("phones.e164", phone_of(sent));
  look("emails.value", email_of(sent));
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found.size() == 1 ? found.front() : 0;
}

}  // namespace

void FormIntake::check(const Form& form, const Sent& sent) const {
  std::vector<base::FieldError> errors;
  for (const auto& field : form.fields) {
    const auto value = value_of(sent, field.key);
    const bool is_empty = field.key == "file" ? sent.files.empty() : value.empty();
    if (field.is_required && is_empty) errors.push_back({field.key, "required", {}});
    if (value.empty()) continue;
    if (base::length(value) > kMostText) errors.push_back({field.key, "too_long", {{"max", std::to_string(kMostText)}}});
    if (field.key == "phone" && phone_of(sent).empty()) errors.push_back({field.key, "phone", {}});
    if (field.key == "email" && email_of(sent).empty()) errors.push_back({field.key, "email", {}});
  }
  if (!form.consent_text.empty() && value_of(sent, "consent").empty()) errors.push_back({"consent", "consent_needed", {}});
  if (static_cast<std::int64_t>(sent.files.size()) > form.max_files)
    errors.push_back({"file", "too_many_values", {{"limit", std::to_string(form.max_files)}}});
  for (const auto& file : sent.files) {
    if (file.size > (form.max_file_mb << 20))
      errors.push_back({"file", "file_too_large", {{"limit", std::to_string(form.max_file_mb << 20)}}});
  }
  if (!errors.empty()) throw base::Error(std::move(errors));
}

json::object FormIntake::lead_values(const Form& form, const Sent& sent, const entity::EntityDef& leads) const {
  json::object lead;
  const auto person = value_of(sent, "person_name"), phone = value_of(sent, "phone"), email = value_of(sent, "email");
  const auto who = !person.empty() ? person : !phone.empty() ? phone : email;
  lead["name"] = base::prefix((form.lead_name.empty() ? form.name : form.lead_name) + (who.empty() ? "" : ": " + who), 480);
  for (const auto& field : form.fields) {
    const auto value = value_of(sent, field.key);
    if (value.empty() || field.key == "file") continue;
    const bool is_plain = std::find(std::begin(kPlain), std::end(kPlain), field.key) != std::end(kPlain);
    if (is_plain || field.key.starts_with("x_")) lead[field.key] = value;
  }
  if (!phone.empty()) lead["phones"] = json::array{{{"raw", phone}}};
  if (!email.empty()) lead["emails"] = json::array{{{"raw", email}}};
  for (const auto tag : kTags) {
    if (const auto value = value_of(sent, std::string(tag)); !value.empty())
      lead[tag] = base::prefix(value, tag.starts_with("utm") ? 200 : 2000);
  }
  if (const auto* source = leads.field("source"); source != nullptr && source->option(form.source) != nullptr) lead["source"] = form.source;
  if (form.responsible != 0) lead["owner"] = form.responsible;
  return lead;
}

json::array FormIntake::store_files(const Sent& sent) {
  json::array ids;
  for (const auto& file : sent.files) ids.emplace_back(files_.add({file.name, file.content, 0}).id);
  return ids;
}

// An open lead of the same person that this form made a short while ago; 0: none.
std::int64_t FormIntake::find_open_lead(const entity::QueryContext& context, const Form& form, const Sent& sent) const {
  if (form.join_minutes <= 0) return 0;
  const std::string since = base::to_string(context.now - std::chrono::minutes(form.join_minutes));
  const json::object fresh = {{"field", "created_at"}, {"op", "gt"}, {"value", since}};
  const json::object open = {{"field", "status"}, {"op", "in"}, {"value", {"new", "in_work", "postponed"}}};
  const auto look = [&](const char* path, const std::string& value) -> std::int64_t {
    if (value.empty()) return 0;
    for (const std::int64_t id : find_records(context, "lead", all_of({equals(path, value), open, fresh}), 5)) {
      if (!find_records(context, "form_submission", all_of({equals("lead", id), equals("form", form.id)}), 1).empty()) return id;
    }
    return 0;
  };
  const std::int64_t by_phone = look("phones.e164", phone_of(sent));
  return by_phone != 0 ? by_phone : look("emails.value", email_of(sent));
}

void FormIntake::write(store::Connection& connection, const Form& form, const Token& token, const Sent& sent, const json::object& lead) {
  const auto registry = services_.catalog.current();
  const auto caller = process_caller();
  const auto now = services_.clock.now();
  const entity::QueryContext context{connection, *registry, caller, now};
  if (!find_records(context, "form_submission", equals("nonce", token.nonce), 1).empty()) return;
  const json::object recent = {{"field", "created_at"}, {"op", "gt"}, {"value", base::to_string(now - std::chrono::hours(1))}};
  const auto often =
      find_records(context, "form_submission", all_of({equals("address", sent.address), recent}), static_cast<int>(form.per_hour));
  if (static_cast<std::int64_t>(often.size()) >= form.per_hour) throw base::Error(base::ErrorCode::kResourceExhausted, "form_too_often");

  json::object submission = {{"form", form.id}, {"address", sent.address}, {"nonce", token.nonce}, {"given", given_of(form, sent)}};
  if (const auto page = value_of(sent, "page_url"); !page.empty()) submission["page_url"] = base::prefix(page, 2000);
  if (!form.consent_text.empty()) {
    submission["consent_given"] = true;
    submission["consent_text"] = form.consent_text;
    submission["consent_version"] = form.consent_version;
  }
  if (is_spam(sent)) {
    submission["state"] = "spam";
    submission["reason"] = "honeypot";
    submission["consent_given"] = false;
  } else {
    const auto& leads = registry->require("lead");
    entity::SaveOptions options;
    options.on_duplicate = "create";
    std::int64_t id = find_open_lead(context, form, sent);
    submission["state"] = id == 0 ? "accepted" : "joined";
    if (id != 0) {
      const auto known = load(context, "lead", id);
      const auto comment = value_of(sent, "comment");
      const std::string before(known->text("comment"));
      if (!comment.empty() && before.find(comment) == std::string::npos)
        services_.records.update_in(connection, caller, leads, id, {{"comment", before + (before.empty() ? "" : "\n\n") + comment}},
                                    options);
    } else {
      json::object values = lead;
      if (const std::int64_t contact = known_contact(context, sent); contact != 0) values["contact"] = contact;
      id = services_.records.create_in(connection, caller, leads, values, options).id;
    }
    submission["lead"] = id;
  }
  services_.records.create_in(connection, caller, registry->require("form_submission"), submission);
}

void FormIntake::take(const Form& form, const Token& token, const Sent& sent) {
  const auto age = services_.clock.now() - token.issued;
  if (age > kTokenLives) throw base::Error(base::ErrorCode::kFailedPrecondition, "form_expired");
  if (!is_spam(sent)) {
    check(form, sent);
    if (age < std::chrono::seconds(form.min_seconds)) throw base::Error(base::ErrorCode::kFailedPrecondition, "form_too_fast");
  }
  const auto registry = services_.catalog.current();
  json::object lead = lead_values(form, sent, registry->require("lead"));
  if (!sent.files.empty() && !is_spam(sent)) lead["files"] = store_files(sent);
  try {
    services_.database.write({.name = "form_submission"},
                             [&](store::Connection& connection) { write(connection, form, token, sent, lead); });
  } catch (const base::Error& error) {
    // Two sendings of one form at the same moment: the other one made the lead.
    const bool is_repeat =
        error.code() == base::ErrorCode::kConflict ||
        std::any_of(error.fields().begin(), error.fields().end(), [](const auto& field) { return field.path == "nonce"; });
    if (!is_repeat) throw;
  }
}

void write_consents(entity::Services& services, const std::vector<entity::OutboxEvent>& events) {
  const auto registry = services.catalog.current();
  const auto caller = process_caller();
  const auto& submissions = registry->require("form_submission");
  const auto& leads = registry->require("lead");
  const auto* contact_field = leads.field("contact");
  std::vector<std::int64_t> wanting;
  services.database.read({.name = "form_consents", .deadline = std::chrono::seconds(10)}, [&](store::Connection& connection) {
    wanting.clear();
    const entity::QueryContext context{connection, *registry, caller, services.clock.now()};
    const json::object without = all_of({equals("consent_given", true), {{"field", "consent"}, {"op", "is_empty"}}});
    for (const auto& event : events) {
      if (event.entity_id == submissions.id && event.action == "created") wanting.push_back(event.record_id);
      const bool is_about_contact =
          event.entity_id == leads.id && contact_field != nullptr &&
          std::find(event.changed_fields.begin(), event.changed_fields.end(), contact_field->id) != event.changed_fields.end();
      if (!is_about_contact) continue;
      for (const std::int64_t id : find_records(context, "form_submission", all_of({equals("lead", event.record_id), without}), 100))
        wanting.push_back(id);
    }
  });
  for (const std::int64_t id : wanting) {
    services.database.write({.name = "form_consent"}, [&](store::Connection& connection) {
      const entity::QueryContext context{connection, *registry, caller, services.clock.now()};
      const auto submission = entity::load_record(connection, *registry, submissions, id, true);
      if (!submission || submission->deleted || submission->integer("consent_given") == 0 || submission->link_id("consent") != 0) return;
      const auto lead = load(context, "lead", submission->link_id("lead"));
      if (!lead || lead->link_id("contact") == 0) return;
      std::string data;
      const json::value given =
          submission->text("given").empty() ? json::value(json::object{}) : base::parse_json(submission->text("given"));
      for (const auto& member : given.as_object()) data += (data.empty() ? "" : ", ") + std::string(member.key());
      const auto form = load(context, "web_form", submission->link_id("form"));
      const std::string page(submission->text("page_url"));
      const json::object values = {{"contact", lead->link_id("contact")},
                                   {"purpose", "processing"},
                                   {"channel", "any"},
                                   {"basis", "consent"},
                                   {"given_at", base::to_string(submission->created_at)},
                                   {"way", "form"},
                                   {"text", submission->text("consent_text")},
                                   {"text_version", submission->text("consent_version")},
                                   {"data_list", base::prefix(data, 900)},
                                   {"source", base::prefix(page.empty() && form ? form->text("name") : std::string_view(page), 900)},
                                   {"address", submission->text("address")}};
      const std::int64_t consent = services.records.create_in(connection, caller, registry->require("consent"), values).id;
      services.records.update_in(connection, caller, submissions, id, {{"consent", consent}});
    });
  }
}

}  // namespace intake
