// Mutual settlements with a company over a period: what was shipped to it and what it paid.
//
// Debit: posted acts and waybills, and the differences of posted correction tax invoices; credit: payments, where a module keeps them in
// an entity `payment` (company, date, amount, own_company, direction in|out, number). Only documents in the currency asked for. What the
// caller may not read is not in the rows nor in the balances, and is counted in `left_out`.
#pragma once

#include <optional>
#include <string>

#include "server/base/json.hpp"
#include "server/base/time.hpp"
#include "server/entity/query.hpp"

namespace documents {

struct ReconciliationRequest {
  std::int64_t company = 0, own_company = 0;  // own_company 0: all of ours
  base::Date from, to;                        // both within the period
  std::string currency;
};

// {"company","own_company","from","to","currency","opening":{"debit","credit"},"rows":[{"date","entity","id","number","title","debit","credit"}],
//  "turnover":{…},"closing":{…},"left_out":N}. Amounts are decimal text; one of opening's two is "0.00". Error field company
//  unknown_record.
json::object reconciliation(const entity::QueryContext& context, const ReconciliationRequest& request);

}  // namespace documents
