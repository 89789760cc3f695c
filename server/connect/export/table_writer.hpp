// Tables into files: CSV, XLSX, vCard. What a cell says is text; nothing of it is ever run as a formula by a spreadsheet.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace connect {

enum class WrittenType { kText, kNumber, kDate };

struct WrittenCell {
  std::string text;  // number: plain decimal; date: 2024-03-17
  WrittenType type = WrittenType::kText;
};

class TableWriter {
 public:
  virtual ~TableWriter() = default;
  virtual void header(const std::vector<std::string>& columns) = 0;
  virtual void row(const std::vector<WrittenCell>& cells) = 0;
  // Bytes ready since the last call; a workbook is ready only when it is finished.
  virtual std::string take() = 0;
  virtual void finish() = 0;
};

// UTF-8 with BOM and ';', which Excel opens rightly by a double click.
std::unique_ptr<TableWriter> make_csv_writer();
// Rows go to a temporary file as they come. `sheet` at most 31 letters. Error unavailable "temporary_file" {reason}.
std::unique_ptr<TableWriter> make_xlsx_writer(const std::string& sheet);

// True for what a spreadsheet would run as a formula (OWASP, CSV injection); signed numbers and telephones are not.
bool is_formula_like(std::string_view text);
std::string csv_text(std::string_view text);

}  // namespace connect
