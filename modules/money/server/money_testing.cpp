#include "modules/money/server/money_testing.hpp"

#include "server/base/decimal.hpp"

namespace money {

MoneyTest::MoneyTest() {
  own = create("/own-companies", {{"name", "ООО Ромашка"}, {"inn", "7707083893"}, {"kpp", "773601001"}, {"number_prefix", "РМ-"}});
  account =
      create("/own-accounts", {{"own_company", own}, {"bik", "044525225"}, {"account", "40702810200000000001"}, {"bank_name", "Сбербанк"}});
  client = create("/companies", {{"name", "Покупатель"}, {"inn", "7736207543"}});
}

std::int64_t MoneyTest::create(std::string_view path, const json::object& values) {
  const auto answer = post(path, values);
  EXPECT_EQ(answer.status, 201) << path << " " << answer.text;
  return answer.status == 201 ? answer.id() : 0;
}

json::value MoneyTest::get(const std::string& path) {
  const auto answer = server.get(server.admin(), path);
  EXPECT_EQ(answer.status, 200) << path << " " << answer.text;
  return answer.body;
}

std::int64_t MoneyTest::draft(const std::string& price, const json::object& more) {
  json::object values = more;
  if (!values.contains("company")) values["company"] = client;
  values["lines"] = json::array{json::object{{"name", "Товар"}, {"quantity", "1"}, {"price", price}}};
  return create("/invoices", values);
}

std::int64_t MoneyTest::invoice(const std::string& price, const json::object& more) {
  const auto id = draft(price, more);
  const auto answer = post(address("invoices", id) + ":post");
  EXPECT_EQ(answer.status, 200) << answer.text;
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

Faults MoneyTest::faults(const app::Answer& answer) {
  Faults all;
  const auto* errors = answer.body.is_object() ? answer.body.as_object().if_contains("errors") : nullptr;
  if (errors == nullptr) return all;
  for (const auto& error : errors->as_array())
    all.push_back(std::string(error.at("path").as_string()) + " " + std::string(error.at("code").as_string()));
  return all;
}

std::string MoneyTest::amount(const json::value& record, const char* field) {
  const auto& value = record.at(field);
  return value.is_null() ? std::string("null") : std::string(value.at("amount").as_string());
}

std::int64_t units(const std::string& amount) {
  const auto value = base::parse_decimal(amount, 2);
  EXPECT_TRUE(value) << amount;
  return value ? value->units : 0;
}

}  // namespace money
