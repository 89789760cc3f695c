#include "server/print/page/grid.hpp"

#include <algorithm>

namespace print {

namespace {

constexpr int kMaxColumns = 1000;

void collect_rows(const Node& node, Display group, std::vector<std::pair<const Node*, Display>>& head,
                  std::vector<std::pair<const Node*, Display>>& body, std::vector<std::pair<const Node*, Display>>& foot) {
  for (const auto& child : node.children) {
    switch (child->style.display) {
      case Display::kHead:
      case Display::kBody:
      case Display::kFoot: collect_rows(*child, child->style.display, head, body, foot); break;
      case Display::kRow: (group == Display::kHead ? head : group == Display::kFoot ? foot : body).emplace_back(child.get(), group); break;
      default: break;
    }
  }
}

void collect_columns(const Node& node, std::vector<const Node*>& out) {
  for (const auto& child : node.children) {
    if (child->style.display == Display::kColumns) collect_columns(*child, out);
    if (child->style.display != Display::kColumn) continue;
    for (int i = 0; i < child->span("span") && out.size() < kMaxColumns; ++i) out.push_back(child.get());
  }
}

}  // namespace

TableGrid make_grid(const Node& node) {
  TableGrid grid;
  collect_columns(node, grid.columns);
  std::vector<std::pair<const Node*, Display>> head, body, foot;
  collect_rows(node, Display::kBody, head, body, foot);
  for (const auto* rows : {&head, &body, &foot}) {
    for (const auto& [row, group] : *rows) grid.rows.push_back({row, group});
  }
  const int row_count = static_cast<int>(grid.rows.size());
  std::vector<int> taken(kMaxColumns, 0);  // for each column the first row that is free again
  for (int r = 0; r < row_count; ++r) {
    int column = 0;
    for (const auto& child : grid.rows[static_cast<std::size_t>(r)].node->children) {
      if (child->style.display != Display::kCell) continue;
      while (column < kMaxColumns && taken[static_cast<std::size_t>(column)] > r) ++column;
      TableGrid::Cell cell;
      cell.node = child.get();
      cell.row = r;
      cell.column = column;
      cell.columns = std::min(child->span("colspan"), kMaxColumns - column);
      cell.rows = std::min(child->span("rowspan"), row_count - r);
      if (cell.columns <= 0) break;
      for (int i = column; i < column + cell.columns; ++i) taken[static_cast<std::size_t>(i)] = r + cell.rows;
      column += cell.columns;
      grid.column_count = std::max(grid.column_count, column);
      grid.cells.push_back(cell);
    }
  }
  grid.column_count = std::max(grid.column_count, std::min(static_cast<int>(grid.columns.size()), kMaxColumns));
  grid.columns.resize(static_cast<std::size_t>(grid.column_count), nullptr);
  return grid;
}

}  // namespace print
