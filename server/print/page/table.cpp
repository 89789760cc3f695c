// Tables: a grid of cells with spans, widths of columns from what is written and what is in them, heights of rows.
#include <algorithm>
#include <numeric>

#include "server/print/page/grid.hpp"
#include "server/print/page/layout.hpp"

namespace print {

namespace {

double frame_of(const Style& style, bool collapsed) {
  const double borders = style.left.width + style.right.width;
  return style.padding.across() + (collapsed ? borders / 2 : borders);
}

// Gives `extra` to the columns in proportion to their natural widths.
void spread(std::vector<Widths>& columns, int first, int count, double Widths::*member, double wanted) {
  double sum = 0, natural = 0;
  for (int i = first; i < first + count; ++i) {
    sum += columns[static_cast<std::size_t>(i)].*member;
    natural += columns[static_cast<std::size_t>(i)].natural;
  }
  if (wanted <= sum) return;
  for (int i = first; i < first + count; ++i) {
    auto& column = columns[static_cast<std::size_t>(i)];
    const double share = natural > 0 ? column.natural / natural : 1.0 / count;
    column.*member += (wanted - sum) * share;
  }
}

struct Wanted {
  double points = 0;
  double percent = 0;
};

void want(Wanted& column, const Length& length, double frame) {
  if (length.kind == Length::Kind::kPoints) column.points = std::max(column.points, length.value + frame);
  if (length.kind == Length::Kind::kPercent) column.percent = std::max(column.percent, length.value);
}

}  // namespace

void Layout::measure_columns(const TableGrid& grid, std::vector<Widths>& columns) {
  for (const bool spanning : {false, true}) {
    for (const auto& cell : grid.cells) {
      if ((cell.columns > 1) != spanning) continue;
      Widths one = content_widths(*cell.node);
      const double frame = frame_of(cell.node->style, true);
      one.least += frame;
      one.natural += frame;
      spread(columns, cell.column, cell.columns, &Widths::least, one.least);
      spread(columns, cell.column, cell.columns, &Widths::natural, one.natural);
    }
  }
}

Widths Layout::table_widths(const Node& node) {
  const TableGrid grid = make_grid(node);
  std::vector<Widths> columns(static_cast<std::size_t>(grid.column_count));
  if (node.style.width.kind == Length::Kind::kPoints) return {node.style.width.value, node.style.width.value};
  measure_columns(grid, columns);
  Widths out;
  for (const auto& cell : grid.cells) {
    const Length& length = cell.node->style.width;
    if (cell.columns == 1 && length.kind == Length::Kind::kPoints) {
      auto& column = columns[static_cast<std::size_t>(cell.column)];
      column.natural = std::max(column.least, length.value + frame_of(cell.node->style, true));
    }
  }
  for (const auto& column : columns) {
    out.least += column.least;
    out.natural += column.natural;
  }
  return out;
}

std::vector<double> Layout::column_widths(const TableGrid& grid, const Node& node, double available) {
  const auto count = static_cast<std::size_t>(grid.column_count);
  std::vector<Wanted> wanted(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (grid.columns[i] != nullptr) want(wanted[i], grid.columns[i]->style.width, 0);
  }
  for (const auto& cell : grid.cells) {
    if (cell.columns == 1 && (!node.style.is_fixed_layout || cell.row == 0))
      want(wanted[static_cast<std::size_t>(cell.column)], cell.node->style.width, frame_of(cell.node->style, true));
  }
  std::vector<Widths> columns(count);
  const bool all_written = std::all_of(wanted.begin(), wanted.end(), [](const Wanted& one) { return one.points > 0 || one.percent > 0; });
  const bool needs_measure = !node.style.is_fixed_layout && !(all_written && !node.style.width.is_auto() && grid.cells.size() > 400);
  if (needs_measure) measure_columns(grid, columns);
  double natural = 0;
  for (std::size_t i = 0; i < count; ++i) natural += std::max(columns[i].natural, wanted[i].points);
  const double width = node.style.width.is_auto() ? std::min(available, natural) : node.style.width.of(available, available);
  std::vector<double> out(count, 0);
  std::vector<bool> is_set(count, false);
  double left = width;
  for (std::size_t i = 0; i < count; ++i) {
    if (wanted[i].percent <= 0 && wanted[i].points <= 0) continue;
    const double own = wanted[i].percent > 0 ? width * wanted[i].percent / 100 : wanted[i].points;
    out[i] = node.style.is_fixed_layout ? own : std::max(own, columns[i].least);
    is_set[i] = true;
    left -= out[i];
  }
  double least = 0, most = 0;
  std::size_t open = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (is_set[i]) continue;
    ++open;
    least += columns[i].least;
    most += columns[i].natural;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (is_set[i]) continue;
    if (left >= most)
      out[i] = most > 0 ? left * columns[i].natural / most : left / static_cast<double>(open);
    else if (left >= least)
      out[i] = columns[i].least + (most > least ? (left - least) * (columns[i].natural - columns[i].least) / (most - least) : 0);
    // Words too long for their column are broken, before columns of a written width give way.
    else
      out[i] = std::max(left, std::min(least, 36.0 * static_cast<double>(open))) * columns[i].least / least;
  }
  const double sum = std::accumulate(out.begin(), out.end(), 0.0);
  const bool must_fill = open == 0 && !node.style.width.is_auto();
  if (sum > 0 && (sum > width + 0.01 || (must_fill && sum < width))) {
    for (auto& one : out) one *= width / sum;
  }
  return out;
}

