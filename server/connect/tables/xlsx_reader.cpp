#include "server/connect/tables/xlsx_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>

#include "server/base/error.hpp"
#include "server/base/time.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/connect/tables/xlsx_workbook.hpp"

namespace connect {

namespace {

std::string time_of_day(std::int64_t seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
                static_cast<int>(seconds % 60));
  return text;
}

// Shortest decimal without an exponent; what is no number stays as it is.
std::string plain_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || std::fabs(value) > 1e21)
    return std::string(text);
  // Up to 15 digits a whole number is exact: what Excel shows, not what the file's binary fraction leaves behind.
  char buffer[400];
  std::snprintf(buffer, sizeof buffer, "%.15g", value);
  double rounded = std::strtod(buffer, nullptr);
  const auto done = std::to_chars(buffer, buffer + sizeof buffer, rounded == 0 ? 0.0 : rounded, std::chars_format::fixed);
  return std::string(buffer, done.ptr);
}

// The cell that the XML reader is in.
struct OpenCell {
  int column = 0;
  std::string type;
  int style = 0;
  std::string value, inline_text;
  bool is_text = false, is_value = false;
};

class XlsxReader final : public TableReader {
 public:
  explicit XlsxReader(const StoredContent& content)
      : package_(content), workbook_(read_workbook(package_)), strings_(SharedStrings::read(package_, workbook_.shared_strings_part)) {
    for (const auto& sheet : workbook_.sheets) sheets_.push_back({sheet.name, sheet.is_hidden});
    if (sheets_.empty()) throw base::Error(base::ErrorCode::kInvalidArgument, "table_unreadable", {{"reason", "no_sheets"}});
    for (std::size_t i = 0; i < sheets_.size(); ++i) {
      if (sheets_[i].is_hidden) continue;
      open_sheet(static_cast<int>(i));
      return;
    }
    open_sheet(0);
  }

  TableFormat format() const override { return TableFormat::kXlsx; }
  const std::vector<Sheet>& sheets() const override { return sheets_; }

  void open_sheet(int index) override {
    if (index < 0 || static_cast<std::size_t>(index) >= sheets_.size())
      throw base::Error(base::ErrorCode::kNotFound, "table_sheet_not_found");
    sheet_ = index;
    const std::string& part = workbook_.sheets[static_cast<std::size_t>(index)].part;
    merged_ = read_merged_ranges(package_, part);
    next_merged_ = 0;
    open_merged_.clear();
    ready_.clear();
    emitted_ = 0;
    row_number_ = 0;
    is_ended_ = false;
    phonetic_ = 0;
    xml_ = std::make_unique<XmlStream>(
        package_.open(part),
        XmlStream::Callbacks{[this](std::string_view name, const XmlAttributes& attributes) { on_start(name, attributes); },
                             [this](std::string_view name) { on_end(name); }, [this](std::string_view text) { on_text(text); }});
  }

  bool next(Row& row) override {
    while (ready_.empty()) {
      if (is_ended_) return false;
      is_ended_ = !xml_->read_piece();
    }
    // Rows the file leaves out are empty ones.
    if (ready_.front().number > emitted_ + 1) {
      row = Row{};
      row.sheet = sheet_;
      row.number = ++emitted_;
    } else {
      row = std::move(ready_.front());
      ready_.pop_front();
      emitted_ = std::max(emitted_, row.number);
    }
    apply_merged(row);
    return true;
  }

 private:
  void on_start(std::string_view name, const XmlAttributes& attributes) {
    if (name == "row") {
      start_row(attributes);
    } else if (name == "c" && is_in_row_) {
      start_cell(attributes);
    } else if (name == "v") {
      cell_.is_value = true;
    } else if (name == "rPh") {
      ++phonetic_;
    } else if (name == "t") {
      cell_.is_text = phonetic_ == 0;
    }
  }

