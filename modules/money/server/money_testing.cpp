#include "modules/money/server/money_testing.hpp"

namespace money {

std::int64_t MoneyTest::draft(const std::string& price, const json::object& more) {
  return document("invoices", {json::object{{"name", "Товар"}, {"quantity", "1"}, {"price", price}}}, more);
}

std::int64_t MoneyTest::invoice(const std::string& price, const json::object& more) {
  const auto id = draft(price, more);
  posted("invoices", id);
  return id;
}

app::Answer MoneyTest::pay(const std::string& amount, const json::array& allocations, const json::object& more) {
  json::object values = more;
  if (!values.contains("company")) values["company"] = client;
  if (!values.contains("amount")) values["amount"] = amount;
  if (!allocations.empty()) values["allocations"] = allocations;
  return post("/payments", values);
}

json::object MoneyTest::part(std::int64_t invoice, const std::string& amount) {
  json::object object{{"invoice", invoice}};
  if (!amount.empty()) object["amount"] = amount;
  return object;
}

std::string MoneyTest::paid(std::int64_t invoice) {
  const auto record = get(address("invoices", invoice));
  return std::string(record.at("payment_state").as_string()) + " " + amount(record, "paid_amount");
}

std::string MoneyTest::standing(std::int64_t payment) {
  const auto record = get(address("payments", payment));
  return std::string(record.at("allocation_state").as_string()) + " " + amount(record, "allocated_amount") + " " +
         amount(record, "advance_amount");
}

}  // namespace money
