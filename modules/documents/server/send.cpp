#include "modules/documents/server/send.hpp"

#include <algorithm>

#include "modules/documents/server/kinds.hpp"
#include "modules/documents/server/print_forms.hpp"
#include "modules/documents/server/routes.hpp"
#include "modules/documents/server/share.hpp"
#include "server/api/open_record.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/email.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/files/files.hpp"
#include "server/connect/mail/mailer.hpp"
#include "server/entity/lookup.hpp"
#include "server/print/template/template.hpp"

namespace documents {

namespace {

using entity::QueryContext;
using entity::Record;

constexpr std::size_t kMostAddresses = 50, kMostSubject = 500, kMostText = 100'000;

struct SendRequest {
  json::array to, cc;
  std::string subject, text;
  std::vector<std::string> forms;
};

// The list of addresses, a text for one; each fault at its place.
json::array addresses_of(const json::object& body, const char* member, std::vector<base::FieldError>& faults) {
  const auto* given = body.if_contains(member);
  if (given == nullptr || given->is_null()) return {};
  const json::array list = given->is_array() ? given->as_array() : json::array{*given};
  if (list.size() > kMostAddresses) faults.push_back({member, "too_many", {{"max", std::to_string(kMostAddresses)}}});
  json::array out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string path = std::string(member) + "[" + std::to_string(i) + "]";
    const std::string text = list[i].is_string() ? std::string(list[i].as_string()) : std::string();
    const auto address = base::normalize_email(text);
    if (address.valid)
      out.emplace_back(address.value);
    else
      faults.push_back({path, "email", {{"raw", text.substr(0, 200)}}});
  }
  return out;
}

SendRequest read_request(const json::object& body) {
  static constexpr std::string_view kMembers[] = {"to", "cc", "subject", "text", "forms"};
  std::vector<base::FieldError> faults;
  for (const auto& member : body) {
    if (std::find(std::begin(kMembers), std::end(kMembers), std::string_view(member.key())) == std::end(kMembers))
      faults.push_back({std::string(member.key()), "unknown_field", {}});
  }
  SendRequest request;
  request.to = addresses_of(body, "to", faults);
  request.cc = addresses_of(body, "cc", faults);
  if (request.to.empty() && faults.empty()) faults.push_back({"to", "required", {}});
  request.subject = base::clean_text(base::json_string(body, "subject"));
  if (request.subject.empty()) faults.push_back({"subject", "required", {}});
  if (request.subject.find_first_of("\n\t") != std::string::npos) faults.push_back({"subject", "line_break", {}});
  if (base::length(request.subject) > kMostSubject) faults.push_back({"subject", "too_long", {{"max", std::to_string(kMostSubject)}}});
  request.text = base::clean_text(base::json_string(body, "text"));
  if (request.text.size() > kMostText) faults.push_back({"text", "too_long", {{"max", std::to_string(kMostText)}}});
  if (const auto* forms = base::json_array(body, "forms")) {
    for (const auto& form : *forms) request.forms.push_back(form.is_string() ? std::string(form.as_string()) : std::string());
  }
  if (request.forms.size() > kMostForms) faults.push_back({"forms", "too_many", {{"max", std::to_string(kMostForms)}}});
  if (!faults.empty()) throw base::Error(std::move(faults));
  return request;
}

std::vector<const CurrentForm*> chosen_forms(const std::vector<CurrentForm>& forms, const std::vector<std::string>& keys,
                                             std::string_view kind) {
  std::vector<const CurrentForm*> chosen;
  for (const auto& key : keys) chosen.push_back(&require_form(forms, key, kind));
  return chosen;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) text.replace(at, what.size(), with);
}

std::string local_date(base::Date date) {
  const std::string iso = base::to_string(date);
  return iso.substr(8, 2) + "." + iso.substr(5, 2) + "." + iso.substr(0, 4);
}

std::string title_of(const CurrentForm& form, const Record& document) {
  const std::string number(document.text("number"));
  return number.empty() ? form.name : form.name + " № " + number;
}

