#include "modules/documents/server/routes.hpp"

#include "modules/documents/server/approval.hpp"
#include "modules/documents/server/form_data.hpp"
#include "modules/documents/server/images.hpp"
#include "modules/documents/server/kinds.hpp"
#include "modules/documents/server/make.hpp"
#include "modules/documents/server/reconciliation.hpp"
#include "server/api/open_record.hpp"
#include "server/api/saved_record.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/on_behalf.hpp"

namespace documents {

namespace {

using entity::Action;
using entity::Record;

void change(api::Call& call, const Record& document, json::object values, http::Response& response) {
  const auto caller = entity::on_behalf_of(call.writer());
  call.context.records.update(caller, *document.entity, document.id, values);
  response.body = api::saved_record(call, *document.entity, document.id);
}

std::string text_of(const json::object& body, const char* member, std::size_t limit) {
  const std::string text = base::clean_text(base::json_string(body, member));
  if (base::length(text) > limit) throw base::Error::field(member, "too_long", {{"max", std::to_string(limit)}});
  return text;
}

void require_state(const Record& document, std::initializer_list<std::string_view> states, std::string_view to) {
  for (const auto state : states) {
    if (document.text("state") == state) return;
  }
  throw base::Error::field("state", "state_not_allowed", {{"from", std::string(document.text("state"))}, {"to", std::string(to)}});
}

// POST /{plural}/{id}:post
void post(api::Call& call, http::Response& response, std::string_view kind, const entity::Questions& questions,
          entity::NoticeBox& notices) {
  const Record document = api::open_record(call, kind, Action::kUpdate);
  require_state(document, {"draft"}, "posted");
  const std::string_view state = state_when_posted(call, document, questions);
  if (state != "approval") return change(call, document, {{"state", state}}, response);
  ask_approval(call, document, notices);
  response.body = api::saved_record(call, *document.entity, document.id);
}

void approve(api::Call& call, http::Response& response, std::string_view kind, const entity::Questions& questions,
             entity::NoticeBox& notices) {
  const Record document = api::open_record(call, kind, Action::kRead);
  require_state(document, {"approval"}, "sent");
  bool is_within = false;
  call.read("quote_approval", [&](const entity::QueryContext& context) { is_within = may_send(context, questions, document); });
  const bool is_own = document.link_id("owner") == call.caller().user_id && !call.caller().is_admin;
  if (!is_within || is_own) throw base::Error(base::ErrorCode::kPermissionDenied, "approval_not_allowed");
  change(call, document,
         {{"state", "sent"},
          {"approved_by", call.caller().user_id},
          {"approved_at", base::to_string(call.now)},
          {"approved_discount", base::to_string(base::Decimal{document.integer("max_discount"), 2})},
          {"approval_note", nullptr}},
         response);
  if (const std::int64_t owner = document.link_id("owner"); owner != 0)
    notices.add({{owner, "document_approved", document.entity->id, document.id, call.caller().user_id, {}, {}}});
}

// POST …:return {"note"}: an offer that waits for approval goes back to its owner.
void send_back(api::Call& call, http::Response& response, std::string_view kind, const entity::Questions& questions,
               entity::NoticeBox& notices) {
  const Record document = api::open_record(call, kind, Action::kRead);
  require_state(document, {"approval"}, "draft");
  bool is_approver = document.link_id("owner") == call.caller().user_id;
  call.read("quote_approval",
            [&](const entity::QueryContext& context) { is_approver = is_approver || may_send(context, questions, document); });
  if (!is_approver) throw base::Error(base::ErrorCode::kPermissionDenied, "approval_not_allowed");
  change(call, document, {{"state", "draft"}, {"approval_note", text_of(call.body(), "note", 1000)}}, response);
  if (const std::int64_t owner = document.link_id("owner"); owner != 0 && owner != call.caller().user_id)
    notices.add({{owner, "document_returned", document.entity->id, document.id, call.caller().user_id, {}, {}}});
}

void answer_quote(api::Call& call, http::Response& response, std::string_view kind, const char* state) {
  const Record document = api::open_record(call, kind, Action::kUpdate);
  require_state(document, {"sent"}, state);
  change(call, document, {{"state", state}, {"answered_at", base::to_string(call.now)}}, response);
}

void cancel(api::Call& call, http::Response& response, std::string_view kind) {
  const Record document = api::open_record(call, kind, Action::kUpdate);
  if (!may_follow(document.text("state"), "cancelled"))
    throw base::Error::field("state", "state_not_allowed", {{"from", std::string(document.text("state"))}, {"to", "cancelled"}});
  const std::string reason = text_of(call.body(), "reason", 500);
  change(call, document, {{"state", "cancelled"}, {"cancel_reason", reason}}, response);
}

MakeRequest make_request(api::Call& call, const json::object& body) {
  MakeRequest request;
  const std::string to = base::json_string(body, "to");
  if (to.empty()) throw base::Error::field("to", "required");
  request.target = is_document(to) ? call.registry->find(to) : nullptr;
  if (request.target == nullptr) throw base::Error::field("to", "unknown_entity", {{"entity", to}});
  if (!entity::may(call.caller(), *request.target, Action::kCreate))
    throw base::Error(base::ErrorCode::kPermissionDenied, "create_not_allowed", {{"entity", to}});
  const auto zone = base::TimeZone::find(call.caller().time_zone).value_or(base::TimeZone::utc());
  const std::string date = base::json_string(body, "date");
  const auto day = date.empty() ? std::optional(zone.local_date(call.now)) : base::parse_date(date);
  if (!day) throw base::Error::field("date", "unknown_date", {{"value", date}});
  request.day = *day;
  request.lines = base::json_array(body, "lines");
  request.only = base::json_string(body, "only");
  if (!request.only.empty() && request.only != "goods" && request.only != "services")
    throw base::Error::field("only", "unknown_option", {{"valid", "goods, services"}});
  request.kind = base::json_string(body, "kind");
  request.sum = base::json_string(body, "sum");
  request.variant = base::json_string(body, "variant");
  return request;
}

// POST /{plural}/{id}:make {"to", "date"?, "lines"?, "only"?, "kind"?, "sum"?, "variant"?, "values"?} →
// {"entity","plural","record","notes"}
void make(api::Call& call, http::Response& response, std::string_view kind, const entity::Questions& questions) {
  const json::object body = call.body();
  MakeRequest request = make_request(call, body);
  request.advance_name = call.text("documents.advance_line");
  const Record source = api::open_record(call, kind, Action::kRead);
  MadeValues made;
  call.read("document_make", [&](const entity::QueryContext& context) {
    const auto system = entity::Caller::system();
    made = make_values({context.connection, context.registry, *system, context.now}, questions, source, request);
  });
  if (const auto* more = base::json_object(body, "values")) {
    for (const auto& member : *more) {
      const auto* field = request.target->field({member.key().data(), member.key().size()});
      if (field == nullptr || field->read_only || field->system)
        throw base::Error::field("values." + std::string(member.key()), field == nullptr ? "unknown_field" : "read_only");
      made.values[member.key()] = member.value();
    }
  }
  if (call.caller().user_id != 0 && !made.values.contains("owner")) made.values["owner"] = call.caller().user_id;
  entity::SaveOptions options;
  options.dry_run = call.query_flag("dry_run");
  // Whoever closes a sale need not see its deal.
  for (const char* field : {"company", "contact", "deal", "contract"}) {
    if (source.entity->field(field) == nullptr) continue;
    if (const auto* link = std::get_if<entity::Link>(&source.get(field))) options.inherited.push_back(*link);
  }
  // The version of an offer and its family are not people's to write.
  const auto caller = request.target->key == "quote" ? entity::on_behalf_of(call.writer()) : call.writer();
  const auto result = call.context.records.create(caller, *request.target, made.values, options);
  response.status = options.dry_run ? 200 : 201;
  const std::string record = options.dry_run ? "null" : api::saved_record(call, *request.target, result.id);
  base::JsonWriter out(response.body);
  out.begin_object()
      .key("entity")
      .text(request.target->key)
      .key("plural")
      .text(request.target->plural)
      .key("record")
      .raw(record)
      .key("notes")
      .value(made.notes)
      .end_object();
  if (!options.dry_run) response.set_header("Location", "/api/v1/" + request.target->plural + "/" + std::to_string(result.id));
}

// GET /{plural}/{id}/remains?to=invoice: what is left of each line, for the dialog that makes a part of a document.
void remains(api::Call& call, http::Response& response, std::string_view kind) {
  const Record source = api::open_record(call, kind, Action::kRead);
  const std::string to = call.query("to");
  if (!makes(source.entity->key, to)) throw base::Error::field("to", "basis_not_allowed");
  call.read("document_remains", [&](const entity::QueryContext& context) {
    response.body.clear();
    const auto system = entity::Caller::system();
    base::JsonWriter out(response.body);
    write_remains({context.connection, context.registry, *system, context.now}, source, to, out);
  });
}

// GET /{plural}/{id}/form-data: what a printed form sees.
void read_form_data(api::Call& call, http::Response& response, std::string_view kind) {
  const Record document = api::open_record(call, kind, Action::kRead);
  call.read("document_form_data", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    out.value(form_data(context, document, image_reader(call.context.files)));
  });
}

std::int64_t query_id(api::Call& call, std::string_view name) {
  const std::string text = call.query(name);
  if (text.empty()) return 0;
  const auto id = base::parse_decimal(text, 0);
  if (!id || id->units <= 0) throw base::Error::field(std::string(name), "wrong_type", {{"expected", "id"}});
  return id->units;
}

base::Date query_day(api::Call& call, const char* name) {
  const std::string text = call.query(name);
  if (text.empty()) throw base::Error::field(name, "required");
  const auto day = base::parse_date(text);
  if (!day) throw base::Error::field(name, "unknown_date", {{"value", text}});
  return *day;
}

// GET /reconciliation?company=&from=&to=&own_company=&currency=
void reconcile(api::Call& call, http::Response& response) {
  const ReconciliationRequest request = reconciliation_request(call);
  call.read("reconciliation", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    out.value(reconciliation(context, request));
  });
}

}  // namespace

