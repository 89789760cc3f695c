// Credit limits: what a company owes against what it may owe, looked at when an invoice or an order is posted.
#pragma once

#include <optional>
#include <string>

#include "server/base/json_writer.hpp"
#include "server/entity/query.hpp"
#include "server/entity/record_service.hpp"

namespace money {

// In units of the base currency.
struct Credit {
  std::optional<std::int64_t> limit;  // none: as much as it likes
  std::string control;                // "off", "warn", "refuse": of the limit, else of the settings
  std::int64_t debt = 0, overdue = 0, advances = 0;
  std::int64_t oldest_late = 0;  // days past the due date
  std::int64_t used() const { return debt > advances ? debt - advances : 0; }
};
// With the rights of the context's caller; invoices overdue by up to `overdue_days` of the settings are not late yet.
Credit credit_of(const entity::QueryContext& context, std::int64_t company, std::int64_t today);
// {"limit","control","debt","overdue","advances","available","oldest_late","currency"}
void write_credit(const entity::QueryContext& context, std::int64_t company, base::JsonWriter& out);

// On posting: beyond the limit, or with overdue debts of a company that has a limit. "refuse": field errors amount over_credit_limit
// {limit, used, amount}, company has_overdue_debts {overdue, days}; "warn": the same as marks of the document.
class CreditBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
};

// The name; one limit a company (field error limit_exists).
class CreditLimitBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
};

}  // namespace money
