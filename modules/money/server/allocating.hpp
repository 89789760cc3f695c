// A payment and the documents it pays, said once: what may be taken from it, what a document still wants.
//
// Invariants
// - Whoever changes what is taken from a payment or paid of an invoice holds the row of each: payments first, then documents by
//   entity and id. Two payments of one invoice at once wait for each other and none is lost.
// - paid_amount of an invoice is the sum of document_amount of its living allocations; allocated_amount of a payment the sum of their
//   amount; advance_amount is the rest.
#pragma once

#include <string>
#include <vector>

#include "modules/money/server/sums.hpp"

namespace money {

// A document with its row locked.
struct Payable {
  entity::Record record;
  bool is_invoice = false;
  std::string currency;
  std::int64_t open = 0;  // what is still to be paid, in its currency; of orders and contracts without limit: INT64_MAX
};

struct Wish {
  entity::Link document;
  std::optional<std::int64_t> amount;  // in the payment's currency; nullopt: as much as both sides have
  std::string path;                    // "allocations[0].", for errors
  std::string source = "hand", reason;
};

struct Share {
  entity::Link document;
  std::int64_t amount = 0;           // in the payment's currency
  std::int64_t document_amount = 0;  // in the document's
  std::string document_currency, source, reason, number;
  std::int64_t invoice_amount = 0, paid_before = 0;  // of an invoice, in its currency
  json::object to_json() const;
  static Share from_json(const json::object& object);
};

// [{"document": {"entity","id"} | "invoice": id | "order": id | "contract": id, "amount"?: "100.00", "source"?, "reason"?}]
std::vector<Wish> parse_wishes(const entity::Registry& registry, const json::array& list);

class Allocating {
 public:
  // `payment` as it will be saved; all outlive it.
  Allocating(entity::SaveContext& save, const entity::Questions& questions, const entity::Record& payment)
      : save_(save), questions_(questions), payment_(payment), system_(save) {}

  // Locks the documents and shares out at most `rest` units. Errors (field): link_not_found, payment_not_incoming, payment_is_cancelled,
  // document_not_posted, invoice_of_other_company, invoice_is_paid {number}, more_than_rest {left}, more_than_open {number, left},
  // no_rate_on {currency, date}.
  std::vector<Share> share_out(std::vector<Wish> wishes, std::int64_t rest);

 private:
  Payable open(const Wish& wish);
  Share share(const Wish& wish, const Payable& document, std::int64_t rest);

  entity::SaveContext& save_;
  const entity::Questions& questions_;
  const entity::Record& payment_;
  const SystemContext system_;
};

// What is paid of the invoice becomes `paid` of `amount` units; its row is locked already.
void write_paid(entity::SaveContext& save, std::int64_t invoice, std::int64_t amount, std::int64_t paid, std::string_view currency);
// Adds `units` of its currency (taken away below zero) to what is paid of an invoice; other documents stay as they are.
void add_paid(entity::SaveContext& save, const entity::Link& document, std::int64_t units);

}  // namespace money