std::string_view state_when_posted(api::Call& call, const Record& document, const entity::Questions& questions) {
  if (document.entity->key != "quote") return "posted";
  bool is_within = true;
  call.read("quote_approval", [&](const entity::QueryContext& context) { is_within = may_send(context, questions, document); });
  return is_within ? "sent" : "approval";
}

void ask_approval(api::Call& call, const Record& document, entity::NoticeBox& notices) {
  call.context.records.update(entity::on_behalf_of(call.writer()), *document.entity, document.id, {{"state", "approval"}});
  std::vector<std::int64_t> approvers;
  call.read("quote_approvers", [&](const entity::QueryContext& context) { approvers = approvers_of(context, document); });
  std::vector<entity::NewNotice> told;
  for (const std::int64_t user : approvers)
    told.push_back({user, "document_approval", document.entity->id, document.id, call.caller().user_id, {}, {}});
  notices.add(told);
}

ReconciliationRequest reconciliation_request(api::Call& call) {
  ReconciliationRequest request;
  request.company = query_id(call, "company");
  if (request.company == 0) throw base::Error::field("company", "required");
  request.own_company = query_id(call, "own_company");
  request.from = query_day(call, "from");
  request.to = query_day(call, "to");
  if (request.to < request.from) throw base::Error::field("to", "too_small", {{"min", base::to_string(request.from)}});
  request.currency = call.query("currency", call.registry->company().base_currency);
  return request;
}

