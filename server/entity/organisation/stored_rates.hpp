// Currency rates from the system entity currency_rate: base units for one unit, dated.
#pragma once

#include "server/base/time.hpp"
#include "server/entity/field_type.hpp"
#include "server/store/database.hpp"

namespace entity {

// The latest rate on or before the day of `now` (UTC). Asks the database only for foreign money. Used within one
// transaction; the arguments outlive it.
class StoredRates final : public CurrencyRates {
 public:
  StoredRates(store::Connection& connection, const Registry& registry, base::Instant now)
      : connection_(connection), registry_(registry), now_(now) {}
  std::optional<base::Decimal> rate(std::string_view currency) const override;

 private:
  store::Connection& connection_;
  const Registry& registry_;
  base::Instant now_;
};

}  // namespace entity
