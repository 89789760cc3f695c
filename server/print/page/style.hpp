// Computed style of a node: the documented part of CSS (docs/reference/print.md). All lengths in points, 1/72 inch.
#pragma once

#include <cstdint>
#include <string>

namespace print {

struct Length {
  enum class Kind : std::uint8_t { kAuto, kPoints, kPercent };
  Kind kind = Kind::kAuto;
  double value = 0;
  bool is_auto() const { return kind == Kind::kAuto; }
  // Of `whole` for percents; `fallback` when auto.
  double of(double whole, double fallback) const {
    return kind == Kind::kAuto ? fallback : kind == Kind::kPercent ? whole * value / 100 : value;
  }
};

struct Color {
  double red = 0, green = 0, blue = 0;
  bool is_set = false;  // false: transparent, or black for text
};

struct Border {
  double width = 0;
  bool is_dashed = false;
  Color color;
};

struct Sides {
  double top = 0, right = 0, bottom = 0, left = 0;
  double across() const { return left + right; }
  double along() const { return top + bottom; }
};

enum class Display : std::uint8_t { kInline, kBlock, kListItem, kTable, kHead, kBody, kFoot, kRow, kCell, kColumn, kColumns, kNone };
enum class Align : std::uint8_t { kLeft, kCenter, kRight, kJustify };
enum class VerticalAlign : std::uint8_t { kBaseline, kTop, kMiddle, kBottom, kSub, kSuper };
enum class WhiteSpace : std::uint8_t { kNormal, kNowrap, kPre, kPreLine };
enum class Transform : std::uint8_t { kNone, kUpper, kLower };
enum class BreakRule : std::uint8_t { kAuto, kAlways, kAvoid };

struct Style {
  // Inherited.
  std::string family = "sans-serif";
  double size = 9;
  bool is_bold = false, is_italic = false, is_underlined = false, is_struck = false;
  Color color;
  Align align = Align::kLeft;
  WhiteSpace white_space = WhiteSpace::kNormal;
  Transform transform = Transform::kNone;
  double line_height = 0;  // times the font's own; 0: normal
  double text_indent = 0;
  bool is_collapsed = true;  // border-collapse
  double spacing = 0;        // border-spacing
  std::string list_marker = "disc";
  // Not inherited.
  Display display = Display::kInline;
  VerticalAlign vertical_align = VerticalAlign::kBaseline;
  Color background;
  Sides margin, padding;
  bool is_centered = false;      // margin-left and margin-right are auto
  bool is_pushed_right = false;  // margin-left alone is auto
  Border top, right, bottom, left;
  Length width, height, min_height, max_width, max_height;
  Length at_left, at_top, at_right, at_bottom;  // of what stands absolutely
  bool is_absolute = false;
  bool is_fixed_layout = false;  // table-layout
  double opacity = 1;
  BreakRule break_before = BreakRule::kAuto, break_after = BreakRule::kAuto, break_inside = BreakRule::kAuto;
};

// What a child begins with.
Style inherited(const Style& parent);

}  // namespace print
