// Layout: styled nodes → one fragment as tall as it comes out. Pages are cut afterwards (page/paginate.hpp).
#pragma once

#include <pango/pangocairo.h>

#include <map>

#include "server/print/page/fragment.hpp"
#include "server/print/page/grid.hpp"

namespace print {

// The narrowest and the natural width of a content.
struct Widths {
  double least = 0, natural = 0;
};

class Layout {
 public:
  // `context` outlives the layout and the fragments it gives.
  explicit Layout(PangoContext* context) : context_(context) {}

  // The border box of a block, its upper left corner at (0, 0), in `available` points of width.
  Fragment box(const Node& node, double available);
  // Widths of a table's columns, as box() would give them.
  std::vector<double> columns_of(const Node& table, double available);
  // The picture of an <img>, read once; null: none.
  std::shared_ptr<const Picture> picture(const Node& node);

 private:
  // The contents of a block: paragraphs of its inline children, and the blocks in between.
  Fragment content(const Node& node, double width);
  Fragment list_item(const Node& node, double width);
  Fragment table(const Node& node, double available);
  Fragment paragraph(const std::vector<const Node*>& inlines, const Style& style, double width);
  void add_absolute(Fragment& out, const Node& node, const Box& around);
  Fragment picture_block(const Node& node, double available);

  Widths widths(const Node& node);
  Widths content_widths(const Node& node);
  Widths table_widths(const Node& node);
  Widths paragraph_widths(const std::vector<const Node*>& inlines, const Style& style);

  struct Text;
  Text collect(const std::vector<const Node*>& inlines, const Style& style, double width);
  void add_inline(Text& text, const Node& node, double width);
  void add_picture(Text& text, const Node& node, double width);
  void add_text(Text& text, const Node& node);
  std::shared_ptr<PangoLayout> make_layout(const Text& text, const Style& style);

  std::vector<double> column_widths(const TableGrid& grid, const Node& node, double available);
  void measure_columns(const TableGrid& grid, std::vector<Widths>& columns);

  PangoContext* context_;
  std::map<const Node*, std::shared_ptr<const Picture>> pictures_;
};

}  // namespace print
