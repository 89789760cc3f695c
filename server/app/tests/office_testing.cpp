#include "server/app/tests/office_testing.hpp"

#include "server/base/decimal.hpp"

namespace app {

OfficeTest::OfficeTest() {
  own = create("/own-companies", {{"name", "ООО Ромашка"}, {"inn", "7707083893"}, {"kpp", "773601001"}, {"number_prefix", "РМ-"}});
  account =
      create("/own-accounts", {{"own_company", own}, {"bik", "044525225"}, {"account", "40702810200000000001"}, {"bank_name", "Сбербанк"}});
  client = create("/companies", {{"name", "Покупатель"}, {"inn", "7736207543"}});
}

std::int64_t OfficeTest::create(std::string_view path, const json::object& values) {
  const auto answer = post(path, values);
  EXPECT_EQ(answer.status, 201) << path << " " << answer.text;
  return answer.status == 201 ? answer.id() : 0;
}

json::value OfficeTest::get(const std::string& path) {
  const auto answer = server.get(server.admin(), path);
  EXPECT_EQ(answer.status, 200) << path << " " << answer.text;
  return answer.body;
}

std::int64_t OfficeTest::document(const std::string& plural, const json::array& lines, const json::object& more) {
  json::object values = more;
  if (!values.contains("company")) values["company"] = client;
  values["lines"] = lines;
  return create("/" + plural, values);
}

json::value OfficeTest::posted(const std::string& plural, std::int64_t id) {
  const auto answer = post(address(plural, id) + ":post");
  EXPECT_EQ(answer.status, 200) << answer.text;
  return answer.body;
}

Faults OfficeTest::faults(const Answer& answer) {
  Faults all;
  const auto* errors = answer.body.is_object() ? answer.body.as_object().if_contains("errors") : nullptr;
  if (errors == nullptr) return all;
  for (const auto& error : errors->as_array())
    all.push_back(std::string(error.at("path").as_string()) + " " + std::string(error.at("code").as_string()));
  return all;
}

std::string OfficeTest::amount(const json::value& record, const char* field) {
  const auto& value = record.at(field);
  return value.is_null() ? std::string("null") : std::string(value.at("amount").as_string());
}

std::int64_t units(const std::string& amount) {
  const auto value = base::parse_decimal(amount, 2);
  EXPECT_TRUE(value) << amount;
  return value ? value->units : 0;
}

}  // namespace app
