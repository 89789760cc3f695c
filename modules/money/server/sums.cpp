#include "modules/money/server/sums.hpp"

#include <chrono>
#include <cstdio>

#include "server/base/error.hpp"

namespace money {

using base::Decimal;
using entity::Record;

Decimal rate_on(const entity::QueryContext& context, const entity::Questions& questions, std::string_view currency, std::int64_t day,
                const std::string& path) {
  if (currency == context.registry.company().base_currency) return {1'000'000, 6};
  const std::string date = base::to_string(base::from_days(day));
  const auto answer = questions.ask("catalog.currency_rate", context, {{"currency", currency}, {"date", date}});
  const auto* text = answer.if_contains("rate");
  const auto rate = text != nullptr && text->is_string() ? base::parse_decimal(text->as_string(), 6) : std::nullopt;
  if (!rate || rate->units <= 0) throw base::Error::field(path, "no_rate_on", {{"currency", std::string(currency)}, {"date", date}});
  return *rate;
}

std::int64_t convert(std::int64_t units, const Decimal& from, const Decimal& to, const std::string& path) {
  if (from == to) return units;
  const auto result = base::multiply_divide({units, kScale}, from, to, kScale);
  if (!result) throw base::Error::field(path, "too_large");
  return result->units;
}

std::int64_t units_of(const Record& record, std::string_view field) {
  const auto* money = std::get_if<entity::Money>(&record.get(field));
  return money == nullptr ? 0 : money->units;
}

std::string currency_of(const Record& record, std::string_view field) {
  const auto* money = std::get_if<entity::Money>(&record.get(field));
  return money == nullptr ? std::string() : money->currency;
}

entity::Money make_money(std::int64_t units, std::string_view currency, const Decimal& rate) {
  return {units, std::string(currency), convert(units, rate, {1'000'000, 6}, "amount")};
}

json::object money_json(std::int64_t units, std::string_view currency) {
  return {{"amount", base::to_string(Decimal{units, kScale})}, {"currency", currency}};
}

std::string sum_text(std::int64_t units, std::string_view currency) {
  return base::to_string(Decimal{units, kScale}) + " " + std::string(currency);
}

std::string day_text(std::int64_t day) {
  const std::chrono::year_month_day date(base::from_days(day));
  char text[16];
  std::snprintf(text, sizeof text, "%02u.%02u.%04d", static_cast<unsigned>(date.day()) % 100, static_cast<unsigned>(date.month()) % 100,
                static_cast<int>(date.year()) % 10000);
  return text;
}

std::string_view payment_state(std::int64_t amount, std::int64_t paid) {
  if (paid > amount) return "overpaid";
  if (paid == amount) return "paid";
  return paid == 0 ? "unpaid" : "partial";
}

}  // namespace money
