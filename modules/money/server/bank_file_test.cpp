// Bank files: the samples against their expected figures, and what is refused.
#include "modules/money/server/bank_file.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "server/base/json.hpp"

namespace money {
namespace {

std::string samples() {
  if (const char* shared = std::getenv("MATVEY_SHARED")) return std::string(shared) + "/ext/bank/";
  return "../shared/ext/bank/";
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string head(const std::string& encoding = "UTF-8") {
  return "1CClientBankExchange\nВерсияФормата=1.03\nКодировка=" + encoding +
         "\nОтправитель=Банк\nДатаНачала=01.03.2026\nДатаКонца=31.03.2026\nРасчСчет=40702810938000012345\n";
}
std::string balance(const std::string& in = "100.00") {
  return "СекцияРасчСчет\nДатаНачала=01.03.2026\nДатаКонца=31.03.2026\nНачальныйОстаток=0.00\nРасчСчет="
         "40702810938000012345\nВсегоПоступило=" +
         in + "\nВсегоСписано=0.00\nКонечныйОстаток=" + in + "\nКонецРасчСчет\n";
}
std::string document(const std::string& date = "02.03.2026", const std::string& sum = "100.00", const std::string& more = "") {
  return "СекцияДокумент=Платежное поручение\nНомер=7\nДата=" + date + "\nСумма=" + sum +
         "\nПлательщикСчет=40702810201234569442\nПлательщик=ИНН 7707083893 ООО Лес\nПолучательСчет=40702810938000012345\nПолучатель=ООО "
         "Мы\n"
         "НазначениеПлатежа=Счёт № 1\n" +
         more + "КонецДокумента\n";
}

// "path code" of each fault.
std::vector<std::string> faults(const std::string& text) {
  std::vector<std::string> all;
  try {
    parse_bank_file(text);
  } catch (const base::Error& error) {
    for (const auto& each : error.fields()) all.push_back(each.path + " " + each.code);
  }
  return all;
}
using Faults = std::vector<std::string>;

TEST(BankFile, TheSamplesAreReadToTheLastKopeckWhateverTheirHeadersSay) {
  const std::string expected_text = read(samples() + "expected.json");
  if (expected_text.empty()) GTEST_SKIP() << "no samples at " << samples();
  const json::value expected = base::parse_json(expected_text);
  for (const auto& [name, value] : expected.as_object()) {
    const auto& wanted = value.as_object();
    const BankFile file = parse_bank_file(read(samples() + std::string(name)));
    const std::string bytes = base::json_string(wanted, "bytes");
    EXPECT_EQ(file.encoding, bytes == "cp1251" ? "windows-1251" : bytes == "cp866" ? "IBM866" : "UTF-8") << name;
    std::int64_t in = 0, out = 0, incoming = 0;
    for (const auto& each : file.documents) {
      (each.is_in ? in : out) += each.units;
      incoming += each.is_in ? 1 : 0;
    }
    EXPECT_EQ(static_cast<std::int64_t>(file.documents.size()), base::json_int(wanted, "documents")) << name;
    EXPECT_EQ(in, base::json_int(wanted, "in_kopecks")) << name;
    EXPECT_EQ(out, base::json_int(wanted, "out_kopecks")) << name;
    EXPECT_EQ(incoming, base::json_int(wanted, "incoming")) << name;
    ASSERT_EQ(file.balances.size(), 1u) << name;
    EXPECT_EQ(file.balances[0].opening, base::json_int(wanted, "opening_kopecks")) << name;
    EXPECT_EQ(file.balances[0].closing, base::json_int(wanted, "closing_kopecks")) << name;
    EXPECT_EQ(file.balances[0].opening + in - out, file.balances[0].closing) << name;
    if (const auto* first = wanted.at("first").if_object()) {
      ASSERT_FALSE(file.documents.empty());
      const auto& document = file.documents.front();
      EXPECT_EQ(document.units, base::json_int(*first, "sum_kopecks")) << name;
      EXPECT_EQ(document.is_in, base::json_bool(*first, "incoming")) << name;
      EXPECT_EQ(document.partner.inn, base::json_string(*first, "partner_inn")) << name;
      EXPECT_EQ(document.partner.name, base::json_string(*first, "partner_name")) << name;
    }
    const bool is_lying = std::string_view(name).find("says-windows") != std::string_view::npos;
    ASSERT_EQ(file.warnings.size(), is_lying ? 1u : 0u) << name;
    if (is_lying) {
      EXPECT_EQ(file.warnings[0].code, "bank_encoding_differs");
    }
  }
}

TEST(BankFile, AFaultNamesItsLineAndField) {
  const std::string end = "КонецФайла\n";
  EXPECT_EQ(faults(head() + balance() + document() + end), Faults{});
  EXPECT_EQ(faults(head() + balance() + document("31.02.2026") + end), Faults{"lines[19].Дата bank_date"});
  EXPECT_EQ(faults(head() + balance() + document("2026-03-02") + end), Faults{"lines[19].Дата bank_date"});
  EXPECT_EQ(faults(head() + balance() + document("02.03.2026", "сто") + end), Faults{"lines[20].Сумма bank_amount"});
  EXPECT_EQ(faults(head() + balance() + document("02.03.2026", "0.00") + end), Faults{"lines[20].Сумма bank_amount"});
  EXPECT_EQ(faults(head() + balance() + document("02.03.2026", "-5") + end), Faults{"lines[20].Сумма bank_amount"});
  EXPECT_EQ(faults(head() + balance() + document("02.03.2026", "-5,00") + end), Faults{"lines[20].Сумма bank_amount"});
  EXPECT_EQ(faults(head() + balance() + document("02.03.2026", "1.005") + end), Faults{"lines[20].Сумма bank_amount"});
  EXPECT_EQ(faults(head() + balance() + document("02.03.2026", "99999999999999999999") + end), Faults{"lines[20].Сумма bank_amount"});
  EXPECT_EQ(faults(head() + balance() + document("02.03.2026", "900000000000000.00") + document("02.03.2026", "900000000000000.00") + end),
            Faults{"lines[27].Сумма bank_amount"})
      << "more than an account can hold";
  EXPECT_EQ(faults(head() + document() + end), Faults{"lines[18].СекцияРасчСчет bank_section_missing"});
  EXPECT_EQ(faults(head() + balance() + document()), Faults{"lines[26].КонецФайла bank_no_end"});
  EXPECT_EQ(faults(head() + balance() + "СекцияДокумент=Ордер\nНомер=1\nДата=02.03.2026\n" + document() + end),
            Faults{"lines[17].СекцияДокумент bank_section_open"});
  EXPECT_EQ(faults(head() + balance() + document("02.03.2026", "100.00", "оборванная строка\n") + end),
            Faults{"lines[26] bank_line_unreadable"});
  EXPECT_EQ(faults(head() + balance() + "КонецДокумента\n" + end), Faults{"lines[17].КонецДокумента bank_section_order"});
  EXPECT_EQ(faults(head() + balance() + document() + end + "ещё\n"), Faults{"lines[28] bank_after_end"});
  EXPECT_EQ(faults("что-то другое\nВерсияФормата=1.03\n"), Faults{"lines[1] bank_not_exchange"});
  EXPECT_EQ(faults("%PDF-1.4"), Faults{"lines[1] bank_not_exchange"});
  EXPECT_EQ(faults(""), Faults{"lines[1] bank_not_exchange"});
  EXPECT_EQ(faults("1CClientBankExchange\n"), Faults{"lines[1] bank_encoding_unknown"});
  EXPECT_EQ(faults("1CClientBankExchange\nВерсияФормата=1.03\n" + end),
            (Faults{"lines[1].ДатаНачала bank_field_missing", "lines[1].ДатаКонца bank_field_missing",
                    "lines[1].РасчСчет bank_field_missing", "lines[3].СекцияРасчСчет bank_section_missing"}));
  EXPECT_EQ(faults(head() + balance() + document("02.03.2026", "100.00", "Примечание=\xFF\xFE\n") + end),
            Faults{"lines[26].Примечание bank_broken_bytes"});
}

TEST(BankFile, SumsThatDifferAreSaid) {
  const auto file = parse_bank_file(head("Windows") + balance("250.00") + document() + "КонецФайла\n");
  ASSERT_EQ(file.warnings.size(), 2u);
  EXPECT_EQ(file.warnings[0].code, "bank_encoding_differs");
  EXPECT_EQ(file.warnings[1].code, "bank_turnover_differs");
  const std::string silent = "СекцияРасчСчет\nДатаНачала=01.03.2026\nНачальныйОстаток=1.00\nРасчСчет=40702810938000012345\nКонецРасчСчет\n";
  const auto told = parse_bank_file(head() + silent + document() + "КонецФайла\n");
  EXPECT_TRUE(told.warnings.empty()) << "what the bank does not say does not differ";
  EXPECT_EQ(told.balances[0].closing, 10'100);
  EXPECT_EQ(file.documents[0].partner.inn, "7707083893") << "out of the name";
  EXPECT_EQ(file.documents[0].partner.name, "ООО Лес");
}

TEST(BankFile, ATransferBetweenOurAccountsIsTwoPayments) {
  std::string text = head() + balance("0.00") + "КонецФайла\n";
  text.insert(text.find("СекцияРасчСчет"), "РасчСчет=40702810201234569442\n");
  text.insert(text.find("КонецФайла"), document());
  const auto file = parse_bank_file(text);
  ASSERT_EQ(file.documents.size(), 2u);
  EXPECT_TRUE(file.documents[0].is_in);
  EXPECT_FALSE(file.documents[1].is_in);
  EXPECT_EQ(file.documents[1].own_account, "40702810201234569442");
  EXPECT_NE(bank_key(file.documents[0], 0), bank_key(file.documents[1], 0));
}

TEST(BankFile, KeysTellPaymentsApart) {
  const auto file = parse_bank_file(head() + balance() + document() + "КонецФайла\n");
  auto other = file.documents[0];
  EXPECT_EQ(bank_key(other, 0), bank_key(file.documents[0], 0));
  EXPECT_NE(bank_key(other, 1), bank_key(file.documents[0], 0));
  EXPECT_LE(bank_key(other, 9999).size(), 100u);
  other.number = "8";
  EXPECT_NE(bank_key(other, 0), bank_key(file.documents[0], 0));
  other = file.documents[0];
  other.partner.account = "1";
  EXPECT_NE(bank_key(other, 0), bank_key(file.documents[0], 0));
}

}  // namespace
}  // namespace money
