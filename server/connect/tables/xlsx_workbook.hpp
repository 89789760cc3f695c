// What a workbook says apart from its sheets' cells: sheets, number formats, shared texts, merged ranges.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/connect/tables/xlsx_package.hpp"

namespace connect {

struct WorkbookSheet {
  std::string name, part;
  bool is_hidden = false;
};

enum class NumberKind { kNumber, kDate, kTime };

struct Workbook {
  std::vector<WorkbookSheet> sheets;  // worksheets only: charts and macro sheets have no cells
  std::vector<NumberKind> styles;     // by the s attribute of a cell
  bool is_1904 = false;
  std::string shared_strings_part;
};

Workbook read_workbook(const XlsxPackage& package);

// ECMA-376 part 1, 18.8.30 and .31: whether a number format shows a date or a time.
NumberKind kind_of_format(int id, std::string_view code);

// Texts that cells name by number, in one block of memory.
class SharedStrings {
 public:
  static SharedStrings read(const XlsxPackage& package, const std::string& part);
  // Empty where there is none.
  std::string_view at(std::size_t index) const;

 private:
  std::string text_;
  std::vector<std::uint32_t> ends_;
};

struct MergedRange {
  std::int64_t first_row = 0, last_row = 0;
  int first_column = 0, last_column = 0;
};
// They stand behind the cells, so the part is read once for them alone.
std::vector<MergedRange> read_merged_ranges(const XlsxPackage& package, const std::string& part);

// "BC12" → column 54, row 12; false when it is no reference.
bool parse_reference(std::string_view text, int& column, std::int64_t& row);

// _x000D_ and the like (ECMA-376 part 1, 22.9.2.19) → the character.
std::string decode_escapes(std::string_view text);

}  // namespace connect
