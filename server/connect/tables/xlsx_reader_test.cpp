#include "server/connect/tables/xlsx_reader.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iostream>
#include <sstream>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/tables/tables_testing.hpp"
#include "server/connect/tables/xlsx_workbook.hpp"

namespace connect {

namespace {

using Texts = std::vector<std::string>;

std::vector<Row> rows_of_workbook(const std::string& bytes) {
  const auto content = content_of(bytes);
  const auto reader = open_table(*content);
  EXPECT_EQ(reader->format(), TableFormat::kXlsx);
  return rows_of(*reader);
}

json::value load_json(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return base::parse_json(text.str(), {64, 64u << 20});
}

bool is_number_equal(const std::string& text, double wanted) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end != text.c_str() && std::fabs(value - wanted) <= 1e-9 * std::max(1.0, std::fabs(wanted));
}

// True when the cell says what the reference says; types that the two see with different eyes are compared by their text.
bool says(const Cell& cell, const json::value& wanted) {
  if (wanted.is_null()) return cell.type == CellType::kEmpty || cell.is_merged;
  if (wanted.is_bool()) return cell.text == (wanted.as_bool() ? "TRUE" : "FALSE");
  if (wanted.is_number())
    return is_number_equal(cell.text, wanted.to_number<double>()) || (cell.type == CellType::kDate && !cell.text.empty());
  if (wanted.is_string() && wanted.as_string().empty()) return cell.type == CellType::kEmpty;
  if (wanted.is_string()) return cell.text == std::string_view(wanted.as_string()) || cell.text == decode_escapes(wanted.as_string());
  const auto& object = wanted.as_object();
  if (const auto* error = object.if_contains("error"))
    return cell.type == CellType::kError && cell.text == std::string_view(error->as_string());
  if (const auto* date = object.if_contains("date")) {
    std::string text(date->as_string());
    if (text.size() > 10) text[10] = ' ';
    if (text.ends_with(" 00:00:00")) text.resize(10);
    if (const auto dot = text.find('.'); dot != std::string::npos) text.resize(dot);
    return cell.text == text || cell.text == text + " 00:00:00";
  }
  return !cell.text.empty();
}

TEST(XlsxReader, GivesRowsThatTheFileLeavesOutAsEmptyOnes) {
  const auto rows = rows_of_workbook(
      workbook_of("<row r=\"2\"><c r=\"B2\"><v>7</v></c></row><row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>x</t></is></c></row>"));
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[1].number, 2);
  EXPECT_EQ(texts_of(rows[1]), (Texts{"", "7"}));
  EXPECT_TRUE(rows[2].cells.empty());
}

TEST(XlsxReader, GivesAMergedCellsValueToTheRowsBelow) {
  const auto rows =
      rows_of_workbook(workbook_of("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\" t=\"str\"><v>Тверь</v></c></row><row r=\"2\"><c "
                                   "r=\"A2\"><v>2</v></c></row><row r=\"3\"/>",
                                   "<mergeCells count=\"1\"><mergeCell ref=\"B1:B2\"/></mergeCells>"));
  EXPECT_EQ(rows[1].cells[1].text, "Тверь");
  EXPECT_TRUE(rows[1].cells[1].is_merged);
  EXPECT_TRUE(rows[1].cells[1].is_blank());
}

TEST(XlsxReader, TellsDatesFromNumbersByTheirFormat) {
  const auto rows =
      rows_of_workbook(workbook_of("<row r=\"1\"><c r=\"A1\" s=\"1\"><v>45292</v></c><c r=\"B1\" s=\"1\"><v>45292.5</v></c><c "
                                   "r=\"C1\"><v>45292</v></c><c r=\"D1\"><v>7701234567</v></c></row>",
                                   "", "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>"));
  EXPECT_EQ(texts_of(rows[0]), (Texts{"2024-01-01", "2024-01-01 12:00:00", "45292", "7701234567"}));
  EXPECT_EQ(rows[0].cells[0].type, CellType::kDate);
}

