#include "modules/money/server/allocating.hpp"

#include <algorithm>
#include <limits>

#include "server/base/error.hpp"
#include "server/entity/side_records.hpp"

namespace money {

namespace {

using base::Error;
using entity::Link;
using entity::Record;

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kMostWishes = 1000;

std::int64_t id_of(const json::value& value, const std::string& path) {
  if (value.is_int64() && value.as_int64() > 0) return value.as_int64();
  if (const auto* object = value.if_object(); object != nullptr && base::json_int(*object, "id") > 0) return base::json_int(*object, "id");
  throw Error::field(path, "wrong_type", {{"expected", "id"}});
}

Link document_of(const entity::Registry& registry, const json::object& item, const std::string& path) {
  for (const auto& [member, entity] :
       {std::pair("invoice", "invoice"), std::pair("order", "sales_order"), std::pair("contract", "contract")}) {
    if (const auto* value = item.if_contains(member)) return {registry.require(entity).id, id_of(*value, path + member)};
  }
  const auto* document = base::json_object(item, "document");
  if (document == nullptr) throw Error::field(path + "document", "required");
  const std::string key = base::json_string(*document, "entity");
  if (key != "invoice" && key != "sales_order" && key != "contract")
    throw Error::field(path + "document", "unknown_option", {{"valid", "invoice, sales_order, contract"}});
  return {registry.require(key).id, id_of(*document, path + "document")};
}

std::int64_t sum_of(const json::value& value, const std::string& path) {
  const json::value* amount = &value;
  if (const auto* object = value.if_object(); object != nullptr && object->contains("amount")) amount = &object->at("amount");
  std::string text;
  if (amount->is_string())
    text = std::string(amount->as_string());
  else if (amount->is_int64())
    text = std::to_string(amount->as_int64());
  const auto sum = base::parse_decimal(text, kScale);
  if (!sum) throw Error::field(path, "not_a_number");
  if (sum->units <= 0) throw Error::field(path, "too_small", {{"min", "0.01"}});
  return sum->units;
}

// What the caller may not read is not there to be paid.
bool is_readable(entity::SaveContext& save, const entity::EntityDef& entity, std::int64_t id) {
  const auto& caller = save.caller();
  if (caller.is_system || caller.is_admin) return true;
  return entity::may_reach({save.connection(), save.registry(), caller, save.now()}, entity, id);
}

}  // namespace

std::vector<Wish> parse_wishes(const entity::Registry& registry, const json::array& list) {
  if (list.size() > kMostWishes) throw Error::field("allocations", "too_many", {{"max", std::to_string(kMostWishes)}});
  std::vector<Wish> wishes;
  for (const auto& item : list) {
    Wish wish;
    wish.path = "allocations[" + std::to_string(wishes.size()) + "].";
    if (!item.is_object()) throw Error::field("allocations", "wrong_type", {{"expected", "object"}});
    const auto& object = item.as_object();
    wish.document = document_of(registry, object, wish.path);
    if (const auto* amount = object.if_contains("amount"); amount != nullptr && !amount->is_null())
      wish.amount = sum_of(*amount, wish.path + "amount");
    wish.source = base::json_string(object, "source") == "auto" ? "auto" : "hand";
    wish.reason = base::json_string(object, "reason").substr(0, 60);
    wishes.push_back(std::move(wish));
  }
  return wishes;
}

std::vector<Share> Allocating::share_out(std::vector<Wish> wishes, std::int64_t rest) {
  if (!wishes.empty() && payment_.text("direction") != "in") throw Error::field("allocations", "payment_not_incoming");
  if (!wishes.empty() && payment_.text("state") == "cancelled") throw Error::field("allocations", "payment_is_cancelled");
  // Rows are locked in one order everywhere.
  std::vector<std::size_t> order(wishes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto& x = wishes[a].document;
    const auto& y = wishes[b].document;
    return std::pair(x.entity_id, x.record_id) < std::pair(y.entity_id, y.record_id);
  });
  std::vector<Payable> documents(wishes.size());
  for (const auto at : order) documents[at] = open(wishes[at]);
  std::vector<Share> shares;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (wishes[k].document == wishes[i].document) throw Error::field(wishes[i].path + "document", "document_named_twice");
    }
    shares.push_back(share(wishes[i], documents[i], rest));
    rest -= shares.back().amount;
  }
  return shares;
}