  void on_text(std::string_view text) {
    if (cell_.is_value && cell_.value.size() < kMaxCellBytes)
      cell_.value += text;
    else if (cell_.is_text && cell_.inline_text.size() < kMaxCellBytes)
      cell_.inline_text += text;
  }

  void on_end(std::string_view name) {
    if (name == "v") {
      cell_.is_value = false;
    } else if (name == "t") {
      cell_.is_text = false;
    } else if (name == "rPh") {
      --phonetic_;
    } else if (name == "c" && is_in_row_) {
      put_cell();
    } else if (name == "row" && is_in_row_) {
      is_in_row_ = false;
      ready_.push_back(std::move(row_));
    }
  }

  void start_row(const XmlAttributes& attributes) {
    row_ = Row{};
    row_.sheet = sheet_;
    std::int64_t number = row_number_ + 1;
    if (const auto given = attributes.find("r")) std::from_chars(given->data(), given->data() + given->size(), number);
    if (number > kMaxRows) throw base::Error(base::ErrorCode::kInvalidArgument, "table_too_large", {{"limit", std::to_string(kMaxRows)}});
    // Out of order: kept where it stands, so that no cell is lost.
    row_number_ = std::max(number, row_number_ + 1);
    row_.number = row_number_;
    const std::string_view hidden = attributes.get("hidden");
    row_.is_hidden = hidden == "1" || hidden == "true";
    last_column_ = 0;
    is_in_row_ = true;
  }

  void start_cell(const XmlAttributes& attributes) {
    cell_ = OpenCell{};
    cell_.column = last_column_ + 1;
    if (const auto reference = attributes.find("r")) {
      int column = 0;
      std::int64_t row = 0;
      if (parse_reference(*reference, column, row)) cell_.column = column;
    }
    last_column_ = cell_.column;
    if (cell_.column > kMaxColumns)
      throw base::Error(base::ErrorCode::kInvalidArgument, "table_too_large", {{"limit", std::to_string(kMaxColumns)}});
    cell_.type = attributes.get("t");
    const std::string_view style = attributes.get("s");
    std::from_chars(style.data(), style.data() + style.size(), cell_.style);
  }

  void put_cell() {
    Cell cell = finished_cell();
    cell_.is_value = cell_.is_text = false;
    if (cell.type == CellType::kEmpty) return;
    const auto column = static_cast<std::size_t>(cell_.column);
    if (row_.cells.size() < column) row_.cells.resize(column);
    row_.cells[column - 1] = std::move(cell);
  }

  Cell finished_cell() const {
    Cell cell;
    if (cell_.type == "inlineStr") {
      cell.text = decode_escapes(cell_.inline_text);
      cell.type = CellType::kText;
      // Some writers put the text of an inline cell where values stand.
      if (cell.text.empty()) cell.text = decode_escapes(cell_.value);
    } else if (cell_.type == "s") {
      std::size_t index = SIZE_MAX;
      std::from_chars(cell_.value.data(), cell_.value.data() + cell_.value.size(), index);
      cell.text = strings_.at(index);
      cell.type = CellType::kText;
    } else if (cell_.type == "str") {
      cell.text = decode_escapes(cell_.value);
      cell.type = CellType::kText;
    } else if (cell_.type == "b") {
      cell.text = cell_.value == "1" || cell_.value == "true" ? "TRUE" : "FALSE";
      cell.type = cell_.value.empty() ? CellType::kEmpty : CellType::kBool;
    } else if (cell_.type == "e") {
      cell.text = cell_.value;
      cell.type = CellType::kError;
    } else if (cell_.type == "d") {
      cell.text = iso_date(cell_.value);
      cell.type = CellType::kDate;
    } else if (!cell_.value.empty()) {
      put_number(cell);
    }
    if (cell.text.empty()) cell.type = CellType::kEmpty;
    return cell;
  }

