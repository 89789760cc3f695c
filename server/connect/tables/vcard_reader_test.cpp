#include "server/connect/tables/vcard_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "server/base/json.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/tables/tables_testing.hpp"

namespace connect {

namespace {

std::string cell(const Row& row, VcardColumn column) { return row.cells.at(static_cast<std::size_t>(column)).text; }

TEST(VcardReader, ReadsFoldedLinesGroupsAndEscapes) {
  const auto rows = rows_of_text(
      "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Маркова;Оксана;Владимировна;;\r\nitem1.TEL;type=CELL:8 (4822) 84-24-66\r\nNOTE:Договор\\; "
      "доп.\\nЗвонил\\, про\r\n сил\r\nEND:VCARD\r\n");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(cell(rows[0], VcardColumn::kLastName), "Маркова");
  EXPECT_EQ(cell(rows[0], VcardColumn::kPhones), "8 (4822) 84-24-66");
  EXPECT_EQ(cell(rows[0], VcardColumn::kNote), "Договор; доп.\nЗвонил, просил");
}

TEST(VcardReader, ReadsQuotedPrintableInAnyCharacterSetAndSoftBreaks) {
  const auto rows = rows_of_text(
      "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=CF=B8=F2=F0=20=\n=CC=E0=F2=E2=E5=E5=E2\nEND:VCARD\n");
  EXPECT_EQ(cell(rows.at(0), VcardColumn::kFullName), "Пётр Матвеев");
}

TEST(VcardReader, TakesSeveralTelephonesWithTheirKindsAndExtensions) {
  const auto rows = rows_of_text(
      "BEGIN:VCARD\nVERSION:4.0\nTEL;VALUE=uri;TYPE=\"work,voice\":tel:+7-495-351-22-18;ext=12\nTEL;CELL;PREF:8(4872)67-74-58p1425\nEND:"
      "VCARD\n");
  EXPECT_EQ(cell(rows.at(0), VcardColumn::kPhones), "+7-495-351-22-18 доб. 12\n8(4872)67-74-58 доб. 1425");
  ASSERT_EQ(rows[0].kinds.size(), 1u);
  EXPECT_EQ(rows[0].kinds[0].second, "work\nmobile");
}

TEST(VcardReader, GoesOnBehindACardWithoutEnd) {
  EXPECT_EQ(rows_of_text("BEGIN:VCARD\nFN:A\nEND:VCARD\nnoise\nBEGIN:VCARD\nFN:B\n").size(), 2u);
}

// Seventeen files of address books; expected.json was made by another reader.
TEST(VcardReader, ReadsNamesTelephonesAndAddressesOfEveryBook) {
  const auto folder = shared_folder() / "ext/vcard";
  if (shared_folder().empty() || !std::filesystem::exists(folder)) GTEST_SKIP() << "no outside test data";
  std::ifstream file(folder / "expected.json", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const auto expected = base::parse_json(text.str(), {64, 64u << 20});
  int files = 0;
  for (const auto& [name, cards] : expected.as_object()) {
    ++files;
    std::ifstream stream(folder / std::string(name), std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    const auto rows = rows_of_text(bytes.str());
    ASSERT_EQ(rows.size(), cards.as_array().size()) << name;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& card = cards.as_array()[i].as_object();
      const auto lines = [](const std::string& cell) {
        return static_cast<std::size_t>(cell.empty() ? 0 : 1 + std::count(cell.begin(), cell.end(), '\n'));
      };
      EXPECT_EQ(lines(cell(rows[i], VcardColumn::kPhones)), card.at("tel").as_array().size()) << name << " " << i;
      EXPECT_EQ(lines(cell(rows[i], VcardColumn::kEmails)), card.at("email").as_array().size()) << name << " " << i;
      for (const auto& email : card.at("email").as_array())
        EXPECT_NE(cell(rows[i], VcardColumn::kEmails).find(std::string_view(email.as_string())), std::string::npos) << name << " " << i;
      for (const auto& phone : card.at("tel").as_array()) {
        std::string wanted(phone.as_string());
        if (wanted.starts_with("tel:")) wanted.erase(0, 4);
        EXPECT_NE(cell(rows[i], VcardColumn::kPhones).find(wanted.substr(0, wanted.find(';'))), std::string::npos) << name << " " << i;
      }
      if (!card.at("fn").as_array().empty()) {
        const auto parts = split_vcard_value(card.at("fn").as_array()[0].as_string(), '\0');
        EXPECT_EQ(cell(rows[i], VcardColumn::kFullName), parts[0].substr(0, parts[0].find_last_not_of(" \n") + 1)) << name << " " << i;
      }
    }
  }
  EXPECT_EQ(files, 17);
}

}  // namespace

}  // namespace connect