TEST(XlsxReader, KnowsTheDayThatNeverWas) {
  EXPECT_EQ(date_of_serial(1, false), "1900-01-01");
  EXPECT_EQ(date_of_serial(61, false), "1900-03-01");
  EXPECT_EQ(date_of_serial(0, true), "1904-01-01");
  EXPECT_EQ(date_of_serial(-1, false), "");
}

TEST(XlsxReader, KnowsDateFormats) {
  EXPECT_EQ(kind_of_format(165, "DD.MM.YYYY"), NumberKind::kDate);
  EXPECT_EQ(kind_of_format(165, "[$-419]d mmmm yyyy;@"), NumberKind::kDate);
  EXPECT_EQ(kind_of_format(165, "[h]:mm:ss"), NumberKind::kTime);
  EXPECT_EQ(kind_of_format(165, "#,##0.00\" дн. в год\""), NumberKind::kNumber);
  EXPECT_EQ(kind_of_format(165, "[Red]#,##0"), NumberKind::kNumber);
  EXPECT_EQ(kind_of_format(0, "General"), NumberKind::kNumber);
}

TEST(XlsxReader, ShowsNumbersWithoutExponentAndBinaryNoise) {
  const auto rows =
      rows_of_workbook(workbook_of("<row r=\"1\"><c><v>7.7012345E9</v></c><c><v>0.1</v></c><c><v>1234.5600000000001</v></c><c "
                                   "t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c></row>"));
  EXPECT_EQ(texts_of(rows[0]), (Texts{"7701234500", "0.1", "1234.56", "TRUE", "#N/A"}));
}

TEST(XlsxReader, RefusesWhatIsNoWorkbook) {
  EXPECT_THROW(rows_of_workbook("PK\x03\x04 nothing"), base::Error);
  EXPECT_THROW(rows_of_workbook(workbook_of("<row r=\"1\"><c><v>1</v></row>")), base::Error);
}

TEST(XlsxReader, RefusesAPackageThatUnfoldsWithoutEnd) {
  const std::string bomb = workbook_of("<row r=\"1\"><c t=\"inlineStr\"><is><t>" + std::string(64 << 20, ' ') + "</t></is></c></row>");
  EXPECT_LT(bomb.size(), std::size_t{1} << 20);
  EXPECT_THROW(rows_of_workbook(bomb), base::Error);
}

TEST(XlsxReader, RefusesDocumentTypes) {
  std::string bytes = workbook_of("<row r=\"1\"><c><v>1</v></c></row>", "", "<!DOCTYPE a>");
  EXPECT_THROW(rows_of_workbook(bytes), base::Error);
}

// 27 tables stated in the tests of github.com/tafia/calamine; the old and binary formats are refused in words.
TEST(XlsxReader, GivesTheTablesOfCalamine) {
  const auto folder = shared_folder() / "ext/sheets";
  if (shared_folder().empty() || !std::filesystem::exists(folder)) GTEST_SKIP() << "no outside test data";
  const auto reference = load_json(folder / "calamine-expected.json");
  for (const auto& test : reference.as_array()) {
    const auto& object = test.as_object();
    const std::string file(object.at("file").as_string());
    if (!file.ends_with(".xlsx") && !file.ends_with(".xlsm")) continue;
    const auto content = open_local_file((folder / "calamine" / file).string());
    const auto reader = open_table(*content);
    int index = -1;
    for (std::size_t i = 0; i < reader->sheets().size(); ++i) {
      if (reader->sheets()[i].name == std::string_view(object.at("sheet").as_string())) index = static_cast<int>(i);
    }
    ASSERT_GE(index, 0) << file;
    reader->open_sheet(index);
    std::vector<Row> rows;
    Row row;
    while (reader->next(row)) {
      if (!row.cells.empty()) rows.push_back(row);
    }
    const auto& wanted = object.at("rows").as_array();
    // A row of empty texts is a row for the reference and none here.
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (i >= rows.size()) rows.emplace_back();
      const auto& cells = wanted[i].as_array();
      // The reference's table begins at its first used column.
      const std::size_t shift = rows[i].cells.size() > cells.size() ? rows[i].cells.size() - cells.size() : 0;
      for (std::size_t column = 0; column < cells.size(); ++column) {
        const Cell empty;
        const Cell& cell = column + shift < rows[i].cells.size() ? rows[i].cells[column + shift] : empty;
        EXPECT_TRUE(says(cell, cells[column])) << file << " row " << i << " column " << column << ": " << cell.text << " for "
                                               << json::serialize(cells[column]);
      }
    }
  }
}