Payable Allocating::open(const Wish& wish) {
  const auto& entity = *save_.registry().find_id(wish.document.entity_id);
  auto record = entity::lock_record(save_, entity.key, wish.document.record_id);
  const std::string path = wish.path + "document";
  if (!record || !is_readable(save_, entity, record->id)) throw Error::field(path, "link_not_found");
  if (record->text("state") != "posted") throw Error::field(path, "document_not_posted");
  if (record->link_id("company") != payment_.link_id("company"))
    throw Error::field(path, "invoice_of_other_company", {{"number", std::string(record->text("number"))}});
  Payable payable;
  payable.is_invoice = entity.key == "invoice";
  payable.currency = record->text("currency");
  if (payable.currency.empty()) payable.currency = save_.registry().company().base_currency;
  payable.open = payable.is_invoice ? units_of(*record, "amount") - units_of(*record, "paid_amount") : kNoLimit;
  if (payable.open <= 0) throw Error::field(path, "invoice_is_paid", {{"number", std::string(record->text("number"))}});
  payable.record = std::move(*record);
  return payable;
}

Share Allocating::share(const Wish& wish, const Payable& document, std::int64_t rest) {
  const std::string currency = currency_of(payment_, "amount"), path = wish.path + "amount";
  Share share{wish.document, 0, 0, document.currency, wish.source, wish.reason};
  base::Decimal from{1'000'000, 6}, to = from;
  if (currency != document.currency) {
    from = rate_on(system_.get(), questions_, currency, payment_.integer("date"), path);
    to = rate_on(system_.get(), questions_, document.currency, payment_.integer("date"), path);
  }
  const std::int64_t wanted = document.open == kNoLimit ? kNoLimit : convert(document.open, to, from, path);
  share.amount = wish.amount.value_or(std::min(rest, wanted));
  if (share.amount > rest || share.amount <= 0) throw Error::field(path, "more_than_rest", {{"left", sum_text(rest, currency)}});
  if (share.amount > wanted) {
    throw Error::field(path, "more_than_open",
                       {{"number", std::string(document.record.text("number"))}, {"left", sum_text(wanted, currency)}});
  }
  // Paid to the last unit of the one currency is paid to the last unit of the other.
  share.document_amount = share.amount == wanted ? document.open : std::min(convert(share.amount, from, to, path), document.open);
  share.number = document.record.text("number");
  share.invoice_amount = document.is_invoice ? units_of(document.record, "amount") : 0;
  share.paid_before = document.is_invoice ? units_of(document.record, "paid_amount") : 0;
  if (share.document_amount <= 0) throw Error::field(path, "too_small", {{"min", "0.01"}});
  return share;
}

void write_paid(entity::SaveContext& save, std::int64_t invoice, std::int64_t amount, std::int64_t paid, std::string_view currency) {
  save.update("invoice", invoice, {{"paid_amount", money_json(paid, currency)}, {"payment_state", payment_state(amount, paid)}});
}

void add_paid(entity::SaveContext& save, const Link& document, std::int64_t units) {
  const auto* entity = save.registry().find_id(document.entity_id);
  if (entity == nullptr || entity->key != "invoice") return;
  const auto invoice = entity::lock_record(save, entity->key, document.record_id);
  if (!invoice) throw Error::field("document", "link_not_found");
  write_paid(save, invoice->id, units_of(*invoice, "amount"), units_of(*invoice, "paid_amount") + units, currency_of(*invoice, "amount"));
}

json::object Share::to_json() const {
  return {{"entity", document.entity_id},  {"id", document.record_id}, {"amount", amount}, {"document_amount", document_amount},
          {"currency", document_currency}, {"source", source},         {"reason", reason}, {"invoice_amount", invoice_amount},
          {"paid_before", paid_before},    {"number", number}};
}

Share Share::from_json(const json::object& object) {
  Share share;
  share.document = {static_cast<int>(base::json_int(object, "entity")), base::json_int(object, "id")};
  share.amount = base::json_int(object, "amount");
  share.document_amount = base::json_int(object, "document_amount");
  share.document_currency = base::json_string(object, "currency");
  share.source = base::json_string(object, "source");
  share.reason = base::json_string(object, "reason");
  share.number = base::json_string(object, "number");
  share.invoice_amount = base::json_int(object, "invoice_amount");
  share.paid_before = base::json_int(object, "paid_before");
  return share;
}

}  // namespace money
