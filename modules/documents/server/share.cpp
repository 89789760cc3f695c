#include "modules/documents/server/share.hpp"

#include <algorithm>

#include "modules/documents/server/form_data.hpp"
#include "modules/documents/server/images.hpp"
#include "modules/documents/server/kinds.hpp"
#include "modules/documents/server/routes.hpp"
#include "server/api/open_record.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/text.hpp"
#include "server/base/uid.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/on_behalf.hpp"

namespace documents {

namespace {

using entity::Link;
using entity::QueryContext;
using entity::Record;

constexpr std::size_t kTokenBytes = 24;

struct Shared {
  Record link, document;
};

// The open link with the token and its document; not_found "share_link_closed" for all that is not to be shown.
Shared find_shared(const QueryContext& system, std::string_view token) {
  const auto closed = [] { return base::Error(base::ErrorCode::kNotFound, "share_link_closed"); };
  const auto& links = system.registry.require("share_link");
  if (token.size() < 16 || token.size() > 64) throw closed();
  auto found = entity::find_records(system, links, entity::where(links, "token", base::fold(token)), 2);
  std::erase_if(found, [&](const Record& link) { return link.text("token") != token; });  // the filter compares without case
  if (found.empty() || found.front().integer("is_active") == 0) throw closed();
  const std::int64_t until = found.front().integer("expires_at", INT64_MAX);
  const auto* link = std::get_if<Link>(&found.front().get("document"));
  const auto* kind = link == nullptr ? nullptr : system.registry.find_id(link->entity_id);
  auto document = kind == nullptr ? std::nullopt : entity::load_record(system.connection, system.registry, *kind, link->record_id);
  if (until <= base::to_micros(system.now) || !document || document->deleted || !is_posted(document->text("state"))) throw closed();
  return {std::move(found.front()), std::move(*document)};
}

void keep_members(json::object& object, std::initializer_list<std::string_view> members) {
  for (auto it = object.begin(); it != object.end();) {
    const std::string_view key(it->key().data(), it->key().size());
    if (std::find(members.begin(), members.end(), key) == members.end())
      it = object.erase(it);
    else
      ++it;
  }
}

// What an outsider sees of the data of a form: the document and both parties as they stand on paper, no costs, no inner notes.
json::object public_data(json::object data) {
  keep_members(data.at("document").as_object(),
               {"kind", "number", "date", "state", "valid_until", "due_date", "amount", "net_amount", "vat_amount", "currency", "vat_mode",
                "conditions", "delivery_terms", "payment_terms", "warranty_terms"});
  for (const char* party : {"seller", "buyer"}) {
    if (auto* object = data.at(party).if_object())
      keep_members(*object, {"name", "legal_name", "legal_form", "inn", "kpp", "phone", "email", "legal_address", "site"});
  }
  keep_members(data, {"document", "lines", "seller", "buyer", "vat_totals", "totals", "manager", "images"});
  keep_members(data.at("images").as_object(), {"logo"});
  return data;
}

json::object shared_data(api::ApiContext& context, std::string_view token, std::string_view language, Shared* found) {
  json::object data;
  const auto registry = context.catalog.current();
  entity::Caller reader = *entity::Caller::system();
  reader.language = language;
  reader.time_zone = registry->company().time_zone;
  context.database.read({.name = "shared_document"}, [&](store::Connection& connection) {
    const QueryContext system{connection, *registry, reader, context.clock.now()};
    Shared shared = find_shared(system, token);
    data = public_data(form_data(system, shared.document, image_reader(context.files)));
    if (found != nullptr) *found = std::move(shared);
  });
  return data;
}

void mark_seen(api::ApiContext& context, const Shared& shared, entity::NoticeBox& notices) {
  const auto registry = context.catalog.current();
  const auto system = entity::Caller::system();
  const std::string now = base::to_string(context.clock.now());
  json::object seen{{"views", shared.link.integer("views") + 1}, {"last_viewed_at", now}};
  const bool is_first = is_empty(shared.link.get("first_viewed_at"));
  if (is_first) seen["first_viewed_at"] = now;
  context.records.update(*system, registry->require("share_link"), shared.link.id, seen);
  const auto& kind = registry->require(shared.document.entity->key);
  if (kind.field("viewed_at") != nullptr && is_empty(shared.document.get("viewed_at")))
    context.records.update(*system, kind, shared.document.id, {{"viewed_at", now}});
  if (const std::int64_t owner = shared.document.link_id("owner"); is_first && owner != 0)
    notices.add({{owner, "document_viewed", kind.id, shared.document.id, 0, {}, "share_link." + std::to_string(shared.link.id)}});
}

void show(api::Call& call, http::Response& response, entity::NoticeBox& notices) {
  Shared shared;
  const json::object data = shared_data(call.context, call.parameter(0), api::language_of(call.request), &shared);
  mark_seen(call.context, shared, notices);
  base::JsonWriter out(response.body);
  out.value(data);
}

void accept(api::Call& call, http::Response& response) {
  Shared shared;
  shared_data(call.context, call.parameter(0), api::language_of(call.request), &shared);
  if (shared.document.entity->key != "quote" || shared.document.text("state") != "sent")
    throw base::Error::field("state", "state_not_allowed", {{"from", std::string(shared.document.text("state"))}, {"to", "accepted"}});
  const auto& kind = call.registry->require("quote");
  const std::int64_t until = shared.document.integer("valid_until", INT64_MAX);
  if (until < base::to_days(std::chrono::floor<std::chrono::days>(call.now)))
    throw base::Error(base::ErrorCode::kFailedPrecondition, "offer_is_over");
  call.context.records.update(*entity::Caller::system(), kind, shared.document.id,
                              {{"state", "accepted"}, {"answered_at", base::to_string(call.now)}});
  response.status = 303;
  response.set_header("Location", "/shared/" + std::string(call.parameter(0)));
}

void page(api::ApiContext& context, const http::Request& request, http::Response& response, entity::NoticeBox& notices) {
  const std::string language(api::language_of(request));
  const std::string token(request.path_parameters.at(0));
  response.content_type = "text/html; charset=utf-8";
  response.set_header("Cache-Control", "no-store");
  response.set_header("X-Robots-Tag", "noindex");
  try {
    Shared shared;
    const json::object data = shared_data(context, token, language, &shared);
    mark_seen(context, shared, notices);
    response.body = share_page(data, context.localizer, language, token);
  } catch (const base::Error& error) {
    if (error.code() != base::ErrorCode::kNotFound) throw;
    response.status = 404;
    response.body = share_page({}, context.localizer, language, token);
  }
}

// The new link, its token in it.
Record add_link(api::Call& call, store::Connection& connection, const json::object& values) {
  const auto& entity = call.registry->require("share_link");
  const auto id = call.context.records.create_in(connection, entity::on_behalf_of(call.writer()), entity, values).id;
  return entity::load_record(connection, *call.registry, entity, id).value();
}

void make_link(api::Call& call, http::Response& response, std::string_view kind) {
  const Record document = api::open_record(call, kind, entity::Action::kUpdate);
  json::object values = call.body();
  for (const auto& member : values) {
    if (member.key() != "recipient" && member.key() != "expires_at") throw base::Error::field(std::string(member.key()), "unknown_field");
  }
  values["document"] = json::object{{"entity", document.entity->key}, {"id", document.id}};
  std::int64_t id = 0;
  std::string token;
  call.context.database.write({.name = "share_link"}, [&](store::Connection& connection) {
    const Record link = add_link(call, connection, values);
    id = link.id;
    token = link.text("token");
  });
  response.status = 201;
  base::JsonWriter out(response.body);
  out.begin_object().key("id").integer(id).key("token").text(token).key("url").text("/shared/" + token).end_object();
}

}  // namespace

std::string share_token(api::Call& call, store::Connection& connection, const Record& document, const std::string& recipient) {
  const auto system = entity::Caller::system();
  const auto& links = call.registry->require("share_link");
  const Link link{document.entity->id, document.id};
  const QueryContext context{connection, *call.registry, *system, call.now};
  for (const auto& one : entity::find_records(context, links, entity::where(links, "document", link), 100)) {
    if (one.integer("is_active") != 0 && is_empty(one.get("expires_at")) && one.text("recipient") == recipient)
      return std::string(one.text("token"));
  }
  const json::object values{{"document", json::object{{"entity", document.entity->key}, {"id", document.id}}}, {"recipient", recipient}};
  return std::string(add_link(call, connection, values).text("token"));
}

void ShareLinkBehaviour::prepare(entity::SaveContext& save) {
  if (save.record().text("token").empty()) save.record().set("token", base::random_token(random_, kTokenBytes));
}

void ShareLinkBehaviour::check(entity::SaveContext& save) {
  const auto& caller = save.caller();
  const auto* link = std::get_if<Link>(&save.record().get("document"));
  const auto* kind = link == nullptr ? nullptr : save.registry().find_id(link->entity_id);
  if (caller.is_system || caller.is_admin || kind == nullptr) return;
  const QueryContext context{save.connection(), save.registry(), caller, save.now()};
  if (entity::find_ids(context, *kind, entity::where(*kind, "id", link->record_id), entity::Action::kUpdate, 0, 1).empty())
    throw base::Error(base::ErrorCode::kPermissionDenied, "update_not_allowed", {{"entity", kind->key}});
}

void add_share_routes(http::Router& router, api::ApiContext& context, entity::NoticeBox& notices) {
  using http::Method;
  using http::RunsOn;
  const auto registry = context.catalog.current();
  for (const auto kind : kKinds) {
    const std::string path = "/" + registry->require(kind).plural + "/{id}/share-links";
    api::add_route(
        router, context,
        {Method::kPost, path, [kind](api::Call& call, http::Response& response) { make_link(call, response, kind); }, RunsOn::kWritePool});
  }
  api::add_route(router, context,
                 {Method::kGet, "/shared/{token}", [&notices](api::Call& call, http::Response& response) { show(call, response, notices); },
                  RunsOn::kWritePool, api::SignIn::kNone});
  api::add_route(router, context, {Method::kPost, "/shared/{token}:accept", accept, RunsOn::kWritePool, api::SignIn::kNone});
  http::RouteOptions options;
  options.runs_on = RunsOn::kWritePool;
  router.add(
      Method::kGet, "/shared/{token}",
      [&context, &notices](const http::Request& request, http::Response& response) { page(context, request, response, notices); }, options);
}

}  // namespace documents
