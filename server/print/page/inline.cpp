// Paragraphs: runs of text with their fonts, broken into lines by Pango.
#include <algorithm>
#include <cmath>

#include "server/base/text/text.hpp"
#include "server/print/page/layout.hpp"
#include "server/print/page/text_run.hpp"

namespace print {

namespace {

constexpr std::string_view kObject = "\xef\xbf\xbc";  // U+FFFC stands for a picture
constexpr std::string_view kNoBreakSpace = "\u00a0";
constexpr std::string_view kSoftHyphen = "\u00ad";  // as many bytes as "- "
constexpr double kSlack = 0.8;                      // points: other programs that show our DOCX break lines by their own measure

std::string family_of(const std::string& wanted) {
  const std::string lower = base::to_lower(wanted);
  const bool is_serif =
      lower.find("times") != std::string::npos || (lower.find("serif") != std::string::npos && lower.find("sans") == std::string::npos);
  return is_serif ? "Liberation Serif, DejaVu Sans" : "Liberation Sans, DejaVu Sans";
}

PangoFontDescription* font_of(const Style& style) {
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family(font, family_of(style.family).c_str());
  pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
  pango_font_description_set_weight(font, style.is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_style(font, style.is_italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
  return font;
}

bool same_look(const Style& a, const Style& b) {
  return a.family == b.family && a.size == b.size && a.is_bold == b.is_bold && a.is_italic == b.is_italic &&
         a.is_underlined == b.is_underlined && a.is_struck == b.is_struck && a.color.is_set == b.color.is_set &&
         a.color.red == b.color.red && a.color.green == b.color.green && a.color.blue == b.color.blue &&
         a.background.is_set == b.background.is_set && a.vertical_align == b.vertical_align;
}

PangoAlignment alignment(Align align) {
  return align == Align::kCenter ? PANGO_ALIGN_CENTER : align == Align::kRight ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
}

guint16 channel(double value) { return static_cast<guint16>(std::lround(std::clamp(value, 0.0, 1.0) * 65535)); }

void add_attribute(PangoAttrList* list, PangoAttribute* attribute, std::size_t begin, std::size_t end) {
  attribute->start_index = static_cast<guint>(begin);
  attribute->end_index = static_cast<guint>(end);
  pango_attr_list_insert(list, attribute);
}

bool is_break_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

}  // namespace

void Layout::add_text(Text& text, const Node& node) {
  const Style& style = node.style;
  std::string shown = style.transform == Transform::kUpper   ? base::to_upper(node.text)
                      : style.transform == Transform::kLower ? base::to_lower(node.text)
                                                             : node.text;
  const std::size_t begin = text.bytes.size();
  const bool keeps_lines = style.white_space == WhiteSpace::kPre || style.white_space == WhiteSpace::kPreLine;
  for (const char c : shown) {
    if (!is_break_space(c)) {
      text.bytes += c;
      text.ends_with_space = false;
    } else if (keeps_lines && c == '\n') {
      text.bytes += '\n';
      text.ends_with_space = true;
    } else if (style.white_space == WhiteSpace::kPre) {
      text.bytes += c == '\t' ? ' ' : c;
    } else if (!text.ends_with_space) {
      if (style.white_space == WhiteSpace::kNowrap) {
        text.bytes += kNoBreakSpace;
      } else {
        text.bytes += ' ';
      }
      text.ends_with_space = true;
    }
  }
  if (text.bytes.size() > begin) text.runs.push_back({begin, text.bytes.size(), &style});
}

void Layout::add_picture(Text& text, const Node& node, double width) {
  const auto found = picture(node);
  if (!found) return;
  const auto [wide, tall] = picture_size(*found, node.style, width);
  text.pictures.push_back({text.bytes.size(), found, wide, tall});
  text.bytes += kObject;
  text.ends_with_space = false;
}

void Layout::add_inline(Text& text, const Node& node, double width) {
  if (node.is_text()) {
    add_text(text, node);
  } else if (node.tag == "br") {
    while (!text.bytes.empty() && text.bytes.back() == ' ') text.bytes.pop_back();
    for (auto& run : text.runs) run.end = std::min(run.end, text.bytes.size());
    const std::size_t begin = text.bytes.size();
    text.bytes += '\n';
    text.runs.push_back({begin, begin + 1, &node.style});
    text.ends_with_space = true;
  } else if (node.tag == "img") {
    add_picture(text, node, width);
  } else if (node.style.display != Display::kNone) {
    for (const auto& child : node.children) add_inline(text, *child, width);
  }
}

Layout::Text Layout::collect(const std::vector<const Node*>& inlines, const Style& style, double width) {
  Text text;
  text.style = &style;
  for (const auto* node : inlines) add_inline(text, *node, width);
  while (!text.bytes.empty() && text.bytes.back() == ' ') text.bytes.pop_back();
  if (!text.bytes.empty() && text.bytes.back() == '\n') text.bytes.pop_back();  // a break at the end of a block opens no line
  for (auto& run : text.runs) {
    run.begin = std::min(run.begin, text.bytes.size());
    run.end = std::min(run.end, text.bytes.size());
  }
  return text;
}

std::shared_ptr<PangoLayout> Layout::make_layout(const Text& text, const Style& style) {
  std::shared_ptr<PangoLayout> layout(pango_layout_new(context_), g_object_unref);
  PangoFontDescription* font = font_of(style);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  pango_layout_set_text(layout.get(), text.bytes.data(), static_cast<int>(text.bytes.size()));
  PangoAttrList* list = pango_attr_list_new();
  for (const auto& run : text.runs) {
    if (run.begin >= run.end) continue;
    const Style& own = *run.style;
    if (!same_look(own, style)) {
      PangoFontDescription* described = font_of(own);
      add_attribute(list, pango_attr_font_desc_new(described), run.begin, run.end);
      pango_font_description_free(described);
    }
    if (own.is_underlined) add_attribute(list, pango_attr_underline_new(PANGO_UNDERLINE_SINGLE), run.begin, run.end);
    if (own.is_struck) add_attribute(list, pango_attr_strikethrough_new(TRUE), run.begin, run.end);
    if (own.color.is_set)
      add_attribute(list, pango_attr_foreground_new(channel(own.color.red), channel(own.color.green), channel(own.color.blue)), run.begin,
                    run.end);
    if (own.vertical_align == VerticalAlign::kSuper)
      add_attribute(list, pango_attr_rise_new(static_cast<int>(own.size * 0.45 * PANGO_SCALE)), run.begin, run.end);
    if (own.vertical_align == VerticalAlign::kSub)
      add_attribute(list, pango_attr_rise_new(static_cast<int>(-own.size * 0.2 * PANGO_SCALE)), run.begin, run.end);
  }
  for (const auto& object : text.pictures) {
    const PangoRectangle shape = {0, static_cast<int>(-object.height * PANGO_SCALE), static_cast<int>(object.width * PANGO_SCALE),
                                  static_cast<int>(object.height * PANGO_SCALE)};
    add_attribute(list, pango_attr_shape_new(&shape, &shape), object.at, object.at + kObject.size());
  }
  pango_layout_set_attributes(layout.get(), list);
  pango_attr_list_unref(list);
  pango_layout_set_alignment(layout.get(), alignment(style.align));
  pango_layout_set_justify(layout.get(), style.align == Align::kJustify);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  if (style.text_indent != 0) pango_layout_set_indent(layout.get(), static_cast<int>(style.text_indent * PANGO_SCALE));
  if (style.line_height > 0) pango_layout_set_line_spacing(layout.get(), static_cast<float>(style.line_height / 1.15));
  return layout;
}

Fragment Layout::paragraph(const std::vector<const Node*>& inlines, const Style& style, double width) {
  Fragment out;
  const Text text = collect(inlines, style, width);
  if (text.bytes.empty()) return out;
  const auto layout = make_layout(text, style);
  if (style.white_space != WhiteSpace::kNowrap) pango_layout_set_width(layout.get(), static_cast<int>(std::max(1.0, width) * PANGO_SCALE));
  const bool is_fixed_line = style.white_space == WhiteSpace::kNowrap;
  PangoLayoutIter* lines = pango_layout_get_iter(layout.get());
  do {
    PangoRectangle logical;
    pango_layout_iter_get_line_extents(lines, nullptr, &logical);
    int top = 0, bottom = 0;
    pango_layout_iter_get_line_yrange(lines, &top, &bottom);
    Item item;
    // The line keeps its layout: without the text PDF readers could not copy ligatures.
    item.line.reset(pango_layout_line_ref(pango_layout_iter_get_line_readonly(lines)),
                    [layout](PangoLayoutLine* line) { pango_layout_line_unref(line); });
    const double line_width = logical.width / double{PANGO_SCALE};
    double left = logical.x / double{PANGO_SCALE};
    if (is_fixed_line && style.align != Align::kLeft) left = (width - line_width) / (style.align == Align::kCenter ? 2 : 1);
    item.box = {left, top / double{PANGO_SCALE}, left + line_width, bottom / double{PANGO_SCALE}};
    item.baseline = pango_layout_iter_get_baseline(lines) / double{PANGO_SCALE};
    item.at = item.box.top;
    item.color = style.color;
    out.keeps.push_back({item.box.top, item.box.bottom, KeepLevel::kLine});
    out.height = std::max(out.height, item.box.bottom);
    out.width = std::max(out.width, line_width);
    out.items.push_back(std::move(item));
  } while (pango_layout_iter_next_line(lines));
  pango_layout_iter_free(lines);
  for (const auto& object : text.pictures) {
    PangoRectangle place;
    pango_layout_index_to_pos(layout.get(), static_cast<int>(object.at), &place);
    Item item;
    item.kind = Item::Kind::kPicture;
    const double left = place.x / double{PANGO_SCALE}, bottom = (place.y + place.height) / double{PANGO_SCALE};
    item.box = {left, bottom - object.height, left + object.width, bottom};
    item.at = item.box.top;
    item.picture = object.picture;
    out.items.push_back(std::move(item));
  }
  return out;
}

Widths Layout::paragraph_widths(const std::vector<const Node*>& inlines, const Style& style) {
  const Text text = collect(inlines, style, 0);
  if (text.bytes.empty()) return {};
  const auto layout = make_layout(text, style);
  PangoRectangle logical;
  pango_layout_get_extents(layout.get(), nullptr, &logical);
  Widths out;
  out.natural = logical.width / double{PANGO_SCALE} + kSlack;
  out.least = out.natural;
  if (style.white_space != WhiteSpace::kNowrap && text.bytes.find_first_of(" -/\n\xad") != std::string::npos) {
    // A soft hyphen may end a line, which Pango does not count when it breaks by words alone.
    Text broken = text;
    for (std::size_t at = broken.bytes.find(kSoftHyphen); at != std::string::npos; at = broken.bytes.find(kSoftHyphen, at))
      broken.bytes.replace(at, kSoftHyphen.size(), "- ");
    const auto narrow = make_layout(broken, style);
    pango_layout_set_wrap(narrow.get(), PANGO_WRAP_WORD);
    pango_layout_set_width(narrow.get(), 0);
    pango_layout_get_extents(narrow.get(), nullptr, &logical);
    out.least = std::min(out.natural, logical.width / double{PANGO_SCALE} + kSlack);
  }
  return out;
}

}  // namespace print
