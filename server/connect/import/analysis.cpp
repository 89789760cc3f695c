#include "server/connect/import/analysis.hpp"

#include <algorithm>
#include <set>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/import/values/text_repair.hpp"

namespace connect {

namespace {

constexpr int kHeadRows = 40;      // where a header may stand
constexpr int kSampledRows = 300;  // read for samples
constexpr std::size_t kSamples = 50;

std::string column_letters(std::size_t index) {
  std::string name;
  for (std::size_t n = index + 1; n > 0; n = (n - 1) / 26) name.insert(name.begin(), static_cast<char>('A' + (n - 1) % 26));
  return name;
}

bool has_many_digits(std::string_view text) { return base::digits(text).size() * 2 > text.size(); }

// Cells that could be headings: short texts without many digits.
int heading_cells(const Row& row) {
  int count = 0;
  for (const auto& cell : row.cells) {
    if (cell.is_blank()) continue;
    const bool is_heading =
        cell.type == CellType::kText && cell.text.size() < 160 && cell.text.find('@') == std::string::npos && !has_many_digits(cell.text);
    if (!is_heading) return 0;
    ++count;
  }
  return count;
}

int known_headings(const Row& row, const HeaderWords& words) {
  int count = 0;
  for (const auto& cell : row.cells) {
    if (!cell.is_blank() && cell.text.size() < 160 && words.target_of(cell.text).has_value()) ++count;
  }
  return count;
}

int filled(const Row& row) {
  return static_cast<int>(std::count_if(row.cells.begin(), row.cells.end(), [](const Cell& cell) { return !cell.is_blank(); }));
}

// The row with most known words; else the first whose cells all could be headings, when rows of data follow.
std::int64_t find_header(const std::vector<Row>& rows, const HeaderWords& words) {
  std::int64_t best_row = 0;
  int best = 0;
  std::size_t widest = 0;
  for (const auto& row : rows) widest = std::max(widest, static_cast<std::size_t>(filled(row)));
  for (std::size_t i = 0; i < rows.size() && i < kHeadRows; ++i) {
    const int known = known_headings(rows[i], words);
    // One word alone is a header only of a table as narrow.
    if (known > best && (known >= 2 || widest <= 2)) {
      best = known;
      best_row = rows[i].number;
    }
  }
  if (best > 0) return best_row;
  for (std::size_t i = 0; i + 1 < rows.size() && i < kHeadRows; ++i) {
    const int headings = heading_cells(rows[i]);
    if (headings < 2 || static_cast<std::size_t>(headings) * 2 < widest) continue;
    std::set<std::string> distinct;
    for (const auto& cell : rows[i].cells) {
      if (!cell.is_blank()) distinct.insert(header_key(cell.text));
    }
    const bool has_data = std::any_of(rows.begin() + static_cast<std::ptrdiff_t>(i) + 1, rows.end(),
                                      [](const Row& row) { return filled(row) > 0 && heading_cells(row) == 0; });
    if (distinct.size() == static_cast<std::size_t>(headings) && has_data) return rows[i].number;
    return 0;
  }
  return 0;
}

// Numbers that can only be month and day tell the order of a column of dates.
DateOrder order_of(const std::vector<std::string>& values) {
  int month_first = 0, day_first = 0;
  for (const auto& value : values) {
    int numbers[3] = {0, 0, 0};
    int count = 0;
    bool is_in = false;
    for (const char c : value.substr(0, value.find(' '))) {
      if (c >= '0' && c <= '9') {
        if (!is_in && ++count > 3) break;
        is_in = true;
        numbers[count - 1] = std::min(numbers[count - 1] * 10 + (c - '0'), 100'000);
      } else {
        is_in = false;
      }
    }
    if (count != 3 || numbers[0] > 31 || numbers[1] > 31) continue;
    month_first += numbers[1] > 12 && numbers[0] <= 12;
    day_first += numbers[0] > 12 && numbers[1] <= 12;
  }
  return month_first > 0 && day_first == 0 ? DateOrder::kMonthFirst : DateOrder::kDayFirst;
}

void sample_columns(const std::vector<Row>& rows, SheetPlan& plan) {
  std::size_t width = plan.headers.size();
  for (const auto& row : rows) {
    if (row.number > plan.header_row) width = std::max(width, row.cells.size());
  }
  plan.headers.resize(width);
  plan.samples.resize(width);
  for (std::size_t i = 0; i < width; ++i) plan.samples[i].header = plan.headers[i];
  for (const auto& row : rows) {
    if (row.number <= plan.header_row) continue;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (!row.cells[i].is_blank() && plan.samples[i].values.size() < kSamples) plan.samples[i].values.push_back(row.cells[i].text);
    }
  }
}

void apply_ready_mapping(const std::string& name, const entity::EntityDef& entity, const HeaderWords& words, SheetPlan& plan) {
  const auto ready = ready_mapping(name, entity.key, plan.headers);
  if (!ready) throw base::Error(base::ErrorCode::kNotFound, "import_mapping_not_found", {{"name", name}});
  plan.mapping.name = name;
  std::set<std::string> taken;
  for (const auto& column : ready->columns) taken.insert(column.target);
  for (std::size_t i = 0; i < plan.mapping.columns.size(); ++i) {
    auto& column = plan.mapping.columns[i];
    const std::string& target = ready->columns[i].target;
    // Columns that the ready mapping does not know keep what was found, unless it took the target.
    if (target == "?") {
      if (taken.contains(column.target)) column.target.clear();
    } else {
      column.target = words.is_target(target) ? target : std::string();
    }
  }
}

}  // namespace

Analysis analyse_table(TableReader& reader, const HeaderWords& words, const entity::EntityDef& entity, const AnalysisOptions& options) {
  Analysis analysis;
  analysis.format = reader.format();
  analysis.encoding = reader.encoding();
  analysis.delimiter = reader.delimiter();
  const auto fixed = reader.fixed_columns();
  for (std::size_t i = 0; i < reader.sheets().size(); ++i) {
    const Sheet& sheet = reader.sheets()[i];
    if (options.sheet.empty() ? sheet.is_hidden : sheet.name != options.sheet) continue;
    SheetPlan plan;
    plan.sheet = static_cast<int>(i);
    plan.name = sheet.name;
    reader.open_sheet(plan.sheet);
    std::vector<Row> rows;
    Row row;
    while (rows.size() < kSampledRows && reader.next(row)) rows.push_back(std::move(row));
    bool is_given = false, is_left_out = false;
    if (!fixed.empty()) {
      plan.headers = fixed;
    } else {
      const auto given = options.header_rows.find(plan.sheet);
      is_given = given != options.header_rows.end() && given->second >= 0;
      is_left_out = given != options.header_rows.end() && given->second < 0;
      if (is_given && given->second > static_cast<std::int64_t>(rows.size())) throw base::Error::field("header_row", "out_of_range");
      plan.header_row = is_given ? given->second : find_header(rows, words);
      for (const auto& candidate : rows) {
        if (candidate.number != plan.header_row) continue;
        for (const auto& cell : candidate.cells) plan.headers.push_back(cell.is_merged ? std::string() : tidy(cell.text));
      }
    }
    sample_columns(rows, plan);
    plan.mapping = words.map(plan.samples);
    for (std::size_t column = 0; column < plan.mapping.columns.size(); ++column)
      plan.mapping.columns[column].date_order = order_of(plan.samples[column].values);
    if (!options.mapping.empty() && options.mapping != "auto") apply_ready_mapping(options.mapping, entity, words, plan);
    for (std::size_t column = 0; column < plan.mapping.columns.size(); ++column) {
      if (plan.mapping.columns[column].column.empty()) plan.mapping.columns[column].column = column_letters(column);
    }
    plan.fingerprint = header_fingerprint(plan.headers);
    // A sheet on which nothing could be understood holds no table of clients.
    const bool has_targets =
        std::any_of(plan.mapping.columns.begin(), plan.mapping.columns.end(), [](const auto& column) { return !column.target.empty(); });
    if (is_left_out || (!has_targets && !is_given)) plan.header_row = -1;
    analysis.sheets.push_back(std::move(plan));
  }
  if (analysis.sheets.empty()) throw base::Error(base::ErrorCode::kNotFound, "table_sheet_not_found");
  return analysis;
}

std::string_view skip_reason(RowKind kind) { return kind == RowKind::kBlank ? "blank" : kind == RowKind::kTotal ? "total" : "title"; }

namespace {

// One cell of a table that has several columns, written as a heading of what follows.
bool is_heading_of_rows(const Row& row, const SheetPlan& plan, const HeaderWords& words) {
  const auto mapped = std::count_if(plan.mapping.columns.begin(), plan.mapping.columns.end(),
                                    [](const ColumnMapping& column) { return !column.target.empty(); });
  const auto cell = std::find_if(row.cells.begin(), row.cells.end(), [](const Cell& each) { return !each.is_blank(); });
  return mapped >= 3 && cell != row.cells.end() && words.is_group_heading(cell->text);
}

// A firm may be called «Итог»: then there is something that only a client has.
bool has_identity(const Row& row, const SheetPlan& plan) {
  return std::any_of(plan.mapping.columns.begin(), plan.mapping.columns.end(), [&](const ColumnMapping& column) {
    const auto index = static_cast<std::size_t>(column.index);
    if (index >= row.cells.size() || row.cells[index].is_blank()) return false;
    const std::string& text = row.cells[index].text;
    const auto digits = base::digits(text).size();
    if (column.target == "inn") return digits >= 9;
    if (column.target == "phones") return digits >= 6;
    if (column.target == "emails") return text.find('@') != std::string::npos;
    return (column.target == "city" || column.target.ends_with(".name")) && !has_many_digits(text);
  });
}

bool is_total_row(const Row& row, const SheetPlan& plan, const HeaderWords& words) {
  // The word stands in front, behind a number of the row at most.
  int seen = 0;
  bool is_total = false, is_subtotal = false, has_words_beside = false;
  for (const auto& cell : row.cells) {
    if (cell.is_blank()) continue;
    const bool is_in_front = ++seen <= 2;
    is_total = is_total || (is_in_front && words.is_total(cell.text));
    const bool says_subtotal = is_in_front && words.is_subtotal(cell.text);
    is_subtotal = is_subtotal || says_subtotal;
    has_words_beside = has_words_beside || (!says_subtotal && cell.type != CellType::kNumber && !has_many_digits(cell.text));
  }
  return (is_total || (is_subtotal && !has_words_beside)) && !has_identity(row, plan);
}

}  // namespace

RowKind kind_of_row(const Row& row, const SheetPlan& plan, const HeaderWords& words) {
  const int count = filled(row);
  if (count == 0) return RowKind::kBlank;
  // The header again, as on printed pages.
  int same = 0;
  for (std::size_t i = 0; i < row.cells.size() && i < plan.headers.size(); ++i) {
    if (!row.cells[i].is_blank() && !plan.headers[i].empty() && header_key(row.cells[i].text) == header_key(plan.headers[i])) ++same;
  }
  if (plan.header_row > 0 && same == count && same >= 2) return RowKind::kTitle;
  if (count == 1 && row.is_wide) return RowKind::kTitle;
  if (is_total_row(row, plan, words)) return RowKind::kTotal;
  return count == 1 && is_heading_of_rows(row, plan, words) ? RowKind::kTitle : RowKind::kData;
}

std::int64_t reported_number(const Row& row, const SheetPlan& plan, TableFormat format) {
  return format == TableFormat::kCsv && plan.header_row > 0 ? row.number - plan.header_row : row.number;
}

}  // namespace connect
