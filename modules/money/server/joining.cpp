#include "modules/money/server/joining.hpp"

#include <array>

#include "modules/money/server/sums.hpp"
#include "server/base/time.hpp"

namespace money {

namespace {

using entity::Record;

constexpr std::array<std::string_view, 9> kTexts{"number",      "purpose",         "partner_name", "partner_inn", "partner_kpp",
                                                 "partner_bik", "partner_account", "partner_bank", "bank_key"};
constexpr std::array<std::string_view, 2> kLinks{"own_account", "statement"};

json::object sum_of(const Record& payment) { return money_json(units_of(payment, "amount"), currency_of(payment, "amount")); }

}  // namespace

bool may_join(const Record& entered, const json::object& line) {
  return !entered.deleted && entered.text("state") == "posted" && is_empty(entered.get("bank_key")) &&
         entered.text("direction") == base::json_string(line, "direction") && sum_of(entered) == line.at("amount");
}

json::object joined_values(const entity::Registry& registry, const json::object& line, const Record& entered) {
  json::object values{{"version", entered.version}, {"state", "posted"}};
  const auto take = [&](std::string_view field) {
    if (const auto* value = line.if_contains(field); value != nullptr && !value->is_null()) values[field] = *value;
  };
  for (const auto field : {"direction", "amount", "statement_line"}) take(field);
  for (const auto field : kTexts) take(field);
  for (const auto field : kLinks) take(field);
  if (entered.link_id("company") == 0) take("company");
  const bool pays = units_of(entered, "allocated_amount") != 0;
  // What is paid in another currency was reckoned by the rate of the day.
  if (!pays || currency_of(entered, "amount") == registry.company().base_currency) take("date");
  if (!pays) take("allocations");
  return values;
}

json::object stored_values(const Record& payment) {
  json::object line{{"direction", payment.text("direction")},
                    {"amount", sum_of(payment)},
                    {"date", base::to_string(base::from_days(payment.integer("date")))},
                    {"statement_line", payment.integer("statement_line")}};
  for (const auto field : kTexts) {
    if (const auto text = payment.text(field); !text.empty()) line[field] = text;
  }
  for (const std::string_view field : {"own_account", "statement", "company"}) {
    if (const auto id = payment.link_id(field); id != 0) line[field] = id;
  }
  return line;
}

}  // namespace money
