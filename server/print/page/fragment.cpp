#include "server/print/page/fragment.hpp"

#include <iterator>

namespace print {

namespace {

void move_box(Box& box, double dx, double dy) {
  box.left += dx;
  box.right += dx;
  box.top += dy;
  box.bottom += dy;
}

template <typename T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }
}

}  // namespace

void Fragment::move(double dx, double dy) {
  for (auto& item : items) {
    move_box(item.box, dx, dy);
    item.baseline += dy;
    item.at += dy;
  }
  for (auto& keep : keeps) {
    keep.top += dy;
    keep.bottom += dy;
  }
  for (auto& at : breaks) at += dy;
  for (auto& head : heads) {
    move_box(head.head, dx, dy);
    head.body_bottom += dy;
  }
  for (auto& cell : cells) move_box(cell.box, dx, dy);
  if (last_row_top >= 0) last_row_top += dy;
}

void Fragment::add(Fragment&& other, double dx, double dy) {
  other.move(dx, dy);
  if (other.last_row_top >= 0) last_row_top = other.last_row_top;
  append(items, std::move(other.items));
  append(keeps, std::move(other.keeps));
  append(breaks, std::move(other.breaks));
  append(heads, std::move(other.heads));
  append(cells, std::move(other.cells));
}

void add_line(Fragment& out, const LineBorder& place, const Border& border) {
  if (border.width <= 0) return;
  Item item;
  item.kind = Item::Kind::kLine;
  item.box = {place.x0, place.y0, place.x1, place.y1};
  item.at = place.y0;
  item.width = border.width;
  item.is_dashed = border.is_dashed;
  item.color = border.color;
  out.items.push_back(std::move(item));
}

void add_borders(Fragment& out, const Box& box, const Style& style) {
  add_line(out, {box.left, box.top, box.right, box.top}, style.top);
  add_line(out, {box.left, box.bottom, box.right, box.bottom}, style.bottom);
  add_line(out, {box.left, box.top, box.left, box.bottom}, style.left);
  add_line(out, {box.right, box.top, box.right, box.bottom}, style.right);
}

void add_background(Fragment& out, const Box& box, const Color& color) {
  if (!color.is_set) return;
  Item item;
  item.kind = Item::Kind::kFill;
  item.box = box;
  item.at = box.top;
  item.color = color;
  out.items.push_back(std::move(item));
}

}  // namespace print
