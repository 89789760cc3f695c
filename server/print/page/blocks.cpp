// Blocks one under another.
#include <algorithm>
#include <utility>

#include "server/print/page/layout.hpp"
#include "server/print/page/text_run.hpp"

namespace print {

namespace {

bool is_blank(const Node& node) {
  return node.is_text() && node.style.white_space != WhiteSpace::kPre && node.text.find_first_not_of(" \t\r\n\f") == std::string::npos;
}

bool is_skipped(const Node& node) { return node.style.display == Display::kNone; }

// Children of an inline element count as children of the block; a block inside of one is a block of ours.
void flatten(const Node& node, std::vector<const Node*>& out) {
  for (const auto& child : node.children) {
    const bool holds_block = !child->is_text() && child->style.display == Display::kInline &&
                             std::any_of(child->children.begin(), child->children.end(),
                                         [](const auto& inner) { return inner->is_block() && !inner->style.is_absolute; });
    if (holds_block) {
      flatten(*child, out);
    } else {
      out.push_back(child.get());
    }
  }
}

}  // namespace

std::shared_ptr<const Picture> Layout::picture(const Node& node) {
  const auto found = pictures_.find(&node);
  if (found != pictures_.end()) return found->second;
  return pictures_[&node] = read_picture(node);
}

Fragment Layout::picture_block(const Node& node, double available) {
  Fragment out;
  const auto found = picture(node);
  if (!found) return out;
  const auto [width, height] = picture_size(*found, node.style, available);
  Item item;
  item.kind = Item::Kind::kPicture;
  item.box = {0, 0, width, height};
  item.opacity = node.style.opacity;
  item.picture = found;
  out.keeps.push_back({0, height, KeepLevel::kLine});
  out.items.push_back(std::move(item));
  out.width = width;
  out.height = height;
  return out;
}

Fragment Layout::box(const Node& node, double available) {
  const Style& style = node.style;
  if (node.tag == "img") return picture_block(node, available);
  if (style.display == Display::kTable) return table(node, available);
  const double frame = style.padding.across() + style.left.width + style.right.width;
  const double width = std::min(style.width.of(available, available), style.max_width.of(available, 1e6));
  const double inner = std::max(1.0, width - (style.width.is_auto() || style.width.kind == Length::Kind::kPercent ? frame : 0));
  Fragment inside = style.display == Display::kListItem ? list_item(node, inner) : content(node, inner);
  const double outer = inner + frame;
  double height = inside.height + style.padding.along() + style.top.width + style.bottom.width;
  height = std::max({height, style.height.of(0, 0), style.min_height.of(0, 0)});
  Fragment out;
  const Box around = {0, 0, outer, height};
  add_background(out, around, style.background);
  add_borders(out, around, style);
  out.add(std::move(inside), style.padding.left + style.left.width, style.padding.top + style.top.width);
  out.width = outer;
  out.height = height;
  if (style.break_inside == BreakRule::kAvoid) out.keeps.push_back({0, height, KeepLevel::kBlock});
  return out;
}

Fragment Layout::list_item(const Node& node, double width) {
  Fragment out = content(node, width);
  std::string marker = node.style.list_marker == "none" ? "" : "•";
  if (node.style.list_marker == "decimal" && node.parent != nullptr) {
    int number = 0;
    for (const auto& sibling : node.parent->children) {
      if (sibling->tag == "li") ++number;
      if (sibling.get() == &node) break;
    }
    marker = std::to_string(number) + ".";
  }
  if (marker.empty()) return out;
  Node text;
  text.text = marker;
  text.style = inherited(node.style);
  text.style.align = Align::kRight;
  const double gap = 12;
  Fragment mark = paragraph({&text}, text.style, gap - 2);
  if (mark.items.empty()) return out;
  // Right of the box that ends where the text begins, also when it is wider than the indent.
  out.add(std::move(mark), -gap, 0);
  return out;
}

void Layout::add_absolute(Fragment& out, const Node& node, const Box& around) {
  const double width = around.right - around.left;
  const Style& style = node.style;
  double available = width;
  if (style.width.is_auto() && node.tag != "img") available = std::min(width, widths(node).natural);
  Fragment inside = box(node, available);
  double left = around.left + style.at_left.of(width, style.margin.left);
  if (style.at_left.is_auto() && !style.at_right.is_auto()) left = around.right - style.at_right.of(width, 0) - inside.width;
  double top = around.top + style.at_top.of(around.bottom - around.top, style.margin.top);
  if (style.at_top.is_auto() && !style.at_bottom.is_auto()) top = around.bottom - style.at_bottom.of(0, 0) - inside.height;
  inside.keeps.clear();
  inside.breaks.clear();
  inside.cells.clear();
  inside.move(left, top);
  for (auto& item : inside.items) {
    item.is_above = true;
    item.at = around.top;
  }
  out.add(std::move(inside), 0, 0);
}

Fragment Layout::content(const Node& node, double width) {
  Fragment out;
  double y = 0;
  double margin_below = 0;
  bool is_first = true;
  bool must_break = false;
  double joined_from = -1;  // a heading that must not stand alone above a page's end
  std::vector<const Node*> inlines;
  std::vector<const Node*> absolutes;
  std::vector<const Node*> children;
  flatten(node, children);

  const auto place = [&](Fragment&& part, const Style& style, double dx) {
    if (!is_first)
      y += std::max(margin_below, style.margin.top);
    else
      y += style.margin.top;
    is_first = false;
    if (must_break || style.break_before == BreakRule::kAlways) out.breaks.push_back(y);
    must_break = style.break_after == BreakRule::kAlways;
    const double bottom = y + part.height;
    if (joined_from >= 0) out.keeps.push_back({joined_from, y + std::min(part.height, style.size * 3), KeepLevel::kBlock});
    joined_from = style.break_after == BreakRule::kAvoid ? y : -1;
    if (style.break_before == BreakRule::kAvoid && out.last_row_top >= 0)
      out.keeps.push_back({out.last_row_top, bottom, KeepLevel::kBlock});
    out.width = std::max(out.width, dx + part.width);
    out.add(std::move(part), dx, y);
    y = bottom;
    margin_below = style.margin.bottom;
  };
  const auto flush = [&] {
    if (inlines.empty()) return;
    Fragment lines = paragraph(inlines, node.style, width);
    const std::vector<const Node*> written = std::exchange(inlines, {});
    if (lines.items.empty()) return;
    Style style;
    style.size = node.style.size;
    if (node.style.display == Display::kBlock || node.style.display == Display::kListItem)
      lines.cells.push_back({{0, 0, width, lines.height}, &node, written, false});
    place(std::move(lines), style, 0);
  };

  for (const auto* child : children) {
    if (is_skipped(*child)) continue;
    if (child->style.is_absolute) {
      absolutes.push_back(child);
      continue;
    }
    if (!child->is_block()) {
      if (!inlines.empty() || !is_blank(*child)) inlines.push_back(child);
      continue;
    }
    flush();
    const Style& style = child->style;
    const double available = std::max(1.0, width - style.margin.left - style.margin.right);
    Fragment part = box(*child, available);
    double dx = style.margin.left;
    if (style.is_centered)
      dx = std::max(0.0, (width - part.width) / 2);
    else if (style.is_pushed_right)
      dx = std::max(0.0, width - part.width - style.margin.right);
    place(std::move(part), style, dx);
  }
  flush();
  out.height = y + margin_below;
  if (must_break) out.breaks.push_back(out.height);
  for (const auto* child : absolutes) add_absolute(out, *child, {0, 0, width, out.height});
  return out;
}

Widths Layout::content_widths(const Node& node) {
  Widths out;
  std::vector<const Node*> inlines;
  const auto take = [&](const Widths& one) {
    out.least = std::max(out.least, one.least);
    out.natural = std::max(out.natural, one.natural);
  };
  const auto flush = [&] {
    if (!inlines.empty()) take(paragraph_widths(inlines, node.style));
    inlines.clear();
  };
  std::vector<const Node*> children;
  flatten(node, children);
  for (const auto* child : children) {
    if (is_skipped(*child) || child->style.is_absolute) continue;
    if (!child->is_block()) {
      if (!inlines.empty() || !is_blank(*child)) inlines.push_back(child);
      continue;
    }
    flush();
    Widths one = widths(*child);
    one.least += child->style.margin.across();
    one.natural += child->style.margin.across();
    take(one);
  }
  flush();
  return out;
}

Widths Layout::widths(const Node& node) {
  const Style& style = node.style;
  if (node.tag == "img") {
    const auto found = picture(node);
    const double width = found ? picture_size(*found, style, 0).first : 0;
    return {width, width};
  }
  const double frame = style.padding.across() + style.left.width + style.right.width;
  if (style.width.kind == Length::Kind::kPoints && style.display != Display::kTable) {
    const double width = style.width.value + frame;
    return {width, width};
  }
  Widths out = style.display == Display::kTable ? table_widths(node) : content_widths(node);
  out.least += style.display == Display::kTable ? 0 : frame;
  out.natural += style.display == Display::kTable ? 0 : frame;
  return out;
}

}  // namespace print
