// Payments and the invoices they are for.
#include "modules/money/server/matching.hpp"

#include <gtest/gtest.h>

namespace money {
namespace {

OpenInvoice invoice(std::int64_t id, const std::string& number, std::int64_t open, std::int64_t company = 1, std::int64_t date = 20'000) {
  return {id, company, number, "RUB", date, open};
}
Incoming incoming(std::int64_t units, const std::string& purpose, std::vector<std::int64_t> companies = {1}) {
  return {units, "RUB", purpose, std::move(companies)};
}
// "verdict reason: invoice=units …"
std::string told(const Match& match) {
  std::string text = match.verdict == Match::Verdict::kMatched   ? "matched "
                     : match.verdict == Match::Verdict::kAdvance ? "advance "
                                                                 : "review ";
  text += match.reason;
  for (const auto& part : match.parts) text += " " + std::to_string(part.invoice) + "=" + std::to_string(part.units);
  return text;
}
using Words = std::vector<std::string>;

TEST(Matching, NumbersAreReadOutOfThePurpose) {
  EXPECT_EQ(read_purpose("Оплата по счёту № 12 от 01.03.2026, в т.ч. НДС 22% 6864.00").numbers, Words{"12"});
  EXPECT_EQ(read_purpose("Оплата по счетам №№ 12, 13 и 14 от 05.03.2026г. за товар 7 шт").numbers, (Words{"12", "13", "14"}));
  EXPECT_EQ(read_purpose("сч. РМ-00012 от 5 марта 2026 г., РМ-00013").numbers, (Words{"PM12", "PM13"}));
  EXPECT_EQ(read_purpose("Invoice no. 45/2 dated 01.02.2026").numbers, Words{"45/2"});
  EXPECT_EQ(read_purpose("За ремонт кабинета 305").numbers, Words{});
  EXPECT_EQ(read_purpose("Счет 8 сумма 6864,00 без НДС").numbers, Words{"8"});
  EXPECT_EQ(canonical_number("СЧ-00012"), canonical_number("cч 12"));
  EXPECT_NE(canonical_number("12/2"), canonical_number("122"));
  EXPECT_EQ(canonical_number("0"), "0");
}

TEST(Matching, ANumberWithItsSumIsExact) {
  const std::vector<OpenInvoice> open{invoice(5, "РМ-00012", 1000), invoice(6, "РМ-00013", 2500), invoice(7, "РМ-00112", 1000)};
  EXPECT_EQ(told(match_payment(incoming(1000, "Счет РМ-00012"), open, {})), "matched number_and_sum 5=1000");
  EXPECT_EQ(told(match_payment(incoming(1000, "оплата счета 12"), open, {})), "matched number_and_sum 5=1000");
  EXPECT_EQ(told(match_payment(incoming(3500, "счета № 12 и № 13"), open, {})), "matched number_and_sum 5=1000 6=2500");
  EXPECT_EQ(told(match_payment(incoming(700, "сч. 13, аванс"), open, {})), "matched number_partial 6=700");
  EXPECT_EQ(told(match_payment(incoming(2500, "за материалы"), open, {})), "matched sum 6=2500");
}

TEST(Matching, WhatIsNotSureGoesToAPersonWithReasons) {
  const std::vector<OpenInvoice> open{invoice(5, "РМ-00012", 1000), invoice(6, "РМ-00013", 2500), invoice(7, "РМ-00112", 1000)};
  EXPECT_EQ(told(match_payment(incoming(1500, "Счет РМ-00012"), open, {})), "review larger_than_invoice");
  EXPECT_EQ(told(match_payment(incoming(3000, "счета 12, 13"), open, {})), "review several_numbers") << "which of them is paid in part";
  EXPECT_EQ(told(match_payment(incoming(1000, "счет № 99"), open, {})), "review number_not_found") << "though a sum fits";
  EXPECT_EQ(told(match_payment(incoming(1000, "за товар"), open, {})), "review same_sum");
  EXPECT_EQ(told(match_payment(incoming(2500, "за товар"), open, {}, {false})), "review sum_not_found") << "switched off";
  const auto combined = match_payment(incoming(3500, "за товар"), open, {});
  EXPECT_EQ(told(combined), "review sum_not_found");
  ASSERT_FALSE(combined.candidates.empty());
  EXPECT_EQ(combined.candidates[0].reasons, (Words{"combination", "sum"}));
  EXPECT_EQ(combined.candidates[0].parts.size(), 2u);
  EXPECT_EQ(told(match_payment(incoming(500, "спасибо"), {}, {})), "advance no_debts");
  EXPECT_EQ(told(match_payment(incoming(500, "счет 1", {}), {}, {})), "review company_unknown");
  const auto foreign = match_payment(incoming(700, "за ООО Лес по счету ЛС-77"), open, {invoice(9, "ЛС-77", 700, 2)});
  EXPECT_EQ(told(foreign), "review number_not_found");
  EXPECT_EQ(foreign.candidates[0].reasons, (Words{"number", "sum", "other_company"}));
  auto euro = open;
  for (auto& each : euro) each.currency = "EUR";
  EXPECT_EQ(told(match_payment(incoming(1000, "Счет РМ-00012"), euro, {})), "advance no_debts") << "another currency is not the same sum";
}

TEST(Matching, OfEqualNumbersTheDateTells) {
  const std::vector<OpenInvoice> open{invoice(5, "12", 1000, 1, 20'513), invoice(6, "12", 1000, 1, 20'149)};
  EXPECT_EQ(told(match_payment(incoming(1000, "счет 12"), open, {})), "review several_numbers");
  EXPECT_EQ(told(match_payment(incoming(1000, "счет 12 от 01.03.2026"), open, {})), "matched number_and_sum 5=1000");
}

TEST(Matching, TwoCompaniesWithOneInnAreToldApartByTheirInvoices) {
  const std::vector<OpenInvoice> open{invoice(5, "РМ-1", 1000, 1), invoice(6, "РМ-2", 1000, 2)};
  const auto match = match_payment(incoming(1000, "счет РМ-2", {1, 2}), open, {});
  EXPECT_EQ(told(match), "matched number_and_sum 6=1000");
  EXPECT_EQ(match.company, 2);
  EXPECT_EQ(told(match_payment(incoming(9, "без номера", {1, 2}), {}, {})), "review several_companies");
}

}  // namespace
}  // namespace money
