#include "modules/money/server/allocation_behaviour.hpp"

#include "modules/money/server/allocating.hpp"
#include "server/base/error.hpp"
#include "server/entity/side_records.hpp"

namespace money {

namespace {

using base::Error;
using base::ErrorCode;
using entity::Link;
using entity::Record;
using entity::SaveContext;

// The payment of the allocation, locked; the caller may change it.
Record open_payment(SaveContext& save) {
  const auto& entity = save.registry().require("payment");
  auto payment = entity::lock_record(save, entity.key, save.record().link_id("payment"));
  if (!payment) throw Error::field("payment", "link_not_found");
  const auto& caller = save.caller();
  if (caller.is_system || caller.is_admin) return std::move(*payment);
  if (!entity::may_reach({save.connection(), save.registry(), caller, save.now()}, entity, payment->id, entity::Action::kUpdate))
    throw Error(ErrorCode::kPermissionDenied, "update_not_allowed", {{"entity", entity.key}});
  return std::move(*payment);
}

void add_allocated(SaveContext& save, const Record& payment, std::int64_t units) {
  save.update("payment", payment.id,
              {{"allocated_amount", money_json(units_of(payment, "allocated_amount") + units, currency_of(payment, "amount"))}});
}

bool is_made_by_payment(SaveContext& save) { return save.record().integer("booking") != 0; }

// The sums in the base currency, both by the rate of the payment's day.
void settle(SaveContext& save, const entity::Questions& questions) {
  Record& allocation = save.record();
  const SystemContext system(save);
  for (const char* field : {"amount", "document_amount"}) {
    const std::string currency = currency_of(allocation, field);
    if (currency.empty()) continue;
    const auto rate = rate_on(system.get(), questions, currency, allocation.integer("date"), field);
    allocation.set(field, make_money(units_of(allocation, field), currency, rate));
  }
}

}  // namespace

void AllocationBehaviour::share_out(SaveContext& save) {
  Record& allocation = save.record();
  const Record payment = open_payment(save);
  const auto* document = std::get_if<Link>(&allocation.get("document"));
  if (document == nullptr) return;  // said by the check of required fields
  Wish wish{*document, std::nullopt, "", std::string(allocation.text("source")), ""};
  if (const auto* amount = std::get_if<entity::Money>(&allocation.get("amount"))) {
    if (amount->currency != currency_of(payment, "amount"))
      throw Error::field("amount", "currency_of_payment", {{"currency", currency_of(payment, "amount")}});
    wish.amount = amount->units;
  }
  const std::int64_t rest = units_of(payment, "amount") - units_of(payment, "allocated_amount");
  const Share share = Allocating(save, questions_, payment).share_out({wish}, rest).front();
  allocation.set("amount", entity::Money{share.amount, currency_of(payment, "amount"), 0});
  allocation.set("document_amount", entity::Money{share.document_amount, share.document_currency, 0});
  allocation.set("date", payment.get("date"));
  allocation.set("name", share.number + " ← " + std::string(payment.text("name")));
}

void AllocationBehaviour::prepare(SaveContext& save) {
  if (!save.is_new()) return;
  if (!is_made_by_payment(save)) share_out(save);
  settle(save, questions_);
}

void AllocationBehaviour::check(SaveContext& save) {
  if (save.is_new()) return;
  for (const char* field : {"payment", "document", "amount", "document_amount"}) {
    if (save.changed(field)) save.add_error({field, "read_only", {}});
  }
}

void AllocationBehaviour::before_write(SaveContext& save) {
  if (!save.is_new() || is_made_by_payment(save)) return;
  const Record payment = open_payment(save);
  add_paid(save, std::get<Link>(save.record().get("document")), units_of(save.record(), "document_amount"));
  add_allocated(save, payment, units_of(save.record(), "amount"));
}

void AllocationBehaviour::before_delete(SaveContext& save) {
  if (save.record().integer("booking") < 0) return;
  const Record payment = open_payment(save);
  add_paid(save, std::get<Link>(save.record().get("document")), -units_of(save.record(), "document_amount"));
  add_allocated(save, payment, -units_of(save.record(), "amount"));
}

void AllocationBehaviour::before_restore(SaveContext& save) {
  share_out(save);
  settle(save, questions_);
  save.record().set("booking", entity::Value{});
  const Record payment = open_payment(save);
  add_paid(save, std::get<Link>(save.record().get("document")), units_of(save.record(), "document_amount"));
  add_allocated(save, payment, units_of(save.record(), "amount"));
}

void AllocationBehaviour::check_merge(const Record&) { throw Error(ErrorCode::kFailedPrecondition, "payment_not_mergeable"); }

void PaidInvoiceBehaviour::prepare(SaveContext& save) {
  Record& invoice = save.record();
  const bool was_posted = !save.is_new() && save.before()->text("state") == "posted";
  if (was_posted || invoice.text("state") != "posted") return;
  invoice.set("paid_amount", entity::Money{0, currency_of(invoice, "amount"), 0});
  invoice.set("payment_state", std::string(payment_state(units_of(invoice, "amount"), 0)));
}

void PaidInvoiceBehaviour::check(SaveContext& save) {
  const Record& invoice = save.record();
  const bool is_cancelled = save.changed("state") && invoice.text("state") == "cancelled";
  if (is_cancelled && units_of(invoice, "paid_amount") != 0) save.add_error({"state", "invoice_has_payments", {}});
}

}  // namespace money
