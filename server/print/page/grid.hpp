// A table as rows and columns with spans.
#pragma once

#include <vector>

#include "server/print/page/dom.hpp"

namespace print {

struct TableGrid {
  struct Cell {
    const Node* node = nullptr;
    int row = 0, column = 0, rows = 1, columns = 1;
  };
  struct Row {
    const Node* node = nullptr;
    Display group = Display::kBody;
  };
  std::vector<Row> rows;             // of the head, of the bodies, of the foot
  std::vector<Cell> cells;           // by rows
  std::vector<const Node*> columns;  // <col> of each column, or null
  int column_count = 0;
};

// The nodes outlive the grid. At most 1000 columns; spans are cut at the table's end.
TableGrid make_grid(const Node& table);

}  // namespace print
