// Rates in force on a day: of VAT (dated rows of one kind) and of currencies (rows of the engine's currency_rate).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/base/decimal.hpp"
#include "server/base/time.hpp"
#include "server/entity/query.hpp"

namespace catalog {

// The row of `code` in force on `day`; nullopt when there is none. Of several the one that began last.
std::optional<entity::Record> vat_rate_on(const entity::QueryContext& context, std::string_view code, base::Date day);
bool is_in_force(const entity::Record& dated, base::Date day);  // valid_from <= day <= valid_to, an open end is endless

// Rates are not published on days off: an earlier one serves, but not one older than this.
inline constexpr int kOldestRateDays = 14;
// Units of the base currency for one unit of `currency`, scale 6; 1 for the base currency itself; nullopt: no rate on that day.
std::optional<base::Decimal> currency_rate_on(const entity::QueryContext& context, std::string_view currency, base::Date day);

}  // namespace catalog