TEST(XlsxReader, GivesTheCellsThatAnotherLibraryReads) {
  const auto folder = shared_folder() / "ext/sheets";
  if (shared_folder().empty() || !std::filesystem::exists(folder)) GTEST_SKIP() << "no outside test data";
  const auto reference = load_json(folder / "openpyxl-cells.json");
  int files = 0, good = 0;
  for (const auto& [file, sheets] : reference.at("read").as_object()) {
    ++files;
    bool is_good = true;
    std::string fault;
    try {
      const auto content = open_local_file((folder / "calamine" / std::string(file)).string());
      const auto reader = open_table(*content);
      for (std::size_t i = 0; i < reader->sheets().size(); ++i) {
        const auto* sheet = sheets.as_object().if_contains(reader->sheets()[i].name);
        if (sheet == nullptr || !sheet->at("cells").is_object()) continue;
        const auto& cells = sheet->at("cells").as_object();
        std::size_t seen = 0;
        reader->open_sheet(static_cast<int>(i));
        Row row;
        while (reader->next(row)) {
          for (std::size_t column = 0; column < row.cells.size(); ++column) {
            std::string name;
            for (std::size_t n = column + 1; n > 0; n = (n - 1) / 26) name.insert(name.begin(), static_cast<char>('A' + (n - 1) % 26));
            const auto* wanted = cells.if_contains(name + std::to_string(row.number));
            if (wanted == nullptr) continue;
            ++seen;
            if (!says(row.cells[column], *wanted)) {
              if (is_good)
                fault = reader->sheets()[i].name + " " + name + std::to_string(row.number) + ": «" + row.cells[column].text + "» for " +
                        json::serialize(*wanted).substr(0, 200);
              is_good = false;
            }
          }
        }
        std::size_t present = 0;
        for (const auto& cell : cells)
          present += cell.value().is_null() || (cell.value().is_string() && cell.value().as_string().empty()) ? 0 : 1;
        if (seen < present) {
          is_good = false;
          fault += " cells missing: " + std::to_string(present - seen);
        }
      }
    } catch (const base::Error& error) {
      is_good = false;
      fault = error.key();
    }
    good += is_good ? 1 : 0;
    if (!is_good) std::cout << "  " << file << ": " << fault << "\n";
  }
  std::cout << "  workbooks with the expected cells: " << good << " of " << files << "\n";
  EXPECT_GE(good * 100, files * 95);
}

TEST(XlsxReader, EndsOnEveryWorkbookInAnAnswer) {
  const auto folder = shared_folder() / "ext/sheets/calamine";
  if (shared_folder().empty() || !std::filesystem::exists(folder)) GTEST_SKIP() << "no outside test data";
  int read = 0, refused = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const auto content = open_local_file(entry.path().string());
    try {
      const auto reader = open_table(*content);
      for (std::size_t i = 0; i < reader->sheets().size(); ++i) {
        reader->open_sheet(static_cast<int>(i));
        rows_of(*reader);
      }
      ++read;
    } catch (const base::Error& error) {
      EXPECT_NE(error.code(), base::ErrorCode::kInternal) << entry.path();
      ++refused;
    }
  }
  std::cout << "  read " << read << ", refused " << refused << "\n";
  EXPECT_GT(read, 50);
}

}  // namespace

}  // namespace connect
