// Payments and what they pay, over the API on both bases.
#include <random>
#include <thread>

#include "modules/money/server/money_testing.hpp"

namespace money {

namespace {

class PaymentTest : public MoneyTest {};

TEST_P(PaymentTest, PartsWholeAndAdvance) {
  const auto first = invoice("100"), second = invoice("50");
  EXPECT_EQ(paid(first), "unpaid 0.00");
  const auto payment = pay("120", {part(first), part(second, "15.50")}).id();
  EXPECT_EQ(paid(first), "paid 100.00");
  EXPECT_EQ(paid(second), "partial 15.50");
  EXPECT_EQ(standing(payment), "partial 115.50 4.50");
  EXPECT_EQ(get(address("payments", payment)).at("owner").at("id").as_int64(), 1);
  const auto late = post(address("payments", payment) + ":allocate", {{"allocations", json::array{part(second)}}});
  EXPECT_EQ(late.status, 200) << late.text;
  EXPECT_EQ(standing(payment), "allocated 120.00 0.00");
  EXPECT_EQ(paid(second), "partial 20.00");
  EXPECT_EQ(standing(pay("7").id()), "advance 0.00 7.00");
  const auto data = get(address("invoices", second) + "/form-data");
  ASSERT_EQ(data.at("payments").as_array().size(), 2u) << "what a printed form sees";
  EXPECT_EQ(data.at("payments").as_array()[0].at("amount").as_string(), "15.50");
}

TEST_P(PaymentTest, MoreThanIsWantedIsNeverBookedSilently) {
  const auto id = invoice("100");
  EXPECT_EQ(faults(pay("150", {part(id, "150")})), Faults{"allocations[0].amount more_than_open"});
  EXPECT_EQ(faults(pay("50", {part(id, "60")})), Faults{"allocations[0].amount more_than_rest"});
  EXPECT_EQ(paid(id), "unpaid 0.00") << "nothing is half booked";
  EXPECT_EQ(get("/payments?fields=id").at("items").as_array().size(), 0u);
  const auto payment = pay("150", {part(id)}).id();
  EXPECT_EQ(standing(payment), "partial 100.00 50.00") << "the rest is an advance";
  EXPECT_EQ(faults(pay("1", {part(id)})), Faults{"allocations[0].document invoice_is_paid"});
  for (const char* sum : {"0", "-5", "0.001", "сто"}) EXPECT_EQ(pay(sum).status, 400) << sum;
  EXPECT_EQ(pay("999999999999999.99").status, 201) << "fifteen digits";
}

TEST_P(PaymentTest, DocumentsOfOthersDraftsAndOutgoingPaymentsAreRefused) {
  const auto id = invoice("100");
  const auto unposted = draft("5");
  const auto other = create("/companies", {{"name", "Другая"}});
  EXPECT_EQ(faults(pay("100", {part(unposted)})), Faults{"allocations[0].document document_not_posted"});
  EXPECT_EQ(faults(pay("100", {part(id)}, {{"company", other}})), Faults{"allocations[0].document invoice_of_other_company"});
  EXPECT_EQ(faults(pay("100", {part(id)}, {{"direction", "out"}})), Faults{"allocations payment_not_incoming"});
  EXPECT_EQ(faults(pay("100", {part(id), part(id)})), Faults{"allocations[1].document document_named_twice"});
  const auto answer = pay("100", {part(id)}, {{"company", nullptr}});
  ASSERT_EQ(answer.status, 201) << answer.text;
  EXPECT_EQ(answer.body.at("company").at("id").as_int64(), client) << "the invoice tells the company";
}

TEST_P(PaymentTest, TakingBackCancellingAndDeletingOpenTheInvoiceAgain) {
  const auto id = invoice("100");
  const auto payment = pay("100", {part(id)}).id();
  EXPECT_EQ(faults(post(address("invoices", id) + ":cancel")), Faults{"state invoice_has_payments"});
  EXPECT_EQ(faults(patch(address("payments", payment), {{"amount", "99"}})), Faults{"amount less_than_allocated"});
  EXPECT_EQ(faults(patch(address("payments", payment), {{"date", "2020-01-01"}})), Faults{"date payment_is_allocated"});
  EXPECT_EQ(post(address("payments", payment) + ":unallocate").status, 200);
  EXPECT_EQ(paid(id), "unpaid 0.00");
  EXPECT_EQ(standing(payment), "advance 0.00 100.00");
  const auto single =
      create("/payment-allocations", {{"payment", payment}, {"document", {{"entity", "invoice"}, {"id", id}}}, {"amount", "40"}});
  EXPECT_EQ(paid(id), "partial 40.00");
  EXPECT_EQ(patch(address("payment-allocations", single), {{"amount", "50"}}).status, 400);
  EXPECT_EQ(remove(address("payment-allocations", single)).status, 204);
  EXPECT_EQ(paid(id), "unpaid 0.00");
  EXPECT_EQ(post(address("payment-allocations", single) + ":restore").status, 200);
  EXPECT_EQ(paid(id), "partial 40.00");
  EXPECT_EQ(post(address("payments", payment) + ":cancel", {{"reason", "ошибка банка"}}).status, 200);
  EXPECT_EQ(paid(id), "unpaid 0.00");
  EXPECT_EQ(standing(payment), "none 0.00 100.00");
  EXPECT_EQ(faults(post(address("payments", payment) + ":allocate", {{"allocations", json::array{part(id)}}}))[0],
            "allocations payment_is_cancelled");
  const auto gone = pay("30", {part(id)}).id();
  EXPECT_EQ(remove(address("payments", gone)).status, 204);
  EXPECT_EQ(paid(id), "unpaid 0.00");
  EXPECT_EQ(post(address("payments", gone) + ":restore").status, 200);
  EXPECT_EQ(standing(gone), "advance 0.00 30.00");
  EXPECT_EQ(post(address("invoices", id) + ":cancel").status, 200);
}

TEST_P(PaymentTest, CurrenciesConvertByTheRateOfThePaymentsDay) {
  create("/currency-rates", {{"currency", "USD"}, {"day", "2026-03-01"}, {"rate", "90.5"}});
  create("/currency-rates", {{"currency", "USD"}, {"day", "2026-03-10"}, {"rate", "92.345678"}});
  const auto id = invoice("100", {{"currency", "USD"}, {"date", "2026-03-01"}});
  EXPECT_EQ(faults(pay("10", {part(id)}, {{"date", "2025-01-01"}})), Faults{"allocations[0].amount no_rate_on"});
  const auto payment = pay("5000", {part(id)}, {{"date", "2026-03-10"}}).id();
  EXPECT_EQ(paid(id), "partial 54.14") << "5000 / 92.345678";
  EXPECT_EQ(standing(payment), "allocated 5000.00 0.00");
  const auto last = pay("9000", {part(id)}, {{"date", "2026-03-10"}}).id();
  EXPECT_EQ(paid(id), "paid 100.00");
  EXPECT_EQ(standing(last), "partial 4234.97 4765.03") << "45.86 × 92.345678";
  const auto dollars = pay("12", {}, {{"date", "2026-03-10"}, {"amount", json::object{{"amount", "12"}, {"currency", "USD"}}}});
  EXPECT_EQ(dollars.status, 201) << dollars.text;
}

TEST_P(PaymentTest, TwoPaymentsOfOneInvoiceAtOnceLoseNothing) {
  const auto id = invoice("100");
  std::vector<std::thread> threads;
  std::atomic<int> paid_by{0}, refused{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 4; ++k) {
        const auto answer = pay("5", {part(id, "5")});
        (answer.status == 201 ? paid_by : refused)++;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(paid_by, 20) << "as many as it wants, the others are refused";
  EXPECT_EQ(refused, 12);
  EXPECT_EQ(paid(id), "paid 100.00");
}

// Sums of allocations and what payments and invoices say of themselves agree after whatever people do.
TEST_P(PaymentTest, SumsAgreeAfterRandomChanges) {
  std::mt19937 random(5);
  const auto any = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
  std::vector<std::int64_t> invoices, payments;
  for (int i = 0; i < 6; ++i) invoices.push_back(invoice(std::to_string(10 + any(90)) + "." + std::to_string(10 + any(89))));
  for (int i = 0; i < 60; ++i) {
    const auto what = any(10);
    if (payments.empty() || what < 4) {
      json::array parts;
      if (any(3) != 0) parts.push_back(part(invoices[any(6)], any(2) == 0 ? std::to_string(1 + any(40)) : ""));
      const auto answer = pay(std::to_string(1 + any(80)) + ".37", parts);
      if (answer.status == 201) payments.push_back(answer.id());
    } else if (what < 7) {
      post(address("payments", payments[any(payments.size())]) + ":allocate", {{"allocations", json::array{part(invoices[any(6)])}}});
    } else if (what < 9) {
      post(address("payments", payments[any(payments.size())]) + ":unallocate");
    } else {
      post(address("payments", payments[any(payments.size())]) + ":cancel");
    }
  }
  std::map<std::int64_t, std::int64_t> by_payment, by_invoice;
  const auto list = post("/payment-allocations:query", {{"limit", 1000}, {"fields", {"payment", "document", "amount", "document_amount"}}});
  for (const auto& each : list.body.at("items").as_array()) {
    by_payment[each.at("payment").at("id").as_int64()] += units(amount(each));
    by_invoice[each.at("document").at("id").as_int64()] += units(amount(each, "document_amount"));
  }
  EXPECT_FALSE(by_payment.empty());
  for (const auto id : payments) {
    const auto record = get(address("payments", id));
    EXPECT_EQ(units(amount(record, "allocated_amount")), by_payment[id]);
    EXPECT_EQ(units(amount(record, "advance_amount")), units(amount(record)) - by_payment[id]);
  }
  for (const auto id : invoices) {
    const auto record = get(address("invoices", id));
    const auto whole = units(amount(record)), sum = by_invoice[id];
    EXPECT_EQ(units(amount(record, "paid_amount")), sum);
    EXPECT_LE(sum, whole);
    EXPECT_EQ(record.at("payment_state").as_string(), sum == 0 ? "unpaid" : sum < whole ? "partial" : "paid");
  }
}

TEST_P(PaymentTest, WhoMayNotChangeThePaymentDoesNotShareItOut) {
  const auto id = invoice("100");
  const auto payment = pay("100").id();
  const auto reader = server.add_user(
      "Читатель",
      {{"payment", {{"read", "all"}}}, {"invoice", {{"read", "all"}}}, {"payment_allocation", {{"create", "all"}, {"read", "all"}}}});
  const json::object wish{{"payment", payment}, {"document", {{"entity", "invoice"}, {"id", id}}}};
  EXPECT_EQ(server.call(reader, "POST", "/payment-allocations", wish).status, 403);
  EXPECT_EQ(server.call(reader, "POST", address("payments", payment) + ":cancel").status, 403);
  EXPECT_EQ(server.call(server.add_user("Никто"), "POST", address("payments", payment) + ":cancel").status, 404);
  EXPECT_EQ(paid(id), "unpaid 0.00");
}

INSTANTIATE_TEST_SUITE_P(Databases, PaymentTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace money
