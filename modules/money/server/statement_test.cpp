// Bank files over the API on both bases: what is matched, what a person decides, what is refused.
#include "modules/money/server/money_testing.hpp"

namespace money {

namespace {

class StatementTest : public MoneyTest {
 protected:
  struct Line {
    std::string number, sum, inn, purpose;
    bool is_out = false;
  };
  static std::string file_of(const std::vector<Line>& lines) {
    std::string text =
        "1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\nДатаНачала=01.03.2026\nДатаКонца=31.03.2026\nРасчСчет="
        "40702810200000000001\n"
        "СекцияРасчСчет\nДатаНачала=01.03.2026\nДатаКонца=31.03.2026\nНачальныйОстаток=1000.00\nРасчСчет="
        "40702810200000000001\nКонецРасчСчет\n";
    for (const auto& line : lines) {
      const std::string ours = line.is_out ? "Плательщик" : "Получатель", theirs = line.is_out ? "Получатель" : "Плательщик";
      text += "СекцияДокумент=Платежное поручение\nНомер=" + line.number + "\nДата=05.03.2026\nСумма=" + line.sum + "\n" + ours +
              "Счет=40702810200000000001\n" + theirs + "Счет=40702810900000000" + line.inn.substr(0, 3) + "\n" + theirs + "=Контрагент " +
              line.inn + "\n" + theirs + "ИНН=" + line.inn + "\nНазначениеПлатежа=" + line.purpose + "\nКонецДокумента\n";
    }
    return text + "КонецФайла\n";
  }
  app::Answer load(const std::string& text) {
    const auto file = server.send(server.admin(), "POST", "/files", {{"X-File-Name", "bank.txt"}, {"Content-Type", "text/plain"}}, text);
    EXPECT_EQ(file.status, 201) << file.text;
    return post("/bank-statements:load", {{"file", file.id()}});
  }
  json::value loaded(const std::string& text) {
    const auto answer = load(text);
    EXPECT_EQ(answer.status, 202) << answer.text;
    if (answer.status != 202) return nullptr;
    const std::string path = address("bank-statements", answer.body.at("statement").as_int64());
    EXPECT_TRUE(app::eventually([&] { return get(path).at("state").as_string() != "loading"; }));
    return get(path);
  }
  std::string number_of(std::int64_t invoice) { return std::string(get(address("invoices", invoice)).at("number").as_string()); }
};

TEST_P(StatementTest, AFileIsMatchedByNumberInnAndSumAndDoubtsGoToAPerson) {
  const auto first = invoice("100"), second = invoice("250"), third = invoice("77");
  const std::string text = file_of({{"1", "100.00", "7736207543", "Оплата счета " + number_of(first)},
                                    {"2", "300.00", "7736207543", "Оплата счета № " + number_of(second)},
                                    {"3", "77.00", "7736207543", "За товар"},
                                    {"4", "10.00", "5024021922", "От неизвестного, счет 5"},
                                    {"5", "33.33", "7736207543", "Аренда", true}});
  const auto statement = loaded(text);
  EXPECT_EQ(statement.at("state").as_string(), "loaded") << json::serialize(statement);
  EXPECT_EQ(statement.at("matched").as_int64(), 2);
  EXPECT_EQ(statement.at("doubtful").as_int64(), 2);
  EXPECT_EQ(statement.at("outgoing").as_int64(), 1);
  EXPECT_EQ(paid(first), "paid 100.00");
  EXPECT_EQ(paid(second), "unpaid 0.00") << "larger than its invoice";
  EXPECT_EQ(paid(third), "paid 77.00");
  const auto again = loaded(text);
  EXPECT_EQ(again.at("created").as_int64(), 0) << "a second load adds nothing";
  EXPECT_EQ(again.at("known").as_int64(), 5);

  auto queue = get("/money/review");
  ASSERT_EQ(queue.at("count").as_int64(), 2);
  const auto& larger = queue.at("items").as_array()[0];
  EXPECT_EQ(larger.at("reason").as_string(), "larger_than_invoice");
  ASSERT_EQ(larger.at("candidates").as_array().size(), 1u);
  const std::string payment = address("payments", larger.at("payment").at("id").as_int64());
  EXPECT_EQ(post(payment + ":resolve", {{"candidate", 7}}).status, 400);
  const auto resolved = post(payment + ":resolve", {{"candidate", 0}});
  EXPECT_EQ(resolved.status, 200) << resolved.text;
  EXPECT_EQ(paid(second), "paid 250.00");
  EXPECT_EQ(resolved.body.at("allocation_state").as_string(), "partial") << "fifty are an advance";
  EXPECT_EQ(post(payment + ":resolve", {{"as", "advance"}}).status, 422);
  const std::string unknown = address("payments", queue.at("items").as_array()[1].at("payment").at("id").as_int64());
  EXPECT_EQ(faults(post(unknown + ":resolve", {{"as", "advance"}})), Faults{"company required"});
  const auto advance = post(unknown + ":resolve", {{"as", "advance"}, {"company", client}});
  EXPECT_EQ(advance.status, 200) << advance.text;
  EXPECT_EQ(advance.body.at("allocation_state").as_string(), "advance");
  EXPECT_EQ(get("/money/review").at("count").as_int64(), 0);
  EXPECT_EQ(faults(patch(payment, {{"amount", "900"}})), Faults{"amount from_bank"});
  EXPECT_EQ(remove(payment).status, 422);
}

TEST_P(StatementTest, ABrokenFileIsRefusedWholeWithItsLine) {
  const std::string good = file_of({{"1", "100.00", "7736207543", "Счет"}, {"2", "10.00", "7736207543", "Счет"}});
  std::string bad = good;
  bad.replace(bad.rfind("05.03.2026"), 10, "45.03.2026");
  const auto answer = load(bad);
  EXPECT_EQ(faults(answer), Faults{"lines[25].Дата bank_date"});
  EXPECT_NE(answer.text.find("45.03.2026"), std::string::npos);
  EXPECT_EQ(faults(load(good.substr(0, good.find("КонецФайла")))), Faults{"lines[32].КонецФайла bank_no_end"});
  std::string foreign = good;
  for (std::size_t at = 0; (at = foreign.find("40702810200000000001", at)) != std::string::npos;)
    foreign.replace(at, 20, "40702810200000000009");
  EXPECT_EQ(faults(load(foreign)), Faults{"file bank_account_unknown"});
  EXPECT_EQ(get("/payments?fields=id").at("items").as_array().size(), 0u);
  EXPECT_EQ(get("/bank-statements?fields=id").at("items").as_array().size(), 0u);
}

TEST_P(StatementTest, EqualPaymentsOfOneFileAreAllKept) {
  const std::string text = file_of({{"1", "5.00", "7736207543", "Комиссия"}, {"1", "5.00", "7736207543", "Комиссия"}});
  EXPECT_EQ(loaded(text).at("created").as_int64(), 2);
  EXPECT_EQ(loaded(text).at("known").as_int64(), 2);
}

TEST_P(StatementTest, APaymentEnteredByHandIsNotBookedAgain) {
  const auto first = invoice("100"), second = invoice("250");
  const json::object day{{"date", "2026-03-03"}};
  const auto paying = pay("100", {part(first)}, day).id(), advance = pay("250", {}, day).id();
  const auto out = pay("33.33", {}, {{"date", "2026-03-05"}, {"direction", "out"}}).id();
  const auto cash = pay("77", {}, {{"date", "2026-03-05"}, {"kind", "cash"}}).id();
  const std::string text = file_of({{"1", "100.00", "7736207543", "Оплата счета " + number_of(first)},
                                    {"2", "250.00", "7736207543", "Оплата счета " + number_of(second)},
                                    {"3", "77.00", "7736207543", "За товар"},
                                    {"4", "33.33", "7736207543", "Аренда", true}});
  const auto statement = loaded(text);
  EXPECT_EQ(statement.at("state").as_string(), "loaded") << json::serialize(statement);
  EXPECT_EQ(statement.at("known").as_int64(), 3) << json::serialize(statement);
  EXPECT_EQ(statement.at("created").as_int64(), 1) << "money in cash is none of the bank's";
  EXPECT_EQ(paid(first), "paid 100.00");
  EXPECT_EQ(standing(paying), "allocated 100.00 0.00") << "it keeps what it pays";
  EXPECT_EQ(paid(second), "paid 250.00") << "what paid nothing yet pays what the bank says";
  EXPECT_EQ(standing(cash), "advance 0.00 77.00");
  const auto joined = get(address("payments", paying));
  EXPECT_EQ(joined.at("date").as_string(), "2026-03-05") << "the bank knows the day";
  EXPECT_EQ(joined.at("number").as_string(), "1");
  EXPECT_EQ(joined.at("partner_inn").as_string(), "7736207543");
  EXPECT_EQ(joined.at("statement").at("id").as_int64(), statement.at("id").as_int64());
  EXPECT_EQ(joined.at("source").as_string(), "hand");
  const auto shares = post("/payment-allocations:query", {{"fields", {"payment", "date"}}}).body;
  ASSERT_EQ(shares.at("items").as_array().size(), 2u);
  for (const auto& share : shares.at("items").as_array()) EXPECT_EQ(share.at("date").as_string(), "2026-03-05");
  EXPECT_EQ(faults(patch(address("payments", paying), {{"amount", "900"}})), Faults{"amount from_bank"});
  EXPECT_EQ(remove(address("payments", advance)).status, 422) << "the bank has it";
  EXPECT_EQ(get(address("payments", out)).at("number").as_string(), "4");
  EXPECT_EQ(loaded(text).at("known").as_int64(), 4) << "once more";
}

TEST_P(StatementTest, WhatMayHaveBeenEnteredByHandIsAsked) {
  const auto first = invoice("100"), second = invoice("100");
  const auto paying = pay("100", {part(first)}, {{"date", "2026-03-05"}, {"number", "8"}}).id();
  const auto text = file_of({{"9", "100.00", "7736207543", "Оплата счета " + number_of(second)}});
  EXPECT_EQ(loaded(text).at("doubtful").as_int64(), 1);
  EXPECT_EQ(paid(second), "unpaid 0.00");
  const auto queue = get("/money/review");
  ASSERT_EQ(queue.at("count").as_int64(), 1);
  const auto& item = queue.at("items").as_array()[0];
  EXPECT_EQ(item.at("reason").as_string(), "maybe_entered");
  ASSERT_EQ(item.at("candidates").as_array().size(), 2u) << json::serialize(item);
  EXPECT_EQ(item.at("candidates").at(0).at("payment").at("id").as_int64(), paying);
  EXPECT_EQ(item.at("candidates").at(1).at("parts").at(0).at("invoice").at("id").as_int64(), second) << "or another payment";
  const std::string line = address("payments", item.at("payment").at("id").as_int64());
  const auto reader = server.add_user("Разборщик", {{"payment", {{"read", "all"}, {"update", "own"}}}, {"invoice", {{"read", "all"}}}});
  EXPECT_EQ(server.call(reader, "POST", line + ":resolve", {{"candidate", 0}}).status, 403);
  const auto answer = post(line + ":resolve", {{"candidate", 0}});
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.body.at("id").as_int64(), paying);
  EXPECT_EQ(answer.body.at("number").as_string(), "9");
  EXPECT_EQ(get("/money/review").at("count").as_int64(), 0);
  EXPECT_EQ(get("/payments?fields=id").at("items").as_array().size(), 1u);
  EXPECT_EQ(paid(first), "paid 100.00");
  EXPECT_EQ(post(line + ":restore").status, 409) << "one line of the bank is one payment";
  EXPECT_EQ(loaded(text).at("known").as_int64(), 1);
}

TEST_P(StatementTest, WhoEntersByHandWhatTheBankBroughtIsToldAndNotStopped) {
  ASSERT_EQ(loaded(file_of({{"5", "88.00", "7736207543", "За товар"}})).at("created").as_int64(), 1);
  const auto brought = get("/payments?fields=id").at("items").at(0).at("id").as_int64();
  const auto told = pay("88", {}, {{"date", "2026-03-07"}});
  ASSERT_EQ(told.status, 409) << told.text;
  EXPECT_EQ(told.body.at("code").as_string(), "duplicate");
  ASSERT_EQ(told.body.at("candidates").as_array().size(), 1u) << told.text;
  EXPECT_EQ(told.body.at("candidates").at(0).at("id").as_int64(), brought);
  EXPECT_EQ(told.body.at("candidates").at(0).at("reasons"), (json::array{"amount", "date", "company"}));
  EXPECT_EQ(pay("88", {}, {{"date", "2026-03-15"}, {"number", "5"}}).status, 409) << "the same number, ten days later";
  EXPECT_EQ(pay("88", {}, {{"date", "2026-03-07"}, {"number", "6"}}).status, 201) << "another number";
  EXPECT_EQ(pay("88", {}, {{"date", "2026-03-11"}}).status, 201) << "six days later";
  EXPECT_EQ(pay("88", {}, {{"date", "2026-03-05"}, {"kind", "cash"}}).status, 201) << "not by bank";
  EXPECT_EQ(pay("88", {}, {{"date", "2026-03-05"}, {"direction", "out"}}).status, 201) << "the other way";
  EXPECT_EQ(pay("88.01", {}, {{"date", "2026-03-05"}}).status, 201) << "another sum";
  const json::object again{{"company", client}, {"amount", "88"}, {"date", "2026-03-05"}};
  EXPECT_EQ(post("/payments?on_duplicate=create", again).status, 201);
  EXPECT_EQ(post("/payments?on_duplicate=skip", again).status, 200);
}

TEST_P(StatementTest, AStatementWhoseJobIsGoneIsGivenUp) {
  const auto text = file_of({{"1", "5.00", "7736207543", "Комиссия"}});
  const auto first = loaded(text);
  const auto entered = pay("7", {}, {{"date", "2026-03-05"}}).id();
  const auto second = loaded(file_of({{"2", "7.00", "7736207543", "Ещё"}}));
  ASSERT_EQ(second.at("known").as_int64(), 1);
  // As a job that was lost with the database leaves it: loading for ever.
  auto& application = server.application();
  const auto registry = application.catalog().current();
  for (const auto* statement : {&first, &second})
    application.records().update(*entity::Caller::system(), registry->require("bank_statement"), statement->at("id").as_int64(),
                                 {{"state", "loading"}});
  const auto third = loaded(file_of({{"3", "9.00", "7736207543", "И ещё"}}));
  EXPECT_EQ(third.at("state").as_string(), "loaded") << "the next load tidies up";
  for (const auto* statement : {&first, &second}) {
    const auto left = get(address("bank-statements", statement->at("id").as_int64()));
    EXPECT_EQ(left.at("state").as_string(), "failed");
    EXPECT_EQ(left.at("problem").as_string(), "Загрузка прервана. Загрузите файл снова.");
  }
  const auto released = get(address("payments", entered));
  EXPECT_TRUE(released.at("statement").is_null()) << "it is the person's again";
  EXPECT_EQ(get("/payments?fields=id").at("items").as_array().size(), 2u);
  EXPECT_EQ(loaded(text).at("created").as_int64(), 1);
  EXPECT_EQ(loaded(file_of({{"2", "7.00", "7736207543", "Ещё"}})).at("known").as_int64(), 1);
}

INSTANTIATE_TEST_SUITE_P(Databases, StatementTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace money
