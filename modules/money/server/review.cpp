// The queue of payments that a person looks at: what the program thinks of, and what the person decides.
#include "modules/money/server/joining.hpp"
#include "modules/money/server/routes.hpp"
#include "modules/money/server/sums.hpp"
#include "server/api/open_record.hpp"
#include "server/api/saved_record.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/on_behalf.hpp"

namespace money {

namespace {

using entity::QueryContext;
using entity::Record;

json::value company_json(const QueryContext& context, std::int64_t id) {
  if (id == 0) return nullptr;
  const auto& entity = context.registry.require("company");
  const auto found = entity::find_records(context, entity, entity::where(entity, "id", id), 1);
  if (found.empty()) return nullptr;
  return json::object{{"id", id}, {"title", std::string(found.front().text("name"))}};
}

// An invoice of a proposal as it is now; null when it wants no money any more or the caller may not read it.
json::value invoice_json(const QueryContext& context, std::int64_t id, std::int64_t units) {
  const auto& entity = context.registry.require("invoice");
  const auto found = entity::find_records(context, entity, entity::where(entity, "id", id), 1);
  if (found.empty() || found.front().text("state") != "posted") return nullptr;
  const Record& invoice = found.front();
  const std::string currency = currency_of(invoice, "amount");
  const std::int64_t open = units_of(invoice, "amount") - units_of(invoice, "paid_amount");
  if (open <= 0) return nullptr;
  return json::object{{"invoice", json::object{{"id", id}, {"title", std::string(invoice.text("name"))}}},
                      {"number", std::string(invoice.text("number"))},
                      {"date", base::to_string(base::from_days(invoice.integer("date")))},
                      {"open", money_json(open, currency)},
                      {"amount", money_json(std::min(units, open), currency)}};
}

// The payment of people that `line` may be; nullopt when it can be that no more or the caller may not read it.
std::optional<Record> entered_of(const QueryContext& context, const json::object& candidate, const Record& line) {
  const auto& entity = *line.entity;
  auto found = entity::find_records(context, entity, entity::where(entity, "id", base::json_int(candidate, "payment")), 1);
  if (found.empty() || !may_join(found.front(), stored_values(line))) return std::nullopt;
  return std::move(found.front());
}

json::value entered_json(const QueryContext& context, const json::object& candidate, const Record& line) {
  const auto entered = entered_of(context, candidate, line);
  if (!entered) return nullptr;
  return json::object{{"id", entered->id},
                      {"title", std::string(entered->text("name"))},
                      {"date", base::to_string(base::from_days(entered->integer("date")))},
                      {"amount", money_json(units_of(*entered, "amount"), currency_of(*entered, "amount"))}};
}

json::array candidates_of(const QueryContext& context, const json::object& review, const Record& line) {
  json::array candidates;
  const auto* list = base::json_array(review, "candidates");
  if (list == nullptr) return candidates;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto& stored = list->at(i).as_object();
    json::array parts;
    bool is_whole = true;
    for (const auto& part : *base::json_array(stored, "parts")) {
      auto one = invoice_json(context, base::json_int(part.as_object(), "invoice"), base::json_int(part.as_object(), "units"));
      is_whole = is_whole && !one.is_null();
      if (!one.is_null()) parts.push_back(std::move(one));
    }
    json::value entered;
    if (stored.contains("payment")) {
      entered = entered_json(context, stored, line);
      is_whole = !entered.is_null();
    }
    if (!is_whole) continue;
    candidates.push_back(json::object{{"index", static_cast<std::int64_t>(i)},
                                      {"company", company_json(context, base::json_int(stored, "company"))},
                                      {"payment", std::move(entered)},
                                      {"parts", std::move(parts)},
                                      {"reasons", *base::json_array(stored, "reasons")}});
  }
  return candidates;
}

json::object review_of(const Record& payment) {
  if (is_empty(payment.get("review"))) return {};
  const json::value stored = base::parse_json(payment.text("review"));
  return stored.is_object() ? stored.as_object() : json::object{};
}

json::value text_or_null(std::string_view text) { return text.empty() ? json::value(nullptr) : json::value(text); }

// GET /money/review?limit=&after= → {"items":[{"payment","reason","candidates"}],"next","count"}
void read_review(api::Call& call, http::Response& response) {
  const auto& entity = call.registry->require("payment");
  const int limit = call.query_int("limit", 20, 1, 100);
  const std::string after = call.query("after", "0");
  const auto first = base::parse_decimal(after, 0);
  if (!first) throw base::Error::field("after", "wrong_type", {{"expected", "id"}});
  call.read("money_review", [&](const QueryContext& context) {
    const auto filter = entity::where(entity, "allocation_state", std::string("review"));
    const auto ids = entity::find_ids(context, entity, filter, entity::Action::kRead, first->units, limit);
    json::array items;
    for (const auto id : ids) {
      const auto found = entity::load_record(context.connection, context.registry, entity, id);
      if (!found) continue;
      const Record& payment = *found;
      const json::object review = review_of(payment);
      items.push_back(json::object{
          {"payment", json::object{{"id", id},
                                   {"version", payment.version},
                                   {"title", std::string(payment.text("name"))},
                                   {"number", text_or_null(payment.text("number"))},
                                   {"date", base::to_string(base::from_days(payment.integer("date")))},
                                   {"amount", money_json(units_of(payment, "amount"), currency_of(payment, "amount"))},
                                   {"rest", money_json(units_of(payment, "advance_amount"), currency_of(payment, "amount"))},
                                   {"purpose", text_or_null(payment.text("purpose"))},
                                   {"partner_name", text_or_null(payment.text("partner_name"))},
                                   {"partner_inn", text_or_null(payment.text("partner_inn"))},
                                   {"company", company_json(context, payment.link_id("company"))}}},
          {"reason", text_or_null(base::json_string(review, "reason", payment.link_id("company") == 0 ? "company_unknown" : ""))},
          {"candidates", candidates_of(context, review, payment)}});
    }
    const std::int64_t count = entity::count_exact(context, entity, filter);
    const bool is_last = static_cast<int>(ids.size()) < limit;
    response.body.clear();
    base::JsonWriter out(response.body);
    out.value(
        json::object{{"items", std::move(items)}, {"next", is_last ? json::value(nullptr) : json::value(ids.back())}, {"count", count}});
  });
}

json::object candidate_of(const Record& payment, std::int64_t index) {
  const json::object review = review_of(payment);
  const auto* list = base::json_array(review, "candidates");
  if (list == nullptr || index < 0 || index >= static_cast<std::int64_t>(list->size()))
    throw base::Error::field("candidate", "candidate_is_gone");
  return list->at(static_cast<std::size_t>(index)).as_object();
}

json::array allocations_of_candidate(const json::object& candidate, json::object& patch) {
  if (const auto company = base::json_int(candidate, "company"); company != 0) patch["company"] = company;
  json::array allocations;
  for (const auto& part : *base::json_array(candidate, "parts")) {
    const auto& object = part.as_object();
    allocations.push_back(json::object{{"invoice", base::json_int(object, "invoice")},
                                       {"amount", base::to_string(base::Decimal{base::json_int(object, "units"), kScale})}});
  }
  return allocations;
}

// The partner's account becomes one of the company's: its next payment is known.
void remember_account(api::Call& call, const Record& payment, std::int64_t company) {
  const std::string account(payment.text("partner_account")), bik(payment.text("partner_bik"));
  const auto& entity = call.registry->require("bank_account");
  if (account.empty() || bik.empty() || company == 0 || !entity::may(call.caller(), entity, entity::Action::kCreate)) return;
  bool is_known = false;
  call.read("partner_account", [&](const QueryContext& context) {
    const auto system = entity::Caller::system();
    const auto filter =
        entity::Filter::all_of({entity::where(entity, "account", account),
                                entity::where(entity, "company", entity::Link{context.registry.require("company").id, company})});
    is_known = !entity::find_ids({context.connection, context.registry, *system, context.now}, entity, filter, entity::Action::kRead, 0, 1)
                    .empty();
  });
  if (is_known) return;
  call.context.records.create(
      call.writer(), entity,
      {{"company", company}, {"account", account}, {"bik", bik}, {"bank_name", text_or_null(payment.text("partner_bank"))}});
}

bool is_client_readable(api::Call& call, std::int64_t company) {
  bool is_readable = false;
  const auto& entity = call.registry->require("company");
  call.read("payer", [&](const QueryContext& context) { is_readable = entity::may_reach(context, entity, company); });
  return is_readable;
}

// The line is what a person entered before: that payment takes it over, this one goes to the bin.
std::int64_t join_entered(api::Call& call, const Record& line, const json::object& candidate, const entity::SaveOptions& options) {
  std::optional<Record> entered;
  call.read("payment_entered", [&](const QueryContext& context) {
    entered = entered_of(context, candidate, line);
    if (entered && !entity::may_reach(context, *line.entity, entered->id, entity::Action::kUpdate))
      throw base::Error(base::ErrorCode::kPermissionDenied, "update_not_allowed", {{"entity", line.entity->key}});
  });
  if (!entered) throw base::Error::field("candidate", "candidate_is_gone");
  const auto values = joined_values(*call.registry, stored_values(line), *entered);
  const auto caller = entity::on_behalf_of(call.writer());
  call.context.database.write({.name = "payment_join"}, [&](store::Connection& connection) {
    call.context.records.remove_in(connection, caller, *line.entity, line.id, options);
    call.context.records.update_in(connection, caller, *line.entity, entered->id, values);
  });
  return entered->id;
}

// POST /payments/{id}:resolve {"candidate": n} | {"allocations":[…],"company"?} | {"as":"advance"|"other","company"?}; "remember": true
void resolve(api::Call& call, http::Response& response) {
  const Record payment = api::open_record(call, "payment", entity::Action::kUpdate);
  if (payment.text("allocation_state") != "review") throw base::Error(base::ErrorCode::kFailedPrecondition, "payment_is_resolved");
  const json::object body = call.body();
  json::object patch;
  if (const auto company = base::json_int(body, "company"); company != 0) patch["company"] = company;
  const std::string as = base::json_string(body, "as");
  entity::Caller caller = call.writer();
  entity::SaveOptions options;
  if (const auto version = base::json_int(body, "version"); version != 0) options.version = version;
  if (body.contains("candidate")) {
    const auto candidate = candidate_of(payment, base::json_int(body, "candidate", -1));
    if (candidate.contains("payment")) {
      response.body = api::saved_record(call, *payment.entity, join_entered(call, payment, candidate, options));
      return;
    }
    patch["allocations"] = allocations_of_candidate(candidate, patch);
  } else if (const auto* list = base::json_array(body, "allocations")) {
    patch["allocations"] = *list;
  } else if (as == "advance") {
    if (payment.link_id("company") == 0 && !patch.contains("company")) throw base::Error::field("company", "required");
    if (const auto company = base::json_int(body, "company"); company != 0 && !is_client_readable(call, company))
      throw base::Error::field("company", "link_not_found");
    patch["review"] = nullptr;
    caller = entity::on_behalf_of(caller);
  } else if (as == "other") {
    patch["is_other"] = true;
  } else {
    throw base::Error::field("as", "unknown_option", {{"valid", "advance, other"}});
  }
  call.context.records.update(caller, *payment.entity, payment.id, patch, options);
  if (base::json_bool(body, "remember")) {
    std::int64_t company = 0;
    call.read("payment_company", [&](const QueryContext& context) {
      const auto saved = entity::load_record(context.connection, context.registry, *payment.entity, payment.id);
      company = saved ? saved->link_id("company") : 0;
    });
    remember_account(call, payment, company);
  }
  response.body = api::saved_record(call, *payment.entity, payment.id);
}

}  // namespace

void add_review_routes(http::Router& router, api::ApiContext& context) {
  using http::Method;
  api::add_route(router, context, {Method::kGet, "/money/review", read_review});
  api::add_route(router, context, {Method::kPost, "/payments/{id}:resolve", resolve, http::RunsOn::kWritePool});
}

}  // namespace money