void add_document_routes(http::Router& router, api::ApiContext& context, const entity::Questions& questions, entity::NoticeBox& notices) {
  using http::Method;
  using http::RunsOn;
  using Handler = std::function<void(api::Call&, http::Response&, std::string_view kind)>;
  const auto registry = context.catalog.current();
  const auto add = [&](Method method, std::string_view kind, std::string_view rest, Handler handler) {
    const std::string path = "/" + registry->require(kind).plural + "/{id}" + std::string(rest);
    api::ApiHandler bound = [kind, handler = std::move(handler)](api::Call& call, http::Response& response) {
      handler(call, response, kind);
    };
    api::add_route(router, context, {method, path, std::move(bound), method == Method::kGet ? RunsOn::kReadPool : RunsOn::kWritePool});
  };
  const auto make_it = [&](api::Call& call, http::Response& response, std::string_view kind) { make(call, response, kind, questions); };
  for (const auto kind : kKinds) {
    add(Method::kPost, kind, ":post",
        [&](api::Call& call, http::Response& response, std::string_view its) { post(call, response, its, questions, notices); });
    add(Method::kPost, kind, ":cancel", cancel);
    add(Method::kPost, kind, ":make", make_it);
    add(Method::kGet, kind, "/remains", remains);
    add(Method::kGet, kind, "/form-data", read_form_data);
  }
  add(Method::kPost, "deal", ":make", make_it);
  api::add_route(router, context, {Method::kGet, "/reconciliation", reconcile});
  add(Method::kPost, "quote", ":approve",
      [&](api::Call& call, http::Response& response, std::string_view its) { approve(call, response, its, questions, notices); });
  add(Method::kPost, "quote", ":return",
      [&](api::Call& call, http::Response& response, std::string_view its) { send_back(call, response, its, questions, notices); });
  add(Method::kPost, "quote", ":accept",
      [](api::Call& call, http::Response& response, std::string_view its) { answer_quote(call, response, its, "accepted"); });
  add(Method::kPost, "quote", ":reject",
      [](api::Call& call, http::Response& response, std::string_view its) { answer_quote(call, response, its, "rejected"); });
}

}  // namespace documents