  void put_number(Cell& cell) const {
    const auto kind = cell_.style >= 0 && static_cast<std::size_t>(cell_.style) < workbook_.styles.size()
                          ? workbook_.styles[static_cast<std::size_t>(cell_.style)]
                          : NumberKind::kNumber;
    double value = 0;
    const auto [end, error] = std::from_chars(cell_.value.data(), cell_.value.data() + cell_.value.size(), value);
    const bool is_number = error == std::errc() && end == cell_.value.data() + cell_.value.size();
    if (is_number && kind == NumberKind::kDate) {
      cell.text = date_of_serial(value, workbook_.is_1904);
      cell.type = CellType::kDate;
      if (!cell.text.empty()) return;
    }
    if (is_number && kind == NumberKind::kTime && value >= 0 && value < 1000) {
      cell.text = time_of_day(std::llround(value * 86400));
      cell.type = CellType::kText;
      return;
    }
    cell.text = plain_number(cell_.value);
    cell.type = is_number ? CellType::kNumber : CellType::kText;
  }

  // "2021-01-01T10:00:00.000" of t="d" cells.
  static std::string iso_date(std::string text) {
    if (text.size() < 11 || text[10] != 'T') return text;
    text[10] = ' ';
    if (const auto dot = text.find_first_of(".Z", 11); dot != std::string::npos) text.resize(dot);
    return text.substr(11) == "00:00:00" ? text.substr(0, 10) : text;
  }

  struct OpenRange {
    MergedRange range;
    Cell value;
  };

  // Cells below the first of a merged range get its value, marked as covered. Rows come in order, so ranges open and close in order.
  void apply_merged(Row& row) {
    std::erase_if(open_merged_, [&](const OpenRange& open) { return open.range.last_row < row.number; });
    for (const auto& open : open_merged_) {
      const auto column = static_cast<std::size_t>(open.range.first_column);
      if (row.cells.size() < column) row.cells.resize(column);
      Cell& cell = row.cells[column - 1];
      if (cell.type != CellType::kEmpty) continue;
      cell = open.value;
      cell.is_merged = true;
    }
    while (next_merged_ < merged_.size() && merged_[next_merged_].first_row < row.number) ++next_merged_;
    for (; next_merged_ < merged_.size() && merged_[next_merged_].first_row == row.number; ++next_merged_) {
      const MergedRange& range = merged_[next_merged_];
      const auto column = static_cast<std::size_t>(range.first_column);
      if (row.cells.size() < column || row.cells[column - 1].type == CellType::kEmpty) continue;
      if (range.last_column - range.first_column >= 2) row.is_wide = true;
      if (range.last_row > range.first_row && range.last_column - range.first_column < 2)
        open_merged_.push_back({range, row.cells[column - 1]});
    }
  }

  XlsxPackage package_;
  Workbook workbook_;
  SharedStrings strings_;
  std::vector<Sheet> sheets_;
  int sheet_ = 0;
  std::unique_ptr<XmlStream> xml_;
  std::deque<Row> ready_;
  Row row_;
  OpenCell cell_;
  bool is_in_row_ = false, is_ended_ = false;
  int phonetic_ = 0, last_column_ = 0;
  std::int64_t row_number_ = 0, emitted_ = 0;
  std::vector<MergedRange> merged_;
  std::size_t next_merged_ = 0;
  std::vector<OpenRange> open_merged_;
};

}  // namespace

std::string date_of_serial(double serial, bool is_1904) {
  if (!(serial >= 0) || serial >= 2958466) return {};
  std::int64_t seconds = std::llround(serial * 86400);
  const std::int64_t day = seconds / 86400;
  seconds %= 86400;
  const auto epoch =
      is_1904 ? base::Date(std::chrono::year(1904) / 1 / 1) : base::Date(std::chrono::year(1899) / 12 / (day < 60 ? 31 : 30));
  std::string text = base::to_string(epoch + std::chrono::days(day));
  if (seconds != 0) text += " " + time_of_day(seconds);
  return text;
}

std::unique_ptr<TableReader> open_xlsx(const StoredContent& content) { return std::make_unique<XlsxReader>(content); }

}  // namespace connect
