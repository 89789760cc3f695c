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

INSTANTIATE_TEST_SUITE_P(Databases, StatementTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace money
