// What a bank file will do: its documents beside the companies, invoices and payments that are there.
#pragma once

#include "modules/money/server/bank_file.hpp"
#include "modules/money/server/matching.hpp"
#include "server/entity/query.hpp"

namespace money {

// Accounts of a file in the order of BankFile::accounts. Error field "file": bank_account_unknown {account}.
struct OwnAccount {
  std::int64_t id = 0, own_company = 0;
  std::string account, currency;
};
std::vector<OwnAccount> own_accounts(const entity::QueryContext& context, const BankFile& file);

// What a file holds before it is loaded: counts and proposals, for the preview.
struct Prepared {
  const BankDocument* document = nullptr;
  std::string key;
  const OwnAccount* account = nullptr;
  bool is_known = false, is_own_transfer = false;
  std::optional<entity::Record> same;  // what a person entered before and that it is, as it was when looked at
  Match match;                         // of incoming ones

  bool is_there() const { return is_known || same; }
};
std::vector<Prepared> prepare(const entity::QueryContext& context, const BankFile& file, const std::vector<OwnAccount>& accounts,
                              const MatchRules& rules);
// The values of a new payment.
json::object payment_values(const Prepared& prepared, std::int64_t statement);

}  // namespace money
