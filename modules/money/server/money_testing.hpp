// What tests of money share: a program with an organisation, its account, a client and posted invoices.
#pragma once

#include <string>
#include <vector>

#include "server/app/tests/api_testing.hpp"

namespace money {

using Faults = std::vector<std::string>;

class MoneyTest : public app::ApiTest {
 protected:
  MoneyTest();

  app::ApiServer server{GetParam()};
  std::int64_t own = 0, account = 0, client = 0;

  app::Answer post(std::string_view path, const json::object& values = {}) { return server.call(server.admin(), "POST", path, values); }
  app::Answer patch(const std::string& path, const json::object& values) { return server.call(server.admin(), "PATCH", path, values); }
  app::Answer remove(const std::string& path) { return server.call(server.admin(), "DELETE", path); }
  std::int64_t create(std::string_view path, const json::object& values);
  json::value get(const std::string& path);
  // An invoice of the client with one line of this price, and a posted one.
  std::int64_t draft(const std::string& price, const json::object& more = {});
  std::int64_t invoice(const std::string& price, const json::object& more = {});
  app::Answer pay(const std::string& amount, const json::array& allocations = {}, const json::object& more = {});
  static json::object part(std::int64_t invoice, const std::string& amount = "");
  // "partial 15.50"
  std::string paid(std::int64_t invoice);
  // "state allocated advance"
  std::string standing(std::int64_t payment);
  // "path code" of each field error.
  static Faults faults(const app::Answer& answer);
  static std::string amount(const json::value& record, const char* field = "amount");
  static std::string address(const std::string& plural, std::int64_t id) { return "/" + plural + "/" + std::to_string(id); }
};

// Hundredths of "12.34".
std::int64_t units(const std::string& amount);

}  // namespace money
