// What tests of money share beside the office: posted invoices and payments.
#pragma once

#include "server/app/tests/office_testing.hpp"

namespace money {

using app::Faults;
using app::units;

class MoneyTest : public app::OfficeTest {
 protected:
  // An invoice of the client with one line of this price, and a posted one.
  std::int64_t draft(const std::string& price, const json::object& more = {});
  std::int64_t invoice(const std::string& price, const json::object& more = {});
  app::Answer pay(const std::string& amount, const json::array& allocations = {}, const json::object& more = {});
  static json::object part(std::int64_t invoice, const std::string& amount = "");
  // "partial 15.50"
  std::string paid(std::int64_t invoice);
  // "state allocated advance"
  std::string standing(std::int64_t payment);
};

}  // namespace money
