// Sums of money between a payment and the documents it pays: currencies by the rate of the payment's day, what is left of either.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/entity/lookup.hpp"
#include "server/entity/questions.hpp"
#include "server/entity/record_service.hpp"

namespace money {

inline constexpr int kScale = 2;  // of every sum in this module: hundredths

// Units of the base currency for one of `currency` on `day`, scale 6. Error field `path`: no_rate_on {currency, date}.
base::Decimal rate_on(const entity::QueryContext& context, const entity::Questions& questions, std::string_view currency, std::int64_t day,
                      const std::string& path);
// `units` of a currency with rate `from` in units of one with rate `to`, half up. Error field `path`: too_large.
std::int64_t convert(std::int64_t units, const base::Decimal& from, const base::Decimal& to, const std::string& path);

std::int64_t units_of(const entity::Record& record, std::string_view field);    // 0: empty
std::string currency_of(const entity::Record& record, std::string_view field);  // "": empty
entity::Money make_money(std::int64_t units, std::string_view currency, const base::Decimal& rate);
json::object money_json(std::int64_t units, std::string_view currency);
std::string sum_text(std::int64_t units, std::string_view currency);  // "1200.00 RUB", for messages
std::string day_text(std::int64_t day);                               // "22.11.2026"

// Reading as the system inside the transaction of a save.
class SystemContext {
 public:
  explicit SystemContext(entity::SaveContext& save)
      : caller_(entity::Caller::system()), context_{save.connection(), save.registry(), *caller_, save.now()} {}
  const entity::QueryContext& get() const { return context_; }

 private:
  const entity::CallerPtr caller_;
  const entity::QueryContext context_;
};

// "unpaid", "partial", "paid", "overpaid".
std::string_view payment_state(std::int64_t amount, std::int64_t paid);

}  // namespace money
