// Lines of a bank's file and what people entered before.
#include "modules/money/server/entered.hpp"

#include <gtest/gtest.h>

namespace money {
namespace {

Entered entered(std::int64_t id, std::int64_t day = 20'000, const std::string& number = "") {
  Entered one{id, 1, 7, 0, true, false, 100, day, "RUB", number, ""};
  return one;
}
Arrived arrived(std::int64_t day = 20'000, const std::string& number = "15") {
  Arrived one{7, 3, true, 100, day, day, "RUB", number, "7736207543", {1}};
  return one;
}
// "id", "?id id" of what it may be, "new", for each line.
std::string told(const std::vector<Entered>& payments, const std::vector<Arrived>& lines) {
  std::string text;
  for (const auto& each : recognise(payments, lines)) {
    text += text.empty() ? "" : ", ";
    if (each.same) {
      text += std::to_string(payments[*each.same].id);
      continue;
    }
    if (each.alike.empty()) text += "new";
    for (const auto id : each.alike) text += (id == each.alike.front() ? "?" : " ") + std::to_string(id);
  }
  return text;
}

TEST(EnteredPayments, ALineOfTheSamePayerSumAndDaysIsThePaymentItself) {
  EXPECT_EQ(told({entered(5)}, {arrived()}), "5");
  EXPECT_EQ(told({entered(5, 20'005)}, {arrived()}), "5") << "looked at after a weekend";
  EXPECT_EQ(told({entered(5, 20'000, "0015")}, {arrived()}), "5");
  auto by_inn = entered(5);
  by_inn.company = 0;
  EXPECT_EQ(told({by_inn}, {arrived()}), "new") << "nothing says from whom";
  by_inn.inn = "7736207543";
  EXPECT_EQ(told({by_inn}, {arrived()}), "5");
  auto late = arrived(19'990);
  late.booked_on = 20'000;
  EXPECT_EQ(told({entered(5)}, {late}), "5") << "the day when it came counts too";
}

TEST(EnteredPayments, OtherSumsDirectionsAndPayersAreOtherPayments) {
  auto other = entered(5);
  other.units = 101;
  EXPECT_EQ(told({other}, {arrived()}), "new");
  other = entered(5);
  other.currency = "EUR";
  EXPECT_EQ(told({other}, {arrived()}), "new");
  other = entered(5);
  other.is_in = false;
  EXPECT_EQ(told({other}, {arrived()}), "new");
  other = entered(5);
  other.company = 2;
  EXPECT_EQ(told({other}, {arrived()}), "new");
  EXPECT_EQ(told({entered(5, 20'015)}, {arrived()}), "new");
}

TEST(EnteredPayments, WhatIsNearlyAlikeIsAsked) {
  EXPECT_EQ(told({entered(5, 20'006)}, {arrived()}), "?5") << "the days are far apart";
  EXPECT_EQ(told({entered(5, 20'000, "16")}, {arrived()}), "?5") << "another number";
  auto other = entered(5);
  other.own_account = 4;
  EXPECT_EQ(told({other}, {arrived()}), "?5") << "another account of ours";
  other = entered(5, 20'000, "15");
  other.company = 2;
  EXPECT_EQ(told({other}, {arrived()}), "?5") << "paid for another company";
  other = entered(5);
  other.invoices = {30};
  auto line = arrived();
  line.invoices = {31};
  EXPECT_EQ(told({other}, {line}), "?5") << "the line names an invoice that the payment is not for";
  line.invoices = {30};
  EXPECT_EQ(told({other}, {line}), "5") << "paid in part before";
}

TEST(EnteredPayments, OfSeveralTheNumberTellsThenTheDayElseAPerson) {
  EXPECT_EQ(told({entered(5), entered(6, 20'000, "15")}, {arrived()}), "6");
  EXPECT_EQ(told({entered(5, 20'002), entered(6)}, {arrived()}), "6");
  EXPECT_EQ(told({entered(5), entered(6)}, {arrived()}), "?5 6");
  EXPECT_EQ(told({entered(5, 20'001), entered(6, 20'003)}, {arrived()}), "?5 6");
  EXPECT_EQ(told({entered(5), entered(6, 20'003)}, {arrived(20'002, "1"), arrived(20'000, "2")}), "6, 5") << "each is taken once";
  EXPECT_EQ(told({entered(5)}, {arrived(20'000, "1"), arrived(20'000, "2")}), "5, new");
  auto first = entered(5), second = entered(6);
  first.is_in = second.is_in = false;
  auto out = arrived();
  out.is_in = false;
  EXPECT_EQ(told({first, second}, {out, out}), "5, 6") << "nothing depends on which of them it is";
}

}  // namespace
}  // namespace money
