// Receivables, the payment calendar, credit limits and reminders of debts, over the API on both bases.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "modules/money/server/calendar.hpp"
#include "modules/money/server/dunning.hpp"
#include "modules/money/server/money_testing.hpp"
#include "modules/money/server/receivables.hpp"
#include "server/connect/notices/notices.hpp"

namespace money {

namespace {

using namespace std::string_literals;

class ReportsTest : public MoneyTest {
 protected:
  const base::Date today = base::TimeZone::find("Europe/Moscow")->local_date(base::SystemClock().now());
  std::string day(int from_today) const { return base::to_string(today + std::chrono::days(from_today)); }
  std::int64_t due(const std::string& price, int from_today, json::object more = {}) {
    more["due_date"] = day(from_today);
    return invoice(price, more);
  }
  json::value receivables(const app::TestUser& who, const json::object& body = {}) {
    const auto answer = server.call(who, "POST", "/receivables", body);
    EXPECT_EQ(answer.status, 200) << answer.text;
    return answer.body;
  }
  // "age count amount …" of what is not nothing.
  static std::string ages(const json::value& sums) {
    std::string text;
    for (const auto& age : sums.at("ages").as_array()) {
      if (age.at("count").as_int64() == 0) continue;
      text += (text.empty() ? "" : " ") + std::string(age.at("age").as_string()) + " " + std::to_string(age.at("count").as_int64()) + " " +
              std::string(age.at("amount").as_string());
    }
    return text;
  }
};

TEST(Ages, BoundsAreThoseOfTheReport) {
  EXPECT_EQ(age_of(0), Age::kNotDue);
  EXPECT_EQ(age_of(1), Age::kTo30);
  EXPECT_EQ(age_of(30), Age::kTo30);
  EXPECT_EQ(age_of(31), Age::kTo60);
  EXPECT_EQ(age_of(90), Age::kTo90);
  EXPECT_EQ(age_of(91), Age::kOver90);
}

TEST(RepeatedDays, TheThirtyFirstIsTheLastDayOfAShorterMonth) {
  const auto at = [](const char* text) { return base::to_days(*base::parse_date(text)); };
  EXPECT_EQ(repeated_days(at("2026-01-31"), "month", at("2026-12-31"), at("2026-02-01"), at("2026-04-30")),
            (std::vector<std::int64_t>{at("2026-02-28"), at("2026-03-31"), at("2026-04-30")}));
  EXPECT_EQ(repeated_days(at("2026-01-31"), "quarter", at("2026-12-31"), at("2026-02-01"), at("2026-12-31")).size(), 3u);
  EXPECT_EQ(repeated_days(at("2026-01-05"), "week", at("2026-01-20"), at("2026-01-01"), at("2026-12-31")).size(), 3u);
  EXPECT_EQ(repeated_days(at("2026-01-05"), "none", at("2026-01-20"), at("2026-01-06"), at("2026-12-31")).size(), 0u);
}

TEST_P(ReportsTest, ReceivablesStandByAgeAndEachFigureOpensItsInvoices) {
  due("100", 0);
  const auto late = due("200", -1);
  due("300", -31);
  due("400", -91);
  invoice("50");
  draft("9999", {{"due_date", day(-5)}});
  const auto settled = due("70", -5);
  ASSERT_EQ(pay("70", {part(settled)}).status, 201);
  ASSERT_EQ(pay("50", {part(late)}).status, 201);
  ASSERT_EQ(pay("33").status, 201);
  const auto answer = receivables(server.admin(), {{"split", "company"}});
  EXPECT_EQ(ages(answer.at("total")), "not_due 1 100.00 to_30 1 150.00 to_60 1 300.00 over_90 1 400.00 no_term 1 50.00");
  EXPECT_EQ(answer.at("total").at("overdue").at("amount").as_string(), "850.00");
  EXPECT_EQ(answer.at("total").at("total").at("amount").as_string(), "1000.00");
  EXPECT_EQ(answer.at("advances").at("amount").as_string(), "33.00");
  ASSERT_EQ(answer.at("groups").as_array().size(), 1u);
  EXPECT_EQ(answer.at("groups").as_array()[0].at("key").at("title").as_string(), "Покупатель");
  for (const auto& age : answer.at("total").at("ages").as_array()) {
    const auto found = post("/invoices:count", {{"filter", age.at("filter")}});
    EXPECT_EQ(found.body.at("count").at("value"), age.at("count")) << json::serialize(age);
  }
  const auto advances = post("/payments:count", {{"filter", answer.at("advances").at("filter")}});
  EXPECT_EQ(advances.body.at("count").at("value").as_int64(), 1);
  EXPECT_EQ(faults(post("/receivables", {{"split", "colour"}})), Faults{"split unknown_option"});
  EXPECT_EQ(faults(post("/receivables", {{"colour", 1}})), Faults{"colour unknown_field"});
}

// The report says what its caller may see and not a kopeck more: compared with a plain sum over the invoices he reads.
TEST_P(ReportsTest, SumsAreThoseOfTheInvoicesThatTheCallerReads) {
  std::mt19937 random(9);
  const auto seller = server.add_user("Продавец", {{"invoice", {{"read", "own"}}}, {"company", {{"read", "all"}}}});
  const auto second = create("/companies", {{"name", "Вторая"}});
  for (int i = 0; i < 24; ++i) {
    json::object more{{"company", random() % 2 == 0 ? client : second}};
    if (random() % 3 == 0) more["owner"] = seller.id;
    const auto id = due(std::to_string(1 + random() % 500) + ".17", static_cast<int>(random() % 200) - 150, more);
    if (random() % 3 == 0) pay(std::to_string(1 + random() % 300), {part(id)}, {{"company", more["company"]}});
  }
  for (const auto* who : {&server.admin(), &seller}) {
    std::map<std::string, std::int64_t> expected;
    const auto list = server.call(*who, "POST", "/invoices:query",
                                  {{"limit", 1000},
                                   {"filter", {{"field", "state"}, {"op", "eq"}, {"value", "posted"}}},
                                   {"fields", {"due_date", "amount", "paid_amount"}}});
    for (const auto& each : list.body.at("items").as_array()) {
      const auto open = units(amount(each)) - units(amount(each, "paid_amount"));
      if (open == 0) continue;
      const auto late = base::to_days(today) - base::to_days(*base::parse_date(std::string(each.at("due_date").as_string())));
      expected[std::string(kAges[static_cast<std::size_t>(age_of(late))])] += open;
    }
    for (const char* split : {"owner", "company", "own_company"}) {
      const auto answer = receivables(*who, {{"split", split}});
      std::map<std::string, std::int64_t> whole, groups;
      for (const auto& age : answer.at("total").at("ages").as_array()) {
        const auto sum = units(std::string(age.at("amount").as_string()));
        if (sum != 0) whole[std::string(age.at("age").as_string())] = sum;
      }
      for (const auto& group : answer.at("groups").as_array()) {
        for (const auto& age : group.at("sums").at("ages").as_array()) {
          const auto sum = units(std::string(age.at("amount").as_string()));
          if (sum != 0) groups[std::string(age.at("age").as_string())] += sum;
        }
      }
      EXPECT_EQ(whole, expected);
      EXPECT_EQ(groups, expected) << split;
    }
    EXPECT_EQ(receivables(*who).at("advances").is_null(), who != &server.admin()) << "of payments he may not read";
  }
  EXPECT_EQ(server.call(server.add_user("Никто"), "POST", "/receivables").status, 404);
}

TEST_P(ReportsTest, TheCalendarAddsUpFromTheOpeningBalance) {
  due("100", 3);
  due("40", -2);
  ASSERT_EQ(pay("500", {}, {{"date", day(-10)}}).status, 201);
  ASSERT_EQ(pay("120", {}, {{"date", day(-9)}, {"direction", "out"}}).status, 201);
  create("/planned-payments", {{"name", "Аренда"}, {"direction", "out"}, {"date", day(1)}, {"amount", "60"}, {"repeat", "week"}});
  EXPECT_EQ(post("/planned-payments", {{"name", "Назад"}, {"date", day(5)}, {"amount", "1"}, {"repeat", "week"}, {"repeat_until", day(1)}})
                .status,
            400);
  const auto answer = get("/payment-calendar?from=" + day(0) + "&to=" + day(9));
  EXPECT_EQ(answer.at("opening").as_string(), "380.00");
  ASSERT_EQ(answer.at("periods").as_array().size(), 3u);
  EXPECT_EQ(answer.at("periods").as_array()[0].at("balance").as_string(), "320.00");
  EXPECT_EQ(answer.at("periods").as_array()[1].at("balance").as_string(), "420.00");
  EXPECT_EQ(answer.at("closing").as_string(), "360.00");
  EXPECT_EQ(answer.at("overdue").at("amount").as_string(), "40.00");
  const auto weeks = get("/payment-calendar?unit=week&from=" + day(0) + "&to=" + day(9));
  EXPECT_EQ(weeks.at("closing").as_string(), "360.00");
  EXPECT_EQ(server.get(server.admin(), "/payment-calendar?from=2026-02-30").status, 400);
  EXPECT_EQ(server.get(server.admin(), "/payment-calendar?from=2026-01-01&to=2030-01-01").status, 400);
}

TEST_P(ReportsTest, TheScheduleOfAContractStandsInTheCalendarUntilItEndsOrIsCancelled) {
  const auto contract = document("contracts", {}, {{"valid_until", day(15)}});
  const auto plan = create("/planned-payments", {{"name", "Абонентская плата"},
                                                 {"direction", "in"},
                                                 {"date", day(1)},
                                                 {"amount", "100"},
                                                 {"repeat", "week"},
                                                 {"contract", contract}});
  const auto stored = get(address("planned-payments", plan));
  EXPECT_EQ(stored.at("company").at("id").as_int64(), client);
  EXPECT_EQ(stored.at("repeat_until").as_string(), day(15));
  const std::string path = "/payment-calendar?from=" + day(0) + "&to=" + day(40);
  const auto calendar = get(path);
  ASSERT_EQ(calendar.at("periods").as_array().size(), 3u) << "weekly, the last on the day when it ends: " << calendar;
  EXPECT_EQ(calendar.at("periods").at(2).at("items").at(0).at("date").as_string(), day(15));
  EXPECT_EQ(calendar.at("closing").as_string(), "300.00");

  posted("contracts", contract);
  ASSERT_EQ(post(address("contracts", contract) + ":cancel", {{"reason", "расторгнут"}}).status, 200);
  EXPECT_EQ(get(path).at("closing").as_string(), "0.00");
}

TEST_P(ReportsTest, ACreditLimitWarnsOrRefusesAsTheSettingSays) {
  due("100", 5);
  create("/credit-limits", {{"company", client}, {"amount", "150"}});
  EXPECT_EQ(faults(post("/credit-limits", {{"company", client}, {"amount", "1"}})), Faults{"company limit_exists"});
  const auto warned = due("60", 5);
  const auto marks = get(address("invoices", warned)).at("marks").as_array();
  ASSERT_EQ(marks.size(), 1u);
  EXPECT_EQ(marks[0].at("code").as_string(), "over_credit_limit");
  ASSERT_EQ(server.call(server.admin(), "PUT", "/settings/money", {{"credit_control", "refuse"}}).status, 200);
  const auto refused = draft("1");
  EXPECT_EQ(faults(post(address("invoices", refused) + ":post")), Faults{"amount over_credit_limit"});
  ASSERT_EQ(pay("40").status, 201) << "an advance makes room";
  EXPECT_EQ(post(address("invoices", refused) + ":post").status, 200);
  const auto credit = get(address("companies", client) + "/credit");
  EXPECT_EQ(credit.at("debt").as_string(), "161.00");
  EXPECT_EQ(credit.at("available").as_string(), "29.00");
  const auto late = due("2", -1);
  EXPECT_GT(late, 0);
  const auto order = create("/sales-orders",
                            {{"company", client}, {"lines", json::array{json::object{{"name", "Т"}, {"quantity", "1"}, {"price", "1"}}}}});
  EXPECT_EQ(faults(post(address("sales-orders", order) + ":post")), Faults{"company has_overdue_debts"});
  const auto free = create("/companies", {{"name", "Без лимита"}});
  invoice("1000000", {{"company", free}});
}

TEST_P(ReportsTest, DebtsAreRemindedOfOnceByEachRule) {
  const auto late = due("100", -3);
  due("5", -3);
  due("100", -40);
  due("100", 2);
  create("/dunning-rules", {{"name", "Просрочка 3 дня"},
                            {"after_days", 3},
                            {"action", "task"},
                            {"min_amount", "10"},
                            {"subject", "Долг {debt} по счёту {number}"},
                            {"text", "{company}: {days} дн."}});
  create("/dunning-rules", {{"name", "Скоро срок"}, {"after_days", -2}, {"action", "notice"}, {"subject", "Скоро платить {number}"}});
  create("/dunning-rules", {{"name", "Письмо"}, {"after_days", 1}, {"action", "mail"}, {"min_amount", "50"}, {"subject", "Счёт {number}"}});
  auto& api = server.application().api();
  Dunning dunning(api.services, api.notices);
  for (int i = 0; i < 3; ++i) dunning.run();
  const auto entries = get("/dunning-entries?fields=invoice,action,outcome,text&limit=100").at("items").as_array();
  ASSERT_EQ(entries.size(), 3u) << json::serialize(json::value(entries));
  const auto tasks = get("/tasks?fields=name,subject").at("items").as_array();
  ASSERT_EQ(tasks.size(), 2u) << "the letter without an address is a task for the manager";
  const auto name = [&](std::size_t at) { return std::string(tasks[at].at("name").as_string()); };
  EXPECT_NE((name(0) + name(1)).find("Долг 100.00 RUB"), std::string::npos);
  int told = 0;
  const auto notices = get("/notices?unread=true");
  for (const auto& notice : notices.at("items").as_array()) told += notice.at("kind").as_string() == "debt_due" ? 1 : 0;
  EXPECT_EQ(told, 1);
  ASSERT_EQ(pay("100", {part(late)}).status, 201);
  EXPECT_EQ(remove(address("dunning-entries", entries[0].at("id").as_int64())).status, 403);
  EXPECT_EQ(fill_template("{a} {b} {", {{"a", "1"}}), "1 {b} {");
}

INSTANTIATE_TEST_SUITE_P(Databases, ReportsTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace money