std::vector<std::string> render(api::Call& call, const Record& document, const std::vector<const CurrentForm*>& forms) {
  const json::object data = print_data(call, document);
  std::vector<std::string> pdfs;
  for (const auto* form : forms)
    pdfs.push_back(file_of({print::render_html(print::Template::parse(form->body), data, call.caller().language)}, "pdf"));
  return pdfs;
}

// Posts an offer that is still a draft; the document as it is then.
Record sendable(api::Call& call, Record document, const std::vector<const CurrentForm*>& forms, const entity::Questions& questions,
                entity::NoticeBox& notices) {
  if (document.text("state") == "approval") throw base::Error(base::ErrorCode::kFailedPrecondition, "quote_waits_for_approval");
  if (document.entity->key == "quote" && is_draft(document.text("state"))) {
    render(call, document, forms);  // a template that fails, fails before the offer has its number
    document = api::open_record(call, document.entity->key, entity::Action::kUpdate);
    post_document(call, document, questions, notices);
    return api::open_record(call, document.entity->key, entity::Action::kRead);
  }
  if (!is_posted(document.text("state"))) throw base::Error(base::ErrorCode::kFailedPrecondition, "document_not_posted");
  return document;
}

std::int64_t make_letter(api::Call& call, const Record& document, const SendRequest& request,
                         const std::vector<const CurrentForm*>& forms) {
  const auto pdfs = render(call, document, forms);
  json::array files;
  for (std::size_t i = 0; i < pdfs.size(); ++i) {
    connect::Upload upload;
    upload.name = title_of(*forms[i], document) + ".pdf";
    std::replace_if(
        upload.name.begin(), upload.name.end(), [](char c) { return c == '/' || c == '\\'; }, '-');
    upload.user_id = call.caller().user_id;
    upload.content = [&pdf = pdfs[i]](std::int64_t offset, std::size_t most) {
      const auto from = static_cast<std::size_t>(offset);
      return from >= pdf.size() ? std::string() : pdf.substr(from, most);
    };
    files.emplace_back(call.context.files.add(upload).id);
  }
  const json::object values{{"recipients", request.to},   {"copies", request.cc},
                            {"subject", request.subject}, {"text", request.text},
                            {"files", std::move(files)},  {"about", json::object{{"entity", document.entity->key}, {"id", document.id}}}};
  return call.context.records.create(call.writer(), call.registry->require(connect::kMailEntity), values).id;
}

void send(api::Call& call, http::Response& response, std::string_view kind, const entity::Questions& questions,
          entity::NoticeBox& notices) {
  SendRequest request = read_request(call.body());
  const auto& letters = call.registry->require(connect::kMailEntity);
  if (!entity::may(call.caller(), letters, entity::Action::kCreate))
    throw base::Error(base::ErrorCode::kPermissionDenied, "create_not_allowed", {{"entity", letters.key}});
  const auto settings = call.context.mailer.settings();
  if (!settings.is_on()) throw base::Error(base::ErrorCode::kFailedPrecondition, "mail_off");
  const auto forms = current_forms(call);
  const auto chosen = chosen_forms(forms, request.forms, kind);
  const Record document = sendable(call, api::open_record(call, kind, entity::Action::kRead), chosen, questions, notices);
  base::JsonWriter out(response.body);
  out.begin_object().key("state").text(document.text("state"));
  if (!is_posted(document.text("state"))) {
    response.status = 202;
    out.key("letter").null().key("link").null().end_object();
    return;
  }
  std::string link;
  if (request.text.find("{link}") != std::string::npos) {
    link = settings.site_url + "/shared/" + share_token(call, document, std::string(request.to.front().as_string()));
    replace_all(request.text, "{link}", link);
  }
  replace_all(request.text, "{number}", document.text("number"));
  replace_all(request.subject, "{number}", document.text("number"));
  const std::int64_t letter = make_letter(call, document, request, chosen);
  response.status = 201;
  out.key("letter").begin_object().key("id").integer(letter).key("state").text("queued").end_object().key("link");
  if (link.empty())
    out.null();
  else
    out.text(link);
  out.end_object();
}

