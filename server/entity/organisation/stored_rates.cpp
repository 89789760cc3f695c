#include "server/entity/organisation/stored_rates.hpp"

#include "server/entity/storage.hpp"

namespace entity {

std::optional<base::Decimal> StoredRates::rate(std::string_view currency) const {
  const auto* rates = registry_.find("currency_rate");
  const auto* field = rates ? rates->field("rate") : nullptr;
  if (!field) return std::nullopt;
  auto statement =
      connection_.prepare("currency_rate", "SELECT rate FROM " + table_of(*rates) +
                                               " WHERE deleted_at IS NULL AND currency__fold=$1 AND day<=$2 ORDER BY day DESC LIMIT 1");
  std::string folded(currency);
  for (auto& c : folded) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  statement.bind_text(1, folded).bind(2, base::to_days(std::chrono::floor<std::chrono::days>(now_)));
  if (!statement.step() || statement.is_null(0)) return std::nullopt;
  return base::Decimal{statement.integer(0), field->scale};
}

}  // namespace entity
