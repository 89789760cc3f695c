// What layout gives: things to draw with their places, and what pages may not cut. Inside of server/print.
#pragma once

#include <pango/pangocairo.h>

#include <memory>
#include <vector>

#include "server/print/page/dom.hpp"
#include "server/print/page/picture.hpp"

namespace print {

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
};

// One thing to draw. Points; y grows downwards.
struct Item {
  enum class Kind { kText, kFill, kLine, kPicture };
  Kind kind = Kind::kText;
  Box box;                // kLine: from (left, top) to (right, bottom)
  double at = 0;          // the y that decides its page; text, pictures
  bool is_above = false;  // drawn after everything else: stamps and signatures lie over the text
  double baseline = 0;
  double width = 0;  // kLine
  bool is_dashed = false;
  double opacity = 1;
  Color color;
  std::shared_ptr<PangoLayoutLine> line;
  std::shared_ptr<const Picture> picture;
};

enum class KeepLevel { kLine, kRow, kBlock };

// No page ends strictly between `top` and `bottom`, unless there is no other way: then blocks are cut first, rows after.
struct Keep {
  double top = 0, bottom = 0;
  KeepLevel level = KeepLevel::kLine;
};

// The head of a table, drawn again on each page on which its body goes on.
struct RepeatedHead {
  Box head;
  double body_bottom = 0;
};

// A cell as placed, or a block of text outside of tables; for the workbook.
struct PlacedCell {
  Box box;
  const Node* node = nullptr;
  std::vector<const Node*> inlines;  // of a block: those of its children that stand here; empty: all
  bool is_only_frame = false;        // what is written stands in cells of an inner table
};

struct Fragment {
  double width = 0, height = 0;
  double last_row_top = -1;  // of the last table; < 0: none
  std::vector<Item> items;
  std::vector<Keep> keeps;
  std::vector<double> breaks;  // a page must end here
  std::vector<RepeatedHead> heads;
  std::vector<PlacedCell> cells;

  void move(double dx, double dy);
  void add(Fragment&& other, double dx, double dy);
};

struct LineBorder {
  double x0, y0, x1, y1;
};
void add_line(Fragment& out, const LineBorder& place, const Border& border);
void add_borders(Fragment& out, const Box& box, const Style& style);
void add_background(Fragment& out, const Box& box, const Color& color);

}  // namespace print
