// What clients owe, by age: worked out anew from posted invoices that are not paid, with the rights of the caller.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "server/base/json_writer.hpp"
#include "server/entity/query.hpp"

namespace money {

// By days past the due date. kNoTerm: the invoice names none.
enum class Age { kNotDue, kTo30, kTo60, kTo90, kOver90, kNoTerm };
inline constexpr std::array<std::string_view, 6> kAges{"not_due", "to_30", "to_60", "to_90", "over_90", "no_term"};
Age age_of(std::int64_t days_late);

struct Debt {
  std::int64_t count = 0, units = 0;  // of the base currency
};
struct Debts {
  std::array<Debt, kAges.size()> ages;
  void add(Age age, std::int64_t units);
  Debt total() const;
  Debt overdue() const;  // kTo30 … kOver90
};

enum class Split { kNone, kOwner, kCompany, kOwnCompany };

struct ReceivablesRequest {
  std::int64_t today = 0;  // days
  Split split = Split::kNone;
  json::value filter;  // over invoices, null: all
  entity::Filter parsed;
  int limit = 100;  // groups given, the largest debts first
};
// {"split"?, "filter"?, "limit"?}; `today` in the caller's time zone. Errors as of filters; split unknown_option, limit out_of_range.
ReceivablesRequest parse_receivables(const json::object& body, const entity::FilterContext& context);

struct Receivables {
  Debts total;
  std::map<std::int64_t, Debts> groups;  // by id; 0: none
};
Receivables reckon(const entity::QueryContext& context, const ReceivablesRequest& request);

// docs/reference/receivables.md
void write_receivables(const entity::QueryContext& context, const ReceivablesRequest& request, const Receivables& result,
                       base::JsonWriter& out);

}  // namespace money
