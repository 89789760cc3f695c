// Payment orders as a file for the bank, and the same file back as a statement.
#include "modules/money/server/bank_file.hpp"
#include "modules/money/server/money_testing.hpp"
#include "server/connect/tables/text_encoding.hpp"

namespace money {

namespace {

constexpr std::string_view kOurs = "40702810200000000001", kTheirs = "40702810500000000123", kBik = "044525225";

class BankOrdersTest : public MoneyTest {
 protected:
  std::int64_t order(const json::object& more) {
    json::object values{{"direction", "out"},  {"date", "2026-03-05"},       {"own_account", account},
                        {"partner_bik", kBik}, {"partner_account", kTheirs}, {"purpose", "За «аренду», в т. ч. НДС 22 %\nпо счёту № 7"}};
    for (const auto& member : more) values[member.key()] = member.value();
    const auto answer = pay("100.50", {}, values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.id();
  }
  app::Answer file(const json::array& ids) { return post("/payments:bank-file", {{"ids", ids}}); }
  app::Answer load(const std::string& bytes) {
    const auto stored = server.send(server.admin(), "POST", "/files", {{"X-File-Name", "bank.txt"}, {"Content-Type", "text/plain"}}, bytes);
    return post("/bank-statements:load", {{"file", stored.id()}});
  }
  // As a bank gives it back: with the balances of the account.
  static std::string statement_of(const std::string& orders) {
    std::string text = connect::to_utf8(orders, "windows-1251");
    const std::string balance =
        "СекцияРасчСчет\r\nДатаНачала=01.03.2026\r\nДатаКонца=31.03.2026\r\nНачальныйОстаток=1000.00\r\nРасчСчет=" + std::string(kOurs) +
        "\r\nКонецРасчСчет\r\n";
    text.insert(text.find("СекцияДокумент"), balance);
    return connect::from_utf8(text, "windows-1251");
  }
};

TEST_P(BankOrdersTest, OrdersGoToTheBankAndComeBackAsTheSamePayments) {
  const auto first = order({{"number", "41"}, {"amount", "12345678.90"}}), second = order({{"number", "42"}, {"date", "2026-03-07"}});
  const auto answer = file({first, second});
  ASSERT_EQ(answer.status, 200) << answer.text;
  const std::string text = connect::to_utf8(answer.text, "windows-1251");
  EXPECT_TRUE(text.starts_with("1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\n")) << text;
  EXPECT_TRUE(text.ends_with("КонецФайла\r\n"));
  for (const char* line :
       {"ДатаНачала=05.03.2026\r\nДатаКонца=07.03.2026\r\nРасчСчет=40702810200000000001\r\n", "Сумма=12345678.90\r\n",
        "ПлательщикРасчСчет=40702810200000000001\r\n", "ПлательщикБИК=044525225\r\n", "ПолучательРасчСчет=40702810500000000123\r\n",
        "ПолучательИНН=7736207543\r\n", "НазначениеПлатежа=За «аренду», в т. ч. НДС 22 % по счёту № 7\r\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;

  const std::string statement = statement_of(answer.text);
  const BankFile read = parse_bank_file(statement);
  EXPECT_TRUE(read.warnings.empty());
  ASSERT_EQ(read.documents.size(), 2u);
  EXPECT_EQ(read.documents[0].number, "41");
  EXPECT_EQ(read.documents[0].units, 1234567890);
  EXPECT_FALSE(read.documents[0].is_in);
  EXPECT_EQ(read.documents[0].own_account, kOurs);
  EXPECT_EQ(read.documents[0].partner.account, kTheirs);
  EXPECT_EQ(read.documents[0].partner.bik, kBik);
  EXPECT_EQ(read.documents[0].partner.inn, "7736207543");
  EXPECT_EQ(read.documents[1].day - read.documents[0].day, 2);

  const auto loading = load(statement);
  ASSERT_EQ(loading.status, 202) << loading.text;
  const std::string path = address("bank-statements", loading.body.at("statement").as_int64());
  ASSERT_TRUE(app::eventually([&] { return get(path).at("state").as_string() == "loaded"; })) << json::serialize(get(path));
  EXPECT_EQ(get(path).at("known").as_int64(), 2) << "nothing is booked twice";
  EXPECT_EQ(get("/payments?fields=id").at("items").as_array().size(), 2u);
}

TEST_P(BankOrdersTest, WhatTheOrderLacksComesFromTheCompanyOrIsNamed) {
  const auto bare = order({{"partner_account", nullptr}, {"partner_bik", nullptr}, {"purpose", nullptr}});
  const auto refused = file({bare});
  EXPECT_EQ(faults(refused), Faults{"ids[0] order_lacks"});
  EXPECT_NE(refused.text.find("Номер, Счёт, БИК, Назначение"), std::string::npos) << refused.text;
  create("/bank-accounts", {{"company", client}, {"bik", kBik}, {"account", kTheirs}, {"is_main", true}});
  ASSERT_EQ(patch(address("payments", bare), {{"number", "7"}, {"purpose", "Аренда"}}).status, 200);
  const auto taken = file({bare});
  ASSERT_EQ(taken.status, 200) << taken.text;
  EXPECT_NE(taken.text.find(kTheirs), std::string::npos);

  const auto incoming = pay("5").id();
  const auto cancelled = order({{"number", "8"}});
  ASSERT_EQ(post(address("payments", cancelled) + ":cancel").status, 200);
  EXPECT_EQ(faults(file({incoming, cancelled, 999'999})),
            (Faults{"ids[0] order_not_outgoing", "ids[1] order_not_outgoing", "ids[2] unknown_record"}));
  EXPECT_EQ(faults(file({})), Faults{"ids required"});
}

TEST_P(BankOrdersTest, WhoMayNotExportPaymentsTakesNoFile) {
  const auto id = order({{"number", "1"}});
  const auto ask = [&](const app::TestUser& user) { return server.call(user, "POST", "/payments:bank-file", {{"ids", {id}}}).status; };
  EXPECT_EQ(ask(server.add_user("Читатель", {{"payment", {{"read", "all"}}}})), 403);
  EXPECT_EQ(ask(server.add_user("Свой", {{"payment", {{"read", "all"}, {"export", "own"}}}})), 400) << "of others nothing is known";
  EXPECT_EQ(ask(server.add_user("Скрыто", {{"payment", {{"read", "all"}, {"export", "all"}, {"hidden", {"amount"}}}}})), 403);
  EXPECT_EQ(ask(server.add_user("Бухгалтер", {{"payment", {{"read", "all"}, {"export", "all"}}}})), 200);
}

INSTANTIATE_TEST_SUITE_P(Databases, BankOrdersTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace money
