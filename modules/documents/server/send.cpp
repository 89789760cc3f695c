#include "modules/documents/server/send.hpp"

#include <algorithm>
#include <map>

#include "modules/documents/server/form_data.hpp"
#include "modules/documents/server/images.hpp"
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
#include "server/entity/on_behalf.hpp"
#include "server/print/print.hpp"
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

struct Sent {
  std::string state, link;  // link "" where the text has none
  std::int64_t letter = 0;
};

// Puts a letter with the document's forms into the queue; an offer that is still a draft is posted in the same transaction. Its forms
// name a number that it does not have before: they are made of what a rehearsal of the posting shows, and of no worth when the posting
// itself shows something else.
class Sending {
 public:
  Sending(api::Call& call, SendRequest request, const Record& document, std::vector<const CurrentForm*> forms, std::string site_url)
      : call_(call),
        request_(std::move(request)),
        document_(document),
        forms_(std::move(forms)),
        site_url_(std::move(site_url)),
        read_image_(image_reader(call.context.files)),
        is_posting_(is_draft(document.text("state"))) {}

  Sent make() {
    constexpr int kTries = 5;
    for (int i = 0; i < kTries; ++i) {
      const json::object data = is_posting_ ? rehearse() : as_it_is();
      const json::array files = made_files(data);
      Sent sent;
      try {
        call_.context.database.write({.name = "document_send"},
                                     [&](store::Connection& connection) { sent = send_in(connection, data, files); });
      } catch (const Otherwise&) {
        continue;
      }
      call_.context.mailer.wake();
      return sent;
    }
    throw base::Error(base::ErrorCode::kUnavailable, "database_busy");
  }

 private:
  struct Rehearsed {};
  struct Otherwise {};

  json::object data_in(const QueryContext& context, const Record& document) {
    // Each picture is read once, before the writer needs it.
    return form_data(context, document, [this](store::Connection& connection, std::int64_t id) {
      const auto [image, is_new] = images_.try_emplace(id);
      if (is_new) image->second = read_image_(connection, id);
      return image->second;
    });
  }

  json::object as_it_is() {
    json::object data;
    call_.read("document_print", [&](const QueryContext& context) { data = data_in(context, document_); });
    return data;
  }

  json::object post_in(store::Connection& connection) {
    const auto& kind = *document_.entity;
    call_.context.records.update_in(connection, entity::on_behalf_of(call_.writer()), kind, document_.id, {{"state", "sent"}});
    const auto posted = entity::load_record(connection, *call_.registry, kind, document_.id);
    return data_in({connection, *call_.registry, call_.caller(), call_.now}, posted.value());
  }

  json::object rehearse() {
    as_it_is();
    json::object data;
    try {
      call_.context.database.write({.name = "document_send_rehearsal"}, [&](store::Connection& connection) {
        data = post_in(connection);
        throw Rehearsed{};
      });
    } catch (const Rehearsed&) {
    }
    return data;
  }

  json::array made_files(const json::object& data) {
    json::array files;
    for (const auto* form : forms_) {
      const std::string pdf = file_of({print::render_html(print::Template::parse(form->body), data, call_.caller().language)}, "pdf");
      const std::string number = number_in(data);
      connect::Upload upload;
      upload.name = form->name + (number.empty() ? "" : " № " + number) + ".pdf";
      std::replace_if(
          upload.name.begin(), upload.name.end(), [](char c) { return c == '/' || c == '\\'; }, '-');
      upload.user_id = call_.caller().user_id;
      upload.content = [&pdf](std::int64_t offset, std::size_t most) {
        const auto from = static_cast<std::size_t>(offset);
        return from >= pdf.size() ? std::string() : pdf.substr(from, most);
      };
      files.emplace_back(call_.context.files.add(upload).id);
    }
    return files;
  }

  Sent send_in(store::Connection& connection, const json::object& expected, const json::array& files) {
    if (is_posting_ && !is_same(expected, post_in(connection))) throw Otherwise{};
    Sent sent{is_posting_ ? "sent" : std::string(document_.text("state")), {}, 0};
    std::string subject = request_.subject, text = request_.text;
    if (text.find("{link}") != std::string::npos) {
      const std::string recipient(request_.to.front().as_string());
      sent.link = site_url_ + "/shared/" + share_token(call_, connection, document_, recipient);
      replace_all(text, "{link}", sent.link);
    }
    replace_all(text, "{number}", number_in(expected));
    replace_all(subject, "{number}", number_in(expected));
    const json::object values{{"recipients", request_.to},
                              {"copies", request_.cc},
                              {"subject", subject},
                              {"text", text},
                              {"files", files},
                              {"about", json::object{{"entity", document_.entity->key}, {"id", document_.id}}}};
    const auto& letters = call_.registry->require(connect::kMailEntity);
    sent.letter = call_.context.records.create_in(connection, call_.writer(), letters, values).id;
    return sent;
  }

  // But for the moment of the posting.
  static bool is_same(const json::object& expected, json::object data) {
    json::object head = expected.at("document").as_object();
    for (const char* moment : {"posted_at", "sent_at", "updated_at"}) {
      head.erase(moment);
      data.at("document").as_object().erase(moment);
    }
    return data.at("document").as_object() == head && std::all_of(expected.begin(), expected.end(), [&](const auto& member) {
             return member.key() == "document" || data.at(member.key()) == member.value();
           });
  }

  api::Call& call_;
  const SendRequest request_;
  const Record& document_;
  const std::vector<const CurrentForm*> forms_;
  const std::string site_url_;
  const ImageReader read_image_;
  const bool is_posting_;
  std::map<std::int64_t, std::string> images_;
};

void answer(http::Response& response, std::string_view state, const Sent& sent) {
  const bool has_letter = sent.letter != 0;
  response.status = has_letter ? 201 : 202;
  base::JsonWriter out(response.body);
  out.begin_object().key("state").text(state).key("letter");
  if (has_letter)
    out.begin_object().key("id").integer(sent.letter).key("state").text("queued").end_object();
  else
    out.null();
  out.key("link");
  if (sent.link.empty())
    out.null();
  else
    out.text(sent.link);
  out.end_object();
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
  auto chosen = chosen_forms(forms, request.forms, kind);
  Record document = api::open_record(call, kind, entity::Action::kRead);
  const std::string_view state = document.text("state");
  if (state == "approval") throw base::Error(base::ErrorCode::kFailedPrecondition, "quote_waits_for_approval");
  if (is_draft(state)) {
    if (kind != "quote") throw base::Error(base::ErrorCode::kFailedPrecondition, "document_not_posted");
    document = api::open_record(call, kind, entity::Action::kUpdate);
    if (state_when_posted(call, document, questions) == "approval") {
      ask_approval(call, document, notices);
      return answer(response, "approval", {});
    }
  } else if (!is_posted(state)) {
    throw base::Error(base::ErrorCode::kFailedPrecondition, "document_not_posted");
  }
  const Sent sent = Sending(call, std::move(request), document, std::move(chosen), settings.site_url).make();
  answer(response, sent.state, sent);
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