// Addresses of the record that the caller may see, those that are valid; "" of none.
std::vector<std::string> emails_of(const QueryContext& context, std::string_view entity, std::int64_t id, std::string& name) {
  std::vector<std::string> out;
  if (id == 0) return out;
  std::string text;
  base::JsonWriter writer(text);
  if (!entity::write_record(context, context.registry.require(entity), id, writer)) return out;
  const json::value record = base::parse_json(text);
  if (const auto* given = record.as_object().if_contains("name"); given != nullptr && given->is_string()) name = given->as_string();
  const auto* items = base::json_array(record.as_object(), "emails");
  if (items == nullptr) return out;
  for (const auto& item : *items) {
    const auto* value = item.as_object().if_contains("value");
    if (value != nullptr && value->is_string()) out.emplace_back(value->as_string());
  }
  return out;
}

struct Draft {
  std::string to, contact, manager, company;
};

Draft draft_of(const QueryContext& context, const Record& document) {
  Draft draft;
  std::string name;
  auto addresses = emails_of(context, "contact", document.link_id("contact"), draft.contact);
  if (addresses.empty()) addresses = emails_of(context, "company", document.link_id("company"), name);
  if (!addresses.empty()) draft.to = addresses.front();
  draft.manager = context.caller.title;
  const auto own =
      entity::load_record(context.connection, context.registry, context.registry.require("own_company"), document.link_id("own_company"));
  if (own) draft.company = std::string(own->text("name"));
  return draft;
}

void draft(api::Call& call, http::Response& response, std::string_view kind) {
  const auto forms = current_forms(call);
  auto keys = listed(call.query("form"));
  if (const auto* usual = usual_form(forms, kind); keys.empty() && usual != nullptr) keys.push_back(usual->key);
  const auto chosen = chosen_forms(forms, keys, kind);
  const Record document = api::open_record(call, kind, entity::Action::kRead);
  const auto settings = call.context.mailer.settings();
  Draft made;
  call.read("send_draft", [&](const QueryContext& context) { made = draft_of(context, document); });
  const std::string number(document.text("number"));
  base::MessageArgs args{{"form", chosen.empty() ? std::string(call.text("entities." + std::string(kind) + ".one")) : chosen.front()->name},
                         {"number", number.empty() ? "{number}" : number},
                         {"date", local_date(base::from_days(document.integer("date")))},
                         {"contact", made.contact},
                         {"manager", made.manager},
                         {"company", made.company}};
  if (settings.is_on()) args.emplace_back("link", "{link}");
  std::erase_if(args, [](const auto& arg) { return arg.second.empty(); });
  base::JsonWriter out(response.body);
  out.begin_object().key("to").begin_array();
  if (!made.to.empty()) out.text(made.to);
  out.end_array().key("cc").begin_array().end_array();
  out.key("subject").text(call.text("documents.letter.subject", args)).key("text").text(call.text("documents.letter.text", args));
  out.key("forms").begin_array();
  for (const auto* form : chosen) out.text(form->key);
  out.end_array().key("is_on").boolean(settings.is_on()).end_object();
}

}  // namespace

void add_send_routes(http::Router& router, api::ApiContext& context, const entity::Questions& questions, entity::NoticeBox& notices) {
  using http::Method;
  const auto registry = context.catalog.current();
  for (const auto kind : kKinds) {
    const std::string path = "/" + registry->require(kind).plural + "/{id}";
    api::add_route(router, context, {Method::kGet, path + "/send-draft", [kind](api::Call& call, http::Response& response) {
                                       draft(call, response, kind);
                                     }});
    api::add_route(
        router, context,
        {Method::kPost, path + ":send",
         [kind, &questions, &notices](api::Call& call, http::Response& response) { send(call, response, kind, questions, notices); },
         http::RunsOn::kWritePool});
  }
}

}  // namespace documents
