#include "modules/money/server/payment_behaviour.hpp"

#include <algorithm>
#include <array>

#include "modules/money/server/allocating.hpp"
#include "modules/money/server/entered.hpp"
#include "modules/money/server/matching.hpp"
#include "server/base/error.hpp"
#include "server/entity/side_records.hpp"

namespace money {

namespace {

using entity::Link;
using entity::Record;
using entity::SaveContext;

constexpr std::array<std::string_view, 11> kFromBank{"number",      "date",         "direction",   "amount",      "own_company",
                                                     "own_account", "partner_name", "partner_inn", "partner_kpp", "partner_account",
                                                     "purpose"};
constexpr int kMostAllocations = 10'000;
constexpr int kMostLookedAt = 200;

Link link_to(SaveContext& save, std::string_view entity, std::int64_t id) { return {save.registry().require(entity).id, id}; }

// A line of a bank's file, whoever entered it first.
bool is_from_bank(const Record& payment) { return !is_empty(payment.get("bank_key")); }

bool is_given(const Record& payment) { return !is_empty(payment.get("allocations")); }

void put_own_company(SaveContext& save) {
  Record& payment = save.record();
  if (payment.link_id("own_company") != 0) return;
  if (const auto account = entity::load_row(save, "own_account", payment.link_id("own_account"))) {
    payment.set("own_company", account->get("own_company"));
    return;
  }
  const SystemContext system(save);
  const auto& own = save.registry().require("own_company");
  auto found = entity::find_records(system.get(), own, entity::where(own, "is_default", std::int64_t{1}), 1);
  if (found.empty()) found = entity::find_records(system.get(), own, entity::Filter::always(), 1);
  if (!found.empty()) payment.set("own_company", link_to(save, "own_company", found.front().id));
}

// Whoever looks after the client sees what he pays.
void put_owner(SaveContext& save, const std::optional<Record>& company) {
  Record& payment = save.record();
  const bool is_found = !save.is_new() && save.before()->link_id("company") == 0 && save.changed("company") && !save.changed("owner");
  if (payment.link_id("owner") != 0 && !is_found) return;
  std::int64_t owner = is_found ? payment.link_id("owner") : save.caller().user_id;
  if (company && company->link_id("owner") != 0) owner = company->link_id("owner");
  if (owner != 0) payment.set("owner", link_to(save, "user", owner));
}

void put_name(SaveContext& save, const std::optional<Record>& company) {
  Record& payment = save.record();
  std::string name(payment.text("number"));
  if (!name.empty()) name += " · ";
  name += day_text(payment.integer("date"));
  std::string who(payment.text("partner_name"));
  if (company) who = company->text("name");
  if (!who.empty()) name += " · " + who;
  payment.set("name", std::move(name));
}

// The company of the first document stands for one that was not given.
void put_company(SaveContext& save, const std::vector<Wish>& wishes) {
  Record& payment = save.record();
  if (wishes.empty() || payment.link_id("company") != 0) return;
  const auto& document = wishes.front().document;
  const auto record = save.load(save.registry().find_id(document.entity_id)->key, document.record_id);
  if (record) payment.set("company", record->get("company"));
}

std::vector<Record> allocations_of(SaveContext& save, std::int64_t payment) {
  const SystemContext system(save);
  const auto& entity = save.registry().require("payment_allocation");
  return entity::find_records(system.get(), entity, entity::where(entity, "payment", link_to(save, "payment", payment)), kMostAllocations);
}

// Gives back what the payment paid, without a word to the payment itself, which is being saved.
void take_back(SaveContext& save) {
  auto all = allocations_of(save, save.record().id);
  std::sort(all.begin(), all.end(), [](const Record& a, const Record& b) {
    const auto& x = std::get<Link>(a.get("document"));
    const auto& y = std::get<Link>(b.get("document"));
    return std::pair(x.entity_id, x.record_id) < std::pair(y.entity_id, y.record_id);
  });
  for (const auto& allocation : all) {
    add_paid(save, std::get<Link>(allocation.get("document")), -units_of(allocation, "document_amount"));
    save.update("payment_allocation", allocation.id, {{"booking", -1}});
    save.remove("payment_allocation", allocation.id);
  }
}

Entered entered_by_hand(SaveContext& save) {
  const Record& payment = save.record();
  Entered one{payment.id, payment.link_id("company"), payment.link_id("own_company"), payment.link_id("own_account")};
  one.is_in = payment.text("direction") == "in";
  one.units = units_of(payment, "amount");
  one.day = payment.integer("date");
  one.currency = currency_of(payment, "amount");
  one.number = payment.text("number");
  one.inn = payment.text("partner_inn");
  const auto company = one.inn.empty() ? entity::load_row(save, "company", one.company) : std::nullopt;
  if (company) one.inn = company->text("inn");
  return one;
}

Arrived brought_by_bank(const Record& payment) {
  Arrived one{payment.link_id("own_company"), payment.link_id("own_account"), payment.text("direction") == "in"};
  one.units = units_of(payment, "amount");
  one.day = one.booked_on = payment.integer("date");
  one.currency = currency_of(payment, "amount");
  one.number = payment.text("number");
  one.inn = payment.text("partner_inn");
  if (payment.link_id("company") != 0) one.companies.push_back(payment.link_id("company"));
  return one;
}

// Of the days around it: payments of the same company, the same ИНН, the same number, each by its index.
std::vector<Record> around(SaveContext& save, const Entered& entered) {
  const SystemContext system(save);
  const auto& entity = *save.record().entity;
  std::vector<entity::Filter> ways;
  if (entered.company != 0) ways.push_back(entity::where(entity, "company", link_to(save, "company", entered.company)));
  if (!entered.inn.empty()) ways.push_back(entity::where(entity, "partner_inn", entered.inn));
  if (!entered.number.empty()) ways.push_back(entity::where(entity, "number", entered.number));
  std::vector<Record> all;
  for (auto& way : ways) {
    const auto days = entity::where(entity, "date", entity::FilterOp::kBetween, {entered.day - kAlikeDays, entered.day + kAlikeDays});
    for (auto& record : entity::find_records(system.get(), entity, entity::Filter::all_of({std::move(way), days}), kMostLookedAt)) {
      const bool is_known = std::any_of(all.begin(), all.end(), [&](const Record& each) { return each.id == record.id; });
      if (!is_known && is_from_bank(record) && record.text("state") == "posted") all.push_back(std::move(record));
    }
  }
  return all;
}

bool is_being_cancelled(SaveContext& save) { return !save.is_new() && save.changed("state") && save.record().text("state") == "cancelled"; }

}  // namespace

std::string_view allocation_state(const Record& payment) {
  const bool is_for_clients = payment.text("direction") == "in" && payment.integer("is_other") == 0;
  if (!is_for_clients || payment.text("state") == "cancelled") return "none";
  if (units_of(payment, "advance_amount") == 0) return "allocated";
  if (payment.link_id("company") == 0 || !is_empty(payment.get("review"))) return "review";
  return units_of(payment, "allocated_amount") > 0 ? "partial" : "advance";
}

void PaymentBehaviour::put_rate(SaveContext& save) {
  Record& payment = save.record();
  const std::string currency = currency_of(payment, "amount");
  if (currency.empty() || is_empty(payment.get("date"))) return;
  if (save.is_new() || save.changed("amount") || save.changed("date") || is_empty(payment.get("rate"))) {
    const SystemContext system(save);
    payment.set("rate", rate_on(system.get(), questions_, currency, payment.integer("date"), "amount").units);
  }
  const base::Decimal rate{payment.integer("rate", 1'000'000), 6};
  payment.set("amount", make_money(units_of(payment, "amount"), currency, rate));
  std::erase_if(payment.marks, [](const auto& mark) { return mark.code == "no_rate"; });
}

std::int64_t PaymentBehaviour::take_shares(SaveContext& save) {
  Record& payment = save.record();
  if (!is_given(payment)) return 0;
  const json::value given = base::parse_json(payment.text("allocations"));
  if (!given.is_array()) throw base::Error::field("allocations", "wrong_type", {{"expected", "list"}});
  auto wishes = parse_wishes(save.registry(), given.as_array());
  put_company(save, wishes);
  payment.set("review", entity::Value{});
  const std::int64_t rest = units_of(payment, "amount") - units_of(payment, "allocated_amount");
  json::array shares;
  std::int64_t sum = 0;
  for (const auto& share : Allocating(save, questions_, payment).share_out(std::move(wishes), rest)) {
    sum += share.amount;
    shares.push_back(share.to_json());
  }
  payment.set("allocations", shares.empty() ? entity::Value{} : entity::Value(json::serialize(shares)));
  return sum;
}

void PaymentBehaviour::prepare(SaveContext& save) {
  Record& payment = save.record();
  put_own_company(save);
  put_rate(save);
  const std::string currency = currency_of(payment, "amount");
  if (currency.empty() || is_empty(payment.get("date"))) return;  // said by the check of required fields
  const base::Decimal rate{payment.integer("rate", 1'000'000), 6};
  if (save.is_new()) payment.set("allocated_amount", make_money(0, currency, rate));
  if (is_being_cancelled(save)) {
    payment.set("allocated_amount", make_money(0, currency, rate));
    payment.set("cancelled_at", base::to_micros(save.now()));
  }
  const std::int64_t allocated = units_of(payment, "allocated_amount") + take_shares(save);
  payment.set("allocated_amount", make_money(allocated, currency, rate));
  payment.set("advance_amount", make_money(units_of(payment, "amount") - allocated, currency, rate));
  // Whoever shares out or says what it is has looked at it.
  if (!save.is_new() && (save.changed("is_other") || save.changed("allocated_amount"))) payment.set("review", entity::Value{});
  payment.set("allocation_state", std::string(allocation_state(payment)));
  const auto company = entity::load_row(save, "company", payment.link_id("company"));
  put_owner(save, company);
  put_name(save, company);
}

void PaymentBehaviour::check(SaveContext& save) {
  const Record& payment = save.record();
  const std::int64_t allocated = units_of(payment, "allocated_amount");
  if (units_of(payment, "amount") < allocated)
    save.add_error({"amount", "less_than_allocated", {{"allocated", sum_text(allocated, currency_of(payment, "amount"))}}});
  if (const auto account = entity::load_row(save, "own_account", payment.link_id("own_account"))) {
    if (account->link_id("own_company") != payment.link_id("own_company")) save.add_error({"own_account", "account_of_other_company", {}});
    if (!account->text("currency").empty() && account->text("currency") != currency_of(payment, "amount"))
      save.add_error({"amount", "currency_of_account", {{"currency", std::string(account->text("currency"))}}});
  }
  if (save.is_new()) return;
  const Record& before = *save.before();
  if (before.text("state") == "cancelled") {
    for (const std::string_view field : {"state", "amount", "date", "company", "direction", "allocations", "is_other"}) {
      if (save.changed(field)) save.add_error({std::string(field), "payment_is_cancelled", {}});
    }
    return;
  }
  for (const auto field : kFromBank) {
    if (is_from_bank(before) && save.changed(field)) save.add_error({std::string(field), "from_bank", {}});
  }
  if (units_of(before, "allocated_amount") == 0 || is_being_cancelled(save)) return;
  // The file that brings it knows the day better.
  const bool is_joined = !is_from_bank(before) && is_from_bank(payment);
  for (const std::string_view field : {"company", "date", "direction", "is_other"}) {
    if (save.changed(field) && !(is_joined && field == "date")) save.add_error({std::string(field), "payment_is_allocated", {}});
  }
  if (currency_of(before, "amount") != currency_of(payment, "amount")) save.add_error({"amount", "payment_is_allocated", {}});
}

std::vector<entity::AlikeRecord> PaymentBehaviour::find_alike(SaveContext& save) {
  const Record& payment = save.record();
  if (is_from_bank(payment) || payment.text("kind") != "bank" || payment.text("state") != "posted") return {};
  const Entered entered = entered_by_hand(save);
  std::vector<entity::AlikeRecord> alike;
  for (const auto& record : around(save, entered)) {
    const Arrived arrived = brought_by_bank(record);
    if (!is_repeat(entered, arrived)) continue;
    entity::AlikeRecord one{record.id, {"amount", "date"}};
    if (entered.company != 0 && record.link_id("company") == entered.company) one.reasons.emplace_back("company");
    if (!entered.number.empty() && canonical_number(entered.number) == canonical_number(arrived.number)) one.reasons.emplace_back("number");
    alike.push_back(std::move(one));
  }
  return alike;
}

void PaymentBehaviour::before_write(SaveContext& save) {
  Record& payment = save.record();
  if (is_being_cancelled(save)) take_back(save);
  if (!save.is_new() && save.changed("date")) {
    for (const auto& allocation : allocations_of(save, payment.id))
      save.update("payment_allocation", allocation.id, {{"date", base::to_string(base::from_days(payment.integer("date")))}});
  }
  if (!is_given(payment)) return;
  const json::value shares = base::parse_json(payment.text("allocations"));
  payment.set("allocations", entity::Value{});
  const std::string currency = currency_of(payment, "amount"), date = base::to_string(base::from_days(payment.integer("date")));
  for (const auto& each : shares.as_array()) {
    const Share share = Share::from_json(each.as_object());
    const auto& entity = *save.registry().find_id(share.document.entity_id);
    save.create("payment_allocation", {{"name", share.number + " ← " + std::string(payment.text("name"))},
                                       {"payment", payment.id},
                                       {"document", json::object{{"entity", entity.key}, {"id", share.document.record_id}}},
                                       {"amount", money_json(share.amount, currency)},
                                       {"document_amount", money_json(share.document_amount, share.document_currency)},
                                       {"date", date},
                                       {"source", share.source},
                                       {"reason", share.reason.empty() ? json::value(nullptr) : json::value(share.reason)},
                                       {"booking", 1}});
    if (entity.key == "invoice") {
      write_paid(save, share.document.record_id, share.invoice_amount, share.paid_before + share.document_amount, share.document_currency);
    }
  }
}

void PaymentBehaviour::before_delete(SaveContext& save) {
  Record& payment = save.record();
  if (is_from_bank(payment) && !save.caller().is_system)
    throw base::Error(base::ErrorCode::kFailedPrecondition, "payment_from_bank_not_deletable");
  take_back(save);
  const base::Decimal rate{payment.integer("rate", 1'000'000), 6};
  const std::string currency = currency_of(payment, "amount");
  payment.set("allocated_amount", make_money(0, currency, rate));
  payment.set("advance_amount", make_money(units_of(payment, "amount"), currency, rate));
  payment.set("allocation_state", std::string(allocation_state(payment)));
}

void PaymentBehaviour::check_merge(const Record&) { throw base::Error(base::ErrorCode::kFailedPrecondition, "payment_not_mergeable"); }

}  // namespace money
