#include "server/connect/export/table_writer.hpp"

#include <unistd.h>
#include <xlsxwriter.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"

namespace connect {

namespace {

constexpr lxw_row_t kSheetRows = 1'048'576;
constexpr std::size_t kMaxCellCharacters = 32'767;

class CsvWriter final : public TableWriter {
 public:
  void header(const std::vector<std::string>& columns) override {
    text_ = "\xEF\xBB\xBF";
    std::vector<WrittenCell> cells;
    for (const auto& column : columns) cells.push_back({column, WrittenType::kText});
    row(cells);
  }
  void row(const std::vector<WrittenCell>& cells) override {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) text_ += ';';
      text_ += cells[i].type == WrittenType::kText ? csv_text(cells[i].text) : cells[i].text;
    }
    text_ += "\r\n";
  }
  std::string take() override { return std::exchange(text_, {}); }
  void finish() override {}

 private:
  std::string text_;
};

class XlsxWriter final : public TableWriter {
 public:
  explicit XlsxWriter(std::string sheet) : sheet_name_(std::move(sheet)) {
    std::string name = (std::filesystem::temp_directory_path() / "matvey-export-XXXXXX").string();
    const int descriptor = ::mkstemp(name.data());
    if (descriptor < 0) throw base::Error(base::ErrorCode::kUnavailable, "temporary_file", {{"reason", "mkstemp"}});
    ::close(descriptor);
    path_ = name;
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    workbook_ = workbook_new_opt(path_.c_str(), &options);
    if (workbook_ == nullptr) throw base::Error(base::ErrorCode::kUnavailable, "temporary_file", {{"reason", "workbook"}});
    bold_ = workbook_add_format(workbook_);
    format_set_bold(bold_);
    date_ = workbook_add_format(workbook_);
    format_set_num_format(date_, "dd.mm.yyyy");
  }
  ~XlsxWriter() override {
    if (workbook_ != nullptr) workbook_close(workbook_);
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  XlsxWriter(const XlsxWriter&) = delete;

  void header(const std::vector<std::string>& columns) override {
    columns_ = columns;
    add_sheet();
  }

  void row(const std::vector<WrittenCell>& cells) override {
    if (row_ == kSheetRows) add_sheet();
    for (std::size_t i = 0; i < cells.size(); ++i) write(static_cast<lxw_col_t>(i), cells[i]);
    ++row_;
  }

  std::string take() override {
    if (!is_finished_) return {};
    std::string bytes(256 * 1024, '\0');
    file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file_.gcount()));
    return bytes;
  }

  void finish() override {
    const lxw_error error = workbook_close(workbook_);
    workbook_ = nullptr;
    if (error != LXW_NO_ERROR) throw base::Error(base::ErrorCode::kUnavailable, "temporary_file", {{"reason", lxw_strerror(error)}});
    file_.open(path_, std::ios::binary);
    is_finished_ = true;
  }

 private:
  void add_sheet() {
    ++sheets_;
    const std::string name = std::string(base::prefix(sheet_name_, 26)) + (sheets_ == 1 ? "" : " " + std::to_string(sheets_));
    sheet_ = workbook_add_worksheet(workbook_, name.c_str());
    if (sheet_ == nullptr) sheet_ = workbook_add_worksheet(workbook_, nullptr);
    worksheet_freeze_panes(sheet_, 1, 0);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      worksheet_set_column(sheet_, static_cast<lxw_col_t>(i), static_cast<lxw_col_t>(i), 20, nullptr);
      worksheet_write_string(sheet_, 0, static_cast<lxw_col_t>(i), columns_[i].c_str(), bold_);
    }
    row_ = 1;
  }

  void write(lxw_col_t column, const WrittenCell& cell) {
    if (cell.text.empty()) return;
    if (cell.type == WrittenType::kNumber && cell.text.size() <= 15) {
      double value = 0;
      const auto [end, error] = std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), value);
      if (error == std::errc() && end == cell.text.data() + cell.text.size()) {
        worksheet_write_number(sheet_, row_, column, value, nullptr);
        return;
      }
    }
    lxw_datetime date{};
    if (cell.type == WrittenType::kDate && std::sscanf(cell.text.c_str(), "%d-%d-%d", &date.year, &date.month, &date.day) == 3 &&
        date.year >= 1900) {
      worksheet_write_datetime(sheet_, row_, column, &date, date_);
      return;
    }
    worksheet_write_string(sheet_, row_, column, std::string(base::prefix(cell.text, kMaxCellCharacters)).c_str(), nullptr);
  }

  const std::string sheet_name_;
  std::string path_;
  lxw_workbook* workbook_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  lxw_format *bold_ = nullptr, *date_ = nullptr;
  lxw_row_t row_ = 0;
  int sheets_ = 0;
  bool is_finished_ = false;
  std::vector<std::string> columns_;
  std::ifstream file_;
};

}  // namespace

bool is_formula_like(std::string_view text) {
  if (text.empty() || std::string_view("=+-@\t\r").find(text.front()) == std::string_view::npos) return false;
  const bool is_signed_number =
      (text.front() == '+' || text.front() == '-') && text.find_first_not_of("0123456789 ()-.,", 1) == std::string_view::npos;
  return !is_signed_number;
}

std::string csv_text(std::string_view text) {
  std::string safe(text);
  if (is_formula_like(text)) safe.insert(0, "'");
  if (safe.find_first_of(";\"\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::unique_ptr<TableWriter> make_csv_writer() { return std::make_unique<CsvWriter>(); }
std::unique_ptr<TableWriter> make_xlsx_writer(const std::string& sheet) { return std::make_unique<XlsxWriter>(sheet); }

}  // namespace connect