namespace {

struct CellFragment {
  Fragment inside;
  double height = 0;  // with padding and borders
  double x = 0, width = 0;
};

void stretch_rows(std::vector<double>& heights, int first, int count, double wanted) {
  double sum = 0;
  for (int i = first; i < first + count; ++i) sum += heights[static_cast<std::size_t>(i)];
  if (wanted > sum) heights[static_cast<std::size_t>(first + count - 1)] += wanted - sum;
}

double shift_of(const Style& style, double room, double height) {
  switch (style.vertical_align) {
    case VerticalAlign::kMiddle: return (room - height) / 2;
    case VerticalAlign::kBottom: return room - height;
    default: return 0;
  }
}

}  // namespace

std::vector<double> Layout::columns_of(const Node& table, double available) { return column_widths(make_grid(table), table, available); }

Fragment Layout::table(const Node& node, double available) {
  const TableGrid grid = make_grid(node);
  Fragment out;
  if (grid.cells.empty()) return out;
  const auto columns = column_widths(grid, node, available);
  std::vector<double> lefts(columns.size() + 1, 0);
  for (std::size_t i = 0; i < columns.size(); ++i) lefts[i + 1] = lefts[i] + columns[i];

  std::vector<double> heights(grid.rows.size(), 0);
  for (std::size_t r = 0; r < grid.rows.size(); ++r) heights[r] = grid.rows[r].node->style.height.of(0, 0);
  std::vector<CellFragment> placed(grid.cells.size());
  for (std::size_t i = 0; i < grid.cells.size(); ++i) {
    const auto& cell = grid.cells[i];
    const Style& style = cell.node->style;
    auto& one = placed[i];
    one.x = lefts[static_cast<std::size_t>(cell.column)];
    one.width = lefts[static_cast<std::size_t>(cell.column + cell.columns)] - one.x;
    one.inside = content(*cell.node, std::max(1.0, one.width - frame_of(style, node.style.is_collapsed)));
    one.height = std::max(one.inside.height + style.padding.along() + (style.top.width + style.bottom.width) / 2, style.height.of(0, 0));
    if (cell.rows == 1) heights[static_cast<std::size_t>(cell.row)] = std::max(heights[static_cast<std::size_t>(cell.row)], one.height);
  }
  for (std::size_t i = 0; i < grid.cells.size(); ++i) {
    if (grid.cells[i].rows > 1) stretch_rows(heights, grid.cells[i].row, grid.cells[i].rows, placed[i].height);
  }
  std::vector<double> tops(heights.size() + 1, 0);
  for (std::size_t r = 0; r < heights.size(); ++r) tops[r + 1] = tops[r] + heights[r];

  out.width = lefts.back();
  out.height = std::max(tops.back(), node.style.height.of(0, 0));
  add_background(out, {0, 0, out.width, out.height}, node.style.background);
  for (std::size_t r = 0; r < grid.rows.size(); ++r)
    add_background(out, {0, tops[r], out.width, tops[r + 1]}, grid.rows[r].node->style.background);
  for (std::size_t i = 0; i < grid.cells.size(); ++i) {
    const auto& cell = grid.cells[i];
    const Style& style = cell.node->style;
    auto& one = placed[i];
    const Box box = {one.x, tops[static_cast<std::size_t>(cell.row)], one.x + one.width,
                     tops[static_cast<std::size_t>(cell.row + cell.rows)]};
    const double half = node.style.is_collapsed ? 0.5 : 1;
    const double room = box.bottom - box.top - style.padding.along() - (style.top.width + style.bottom.width) / 2;
    const double dy = std::max(0.0, shift_of(style, room, one.inside.height));
    add_background(out, box, style.background);
    add_borders(out, box, style);
    one.inside.last_row_top = -1;
    // A workbook has no tables within cells: the inner ones count, or else the cell with all its paragraphs.
    const bool has_inner = std::any_of(one.inside.cells.begin(), one.inside.cells.end(),
                                       [](const PlacedCell& inner) { return inner.node->style.display == Display::kCell; });
    if (!has_inner) one.inside.cells.clear();
    out.cells.push_back({box, cell.node, {}, has_inner});
    out.add(std::move(one.inside), box.left + style.padding.left + style.left.width * half,
            box.top + style.padding.top + style.top.width / 2 + dy);
    out.keeps.push_back({box.top, box.bottom, KeepLevel::kRow});
  }
  add_borders(out, {0, 0, out.width, out.height}, node.style);
  std::size_t head_rows = 0;
  while (head_rows < grid.rows.size() && grid.rows[head_rows].group == Display::kHead) ++head_rows;
  if (head_rows > 0 && head_rows < grid.rows.size()) {
    out.heads.push_back({{0, 0, out.width, tops[head_rows]}, tops.back()});
    out.keeps.push_back({0, tops[head_rows + 1], KeepLevel::kBlock});
  }
  for (std::size_t r = 1; r < grid.rows.size(); ++r) {
    const BreakRule rule = grid.rows[r].node->style.break_before;
    if (rule == BreakRule::kAvoid) out.keeps.push_back({tops[r - 1], tops[r + 1], KeepLevel::kBlock});
    if (rule == BreakRule::kAlways) out.breaks.push_back(tops[r]);
  }
  if (node.style.break_inside == BreakRule::kAvoid) out.keeps.push_back({0, out.height, KeepLevel::kBlock});
  out.last_row_top = tops[heights.size() - 1];
  return out;
}

}  // namespace print
