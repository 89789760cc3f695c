#include "modules/clients/server/enrichment.hpp"

#include <algorithm>

#include "server/api/context.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/codes.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/enrichment/enrichment.hpp"
#include "server/entity/query.hpp"

namespace clients {

namespace {

constexpr int kMostItems = 20;  // the protocol gives no more

struct Question {
  std::string query;
  int limit = 5;
};

Question question_of(api::Call& call) {
  const json::object body = call.body();
  Question question{base::clean_text(base::json_string(body, "query")), static_cast<int>(base::json_int(body, "limit", 5))};
  if (question.query.empty()) throw base::Error::field("query", "required");
  question.limit = std::clamp(question.limit, 1, kMostItems);
  return question;
}

// Whoever may write companies may ask: an answer costs money.
void check_may_ask(api::Call& call) {
  const auto& company = call.registry->require("company");
  if (!entity::may(call.caller(), company, entity::Action::kCreate) && !entity::may(call.caller(), company, entity::Action::kUpdate))
    throw base::Error(base::ErrorCode::kPermissionDenied, "create_not_allowed", {{"entity", "company"}});
}

json::object values_of(const connect::FoundParty& party) {
  json::object values;
  const std::pair<std::string_view, const std::string*> texts[] = {{"name", &party.name},
                                                                   {"legal_form", &party.legal_form},
                                                                   {"legal_name", &party.full_name},
                                                                   {"inn", &party.inn},
                                                                   {"kpp", &party.kpp},
                                                                   {"ogrn", &party.ogrn},
                                                                   {"register_status", &party.status},
                                                                   {"registered_on", &party.registered_on},
                                                                   {"okved", &party.okved},
                                                                   {"manager_name", &party.manager_name},
                                                                   {"manager_position", &party.manager_position},
                                                                   {"city", &party.address.city}};
  for (const auto& [key, text] : texts) {
    if (!text->empty()) values[key] = *text;
  }
  if (party.employees) values["employees"] = *party.employees;
  if (json::object address = party.address.values(); !address.empty()) {
    address["kind"] = "legal";
    values["addresses"] = json::array{std::move(address)};
  }
  return values;
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

// A company of ours with this ИНН that the caller may read; 0: none.
std::int64_t known_company(api::Call& call, const std::string& inn) {
  if (inn.empty()) return 0;
  std::int64_t id = 0;
  call.read("enrichment_known", [&](const entity::QueryContext& context) {
    const auto& company = context.registry.require("company");
    const auto filter = entity::parse_filter(json::object{{"field", "inn"}, {"op", "eq"}, {"value", inn}}, call.filter_context(company));
    const auto ids = entity::find_ids(context, company, filter, entity::Action::kRead, 0, 1);
    id = ids.empty() ? 0 : ids.front();
  });
  return id;
}

bool is_code(std::string_view text) {
  return base::check_code(base::CodeKind::kInn, text).valid() || base::check_code(base::CodeKind::kOgrn, text).valid();
}

// POST /companies:suggest {"query": name, ИНН or ОГРН, "limit"}
void suggest_companies(api::Call& call, http::Response& response) {
  check_may_ask(call);
  const Question question = question_of(call);
  const auto parties = call.context.enrichment.provider()->suggest_parties(question.query, question.limit);
  base::JsonWriter out(response.body);
  out.begin_object().key("items").begin_array();
  for (const auto& party : parties) {
    out.begin_object().key("title").text(party.title).key("inn").text(party.inn).key("city").text(party.address.city);
    out.key("status").text(party.status).key("is_branch").boolean(party.is_branch).key("values").value(values_of(party)).key("known");
    const std::int64_t known = known_company(call, party.inn);
    if (known == 0)
      out.null();
    else
      out.integer(known);
    out.end_object();
  }
  out.end_array().end_object();
}

struct Change {
  std::string field;
  json::value before, after;
};

// The legal address of the register takes the place of the card's; other kinds stay, and so do opening hours.
json::array merged_addresses(const json::value& stored, const json::object& legal) {
  json::array items;
  bool is_put = false;
  for (const auto& item : stored.is_array() ? stored.as_array() : json::array{}) {
    const auto& object = item.as_object();
    if (text_of(object, "kind") != "legal" || is_put) {
      items.push_back(json::object{{"id", object.at("id")}});
      continue;
    }
    json::object changed = legal;
    changed["id"] = object.at("id");
    items.push_back(std::move(changed));
    is_put = true;
  }
  if (!is_put) items.push_back(legal);
  return items;
}

json::value legal_address_text(const json::value& stored) {
  if (!stored.is_array()) return nullptr;
  for (const auto& item : stored.as_array()) {
    if (text_of(item.as_object(), "kind") == "legal") return json::value(text_of(item.as_object(), "text"));
  }
  return nullptr;
}

// What the register says otherwise than the card, field by field, as far as the caller may change it.
std::vector<Change> changes_of(api::Call& call, const json::object& record, const json::object& values) {
  const auto& company = call.registry->require("company");
  std::vector<Change> changes;
  for (const auto& [key, value] : values) {
    const auto* field = company.field(key);
    const auto* stored = record.if_contains(key);
    if (field == nullptr || stored == nullptr || !entity::may_write_field(call.caller(), company, *field)) continue;
    if (key == "addresses") {
      const json::value before = legal_address_text(*stored), after(text_of(value.as_array().front().as_object(), "text"));
      if (!before.is_string() || base::fold(std::string_view(before.as_string())) != base::fold(std::string_view(after.as_string())))
        changes.push_back({std::string(key), before, after});
      continue;
    }
    const bool is_same = value.is_string() && stored->is_string()
                             ? base::fold(std::string_view(value.as_string())) == base::fold(std::string_view(stored->as_string()))
                             : value == *stored;
    if (!is_same) changes.push_back({std::string(key), *stored, value});
  }
  return changes;
}

json::object record_of(api::Call& call, const entity::EntityDef& company, std::int64_t id) {
  std::string text;
  bool is_found = false;
  call.read("enrichment_record", [&](const entity::QueryContext& context) {
    text.clear();
    base::JsonWriter out(text);
    is_found = entity::write_record(context, company, id, out);
  });
  if (!is_found) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  return base::parse_json(text, {64, 64u << 20}).as_object();
}

json::object patch_of(const std::vector<Change>& changes, const json::array* wanted, const json::object& record,
                      const json::object& values) {
  json::object patch;
  for (const auto& change : changes) {
    const bool is_wanted = wanted == nullptr || std::any_of(wanted->begin(), wanted->end(), [&](const json::value& key) {
                             return key.is_string() && key.get_string() == change.field;
                           });
    if (!is_wanted) continue;
    if (change.field == "addresses")
      patch["addresses"] = merged_addresses(record.at("addresses"), values.at("addresses").as_array().front().as_object());
    else
      patch[change.field] = change.after;
  }
  return patch;
}

// POST /companies/{id}:enrich {"dry_run", "fields": [those to take; absent: all]}
void enrich_company(api::Call& call, http::Response& response) {
  check_may_ask(call);
  const auto& company = call.registry->require("company");
  const std::int64_t id = call.id(0);
  const json::object body = call.body();
  const json::object record = record_of(call, company, id);
  const std::string code = is_code(text_of(record, "inn")) ? text_of(record, "inn") : text_of(record, "ogrn");
  if (!is_code(code)) throw base::Error(base::ErrorCode::kFailedPrecondition, "enrichment_no_inn");
  const std::string kpp = text_of(record, "kpp");
  const auto provider = call.context.enrichment.provider();
  auto party = provider->find_party(code, kpp);
  // A КПП that changed is no reason to find nothing.
  if (!party && !kpp.empty()) party = provider->find_party(code, {});
  if (!party) throw base::Error(base::ErrorCode::kNotFound, "enrichment_nothing");
  const json::object values = values_of(*party);
  const auto changes = changes_of(call, record, values);
  bool is_applied = false;
  if (!call.query_flag("dry_run") && !base::json_bool(body, "dry_run")) {
    const json::object patch = patch_of(changes, base::json_array(body, "fields"), record, values);
    if (!patch.empty()) {
      entity::SaveOptions options;
      options.version = record.at("version").as_int64();
      is_applied = call.context.records.update(call.writer(), company, id, patch, options).status == entity::SaveResult::Status::kUpdated;
    }
  }
  base::JsonWriter out(response.body);
  out.begin_object().key("title").text(party->title).key("status").text(party->status).key("applied").boolean(is_applied);
  out.key("changes").begin_array();
  for (const auto& change : changes)
    out.begin_object().key("field").text(change.field).key("before").value(change.before).key("after").value(change.after).end_object();
  out.end_array().end_object();
}

// POST /banks:suggest {"query": БИК or name, "limit"}
void suggest_banks(api::Call& call, http::Response& response) {
  check_may_ask(call);
  const Question question = question_of(call);
  const auto banks = call.context.enrichment.provider()->suggest_banks(question.query, question.limit);
  base::JsonWriter out(response.body);
  out.begin_object().key("items").begin_array();
  for (const auto& bank : banks) {
    json::object values{{"bik", bank.bik}, {"bank_name", bank.name}};
    if (!bank.correspondent.empty()) values["correspondent"] = bank.correspondent;
    out.begin_object().key("title").text(bank.name).key("bik").text(bank.bik).key("swift").text(bank.swift);
    out.key("address").text(bank.address).key("is_closed").boolean(bank.is_closed).key("values").value(values).end_object();
  }
  out.end_array().end_object();
}

// POST /addresses:suggest {"query", "limit"}: without a provider the address in normal form, cut by the program's own rules.
void suggest_addresses(api::Call& call, http::Response& response) {
  check_may_ask(call);
  const Question question = question_of(call);
  const auto addresses = call.context.enrichment.provider()->suggest_addresses(question.query, question.limit);
  base::JsonWriter out(response.body);
  out.begin_object().key("is_checked").boolean(call.context.enrichment.is_on()).key("items").begin_array();
  for (const auto& address : addresses)
    out.begin_object().key("text").text(address.text).key("values").value(address.values()).end_object();
  out.end_array().end_object();
}

}  // namespace

void add_enrichment_routes(http::Router& router, api::ApiContext& context) {
  using http::Method;
  // The answer of another service is waited for: not on the few threads that read.
  using http::RunsOn;
  api::add_route(router, context, {Method::kPost, "/companies:suggest", suggest_companies, RunsOn::kWritePool});
  api::add_route(router, context, {Method::kPost, "/companies/{id}:enrich", enrich_company, RunsOn::kWritePool});
  api::add_route(router, context, {Method::kPost, "/banks:suggest", suggest_banks, RunsOn::kWritePool});
  api::add_route(router, context, {Method::kPost, "/addresses:suggest", suggest_addresses, RunsOn::kWritePool});
}

}  // namespace clients
