#include "server/print/page/css.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "server/base/text/text.hpp"
#include "server/print/page/dom.hpp"

namespace print {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string without_comments(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t open = text.find("/*");
    out += text.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = text.find("*/", open + 2);
    if (close == std::string_view::npos) return out;
    text.remove_prefix(close + 2);
  }
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (is_space(c) && depth == 0) {
      if (!word.empty()) out.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

bool is_name(char c) { return c == '-' || c == '_' || (c & 0x80) != 0 || std::isalnum(static_cast<unsigned char>(c)) != 0; }

// One compound selector; false when it holds something unknown.
bool parse_step(std::string_view text, SelectorStep& step, int& weight) {
  std::size_t at = 0;
  const auto name = [&] {
    const std::size_t begin = at;
    while (at < text.size() && is_name(text[at])) ++at;
    return std::string(text.substr(begin, at - begin));
  };
  while (at < text.size()) {
    if (text[at] == '*') {
      ++at;
    } else if (text[at] == '.') {
      ++at;
      step.classes.push_back(name());
      weight += 100;
    } else if (text[at] == '#') {
      ++at;
      step.id = name();
      weight += 10000;
    } else if (text[at] == ':') {
      ++at;
      const std::string pseudo = name();
      if (pseudo != "first-child" && pseudo != "last-child") return false;
      (pseudo == "first-child" ? step.first_child : step.last_child) = true;
      weight += 100;
    } else if (is_name(text[at])) {
      step.tag = base::to_lower(name());
      weight += 1;
    } else {
      return false;
    }
  }
  return true;
}

bool parse_selector(std::string_view text, CssRule& rule) {
  std::string spaced;
  for (const char c : text) spaced += c == '>' ? std::string(" > ") : std::string(1, c);
  bool is_child = false;
  for (const auto& word : words(spaced)) {
    if (word == ">") {
      is_child = true;
      continue;
    }
    SelectorStep step;
    step.is_child = is_child;
    is_child = false;
    if (!parse_step(word, step, rule.weight)) return false;
    rule.steps.push_back(std::move(step));
  }
  return !rule.steps.empty();
}

bool fits_step(const SelectorStep& step, const Node& node) {
  if (!step.tag.empty() && step.tag != node.tag) return false;
  if (!step.id.empty() && step.id != node.attribute("id")) return false;
  if (!step.classes.empty()) {
    const auto own = words(node.attribute("class"));
    for (const auto& name : step.classes) {
      if (std::find(own.begin(), own.end(), name) == own.end()) return false;
    }
  }
  if (!step.first_child && !step.last_child) return true;
  if (node.parent == nullptr) return false;
  const Node* first = nullptr;
  const Node* last = nullptr;
  for (const auto& sibling : node.parent->children) {
    if (sibling->is_text()) continue;
    if (first == nullptr) first = sibling.get();
    last = sibling.get();
  }
  return (!step.first_child || first == &node) && (!step.last_child || last == &node);
}

bool fits_from(const std::vector<SelectorStep>& steps, std::size_t count, const Node& node) {
  const SelectorStep& step = steps[count - 1];
  if (!fits_step(step, node)) return false;
  if (count == 1) return true;
  for (const Node* above = node.parent; above != nullptr; above = above->parent) {
    if (fits_from(steps, count - 1, *above)) return true;
    if (step.is_child) return false;
  }
  return false;
}

double points(std::string_view text, double font_size, double fallback = 0) {
  const Length length = parse_length(text, font_size);
  return length.kind == Length::Kind::kPoints ? length.value : fallback;
}

void set_sides(Sides& sides, const std::vector<std::string>& values, double size) {
  if (values.empty()) return;
  const auto at = [&](std::size_t i) { return points(values[std::min(i, values.size() - 1)], size); };
  sides.top = at(0);
  sides.right = values.size() > 1 ? at(1) : sides.top;
  sides.bottom = values.size() > 2 ? at(2) : sides.top;
  sides.left = values.size() > 3 ? at(3) : sides.right;
}

double border_width(std::string_view word, double size) {
  if (word == "thin") return 0.5;
  if (word == "medium") return 1;
  if (word == "thick") return 2;
  return points(word, size, -1);
}

Border parse_border(std::string_view text, double size) {
  Border out;
  out.width = 1;
  bool has_style = false;
  for (const auto& word : words(text)) {
    const double width = border_width(word, size);
    if (word == "none" || word == "hidden") return {};
    if (word == "solid" || word == "double" || word == "dashed" || word == "dotted") {
      out.is_dashed = word == "dashed" || word == "dotted";
      has_style = true;
    } else if (width >= 0 && word.find_first_of("0123456789") == 0) {
      out.width = width;
    } else if (width >= 0 && !std::isdigit(static_cast<unsigned char>(word[0])) &&
               (word == "thin" || word == "medium" || word == "thick")) {
      out.width = width;
    } else {
      out.color = parse_color(word);
    }
  }
  if (!has_style) out.width = 0;
  return out;
}

template <typename T>
struct Choice {
  std::string_view word;
  T value;
};

template <typename T, std::size_t N>
void choose(T& target, std::string_view word, const Choice<T> (&choices)[N]) {
  for (const auto& choice : choices) {
    if (choice.word == word) target = choice.value;
  }
}

constexpr Choice<Align> kAligns[] = {{"left", Align::kLeft},   {"start", Align::kLeft}, {"center", Align::kCenter},
                                     {"right", Align::kRight}, {"end", Align::kRight},  {"justify", Align::kJustify}};
constexpr Choice<VerticalAlign> kVerticals[] = {{"baseline", VerticalAlign::kBaseline}, {"top", VerticalAlign::kTop},
                                                {"middle", VerticalAlign::kMiddle},     {"bottom", VerticalAlign::kBottom},
                                                {"sub", VerticalAlign::kSub},           {"super", VerticalAlign::kSuper}};
constexpr Choice<WhiteSpace> kSpaces[] = {{"normal", WhiteSpace::kNormal},
                                          {"nowrap", WhiteSpace::kNowrap},
                                          {"pre", WhiteSpace::kPre},
                                          {"pre-wrap", WhiteSpace::kPre},
                                          {"pre-line", WhiteSpace::kPreLine}};
constexpr Choice<Transform> kTransforms[] = {
    {"none", Transform::kNone}, {"uppercase", Transform::kUpper}, {"lowercase", Transform::kLower}};
constexpr Choice<BreakRule> kBreaks[] = {
    {"auto", BreakRule::kAuto}, {"always", BreakRule::kAlways}, {"page", BreakRule::kAlways}, {"avoid", BreakRule::kAvoid}};
constexpr Choice<Display> kDisplays[] = {{"inline", Display::kInline},
                                         {"inline-block", Display::kInline},
                                         {"block", Display::kBlock},
                                         {"list-item", Display::kListItem},
                                         {"table", Display::kTable},
                                         {"table-row", Display::kRow},
                                         {"table-cell", Display::kCell},
                                         {"none", Display::kNone},
                                         {"table-header-group", Display::kHead},
                                         {"table-row-group", Display::kBody},
                                         {"table-footer-group", Display::kFoot},
                                         {"table-column", Display::kColumn},
                                         {"table-column-group", Display::kColumns}};

void apply_margin(Style& style, const std::string& value) {
  const auto parts = words(value);
  set_sides(style.margin, parts, style.size);
  style.is_centered = (parts.size() >= 2 && parts[1] == "auto") || (parts.size() == 1 && parts[0] == "auto");
}

// Text and fonts; true when the property was one of them.
bool apply_text(Style& style, const std::string& name, const std::string& value) {
  if (name == "font-family") {
    style.family = base::to_lower(value);
  } else if (name == "font-weight") {
    style.is_bold = value == "bold" || value == "bolder" || std::atoi(value.c_str()) >= 600;
  } else if (name == "font-style") {
    style.is_italic = value == "italic" || value == "oblique";
  } else if (name == "text-decoration" || name == "text-decoration-line") {
    style.is_underlined = value.find("underline") != std::string::npos;
    style.is_struck = value.find("line-through") != std::string::npos;
  } else if (name == "color") {
    style.color = parse_color(value);
  } else if (name == "text-align") {
    choose(style.align, value, kAligns);
  } else if (name == "white-space") {
    choose(style.white_space, value, kSpaces);
  } else if (name == "text-transform") {
    choose(style.transform, value, kTransforms);
  } else if (name == "text-indent") {
    style.text_indent = points(value, style.size);
  } else if (name == "line-height") {
    const Length length = parse_length(value, style.size);
    const bool has_unit = value.find_first_not_of("0123456789.") != std::string::npos;
    style.line_height = value == "normal" ? 0 : !has_unit ? std::atof(value.c_str()) : length.of(style.size, 0) / style.size;
  } else if (name == "list-style" || name == "list-style-type") {
    style.list_marker = value;
  } else {
    return false;
  }
  return true;
}

bool apply_borders(Style& style, const std::string& name, const std::string& value) {
  const std::array<std::pair<std::string_view, Border*>, 4> sides = {
      {{"top", &style.top}, {"right", &style.right}, {"bottom", &style.bottom}, {"left", &style.left}}};
  if (!name.starts_with("border")) return false;
  if (name == "border-collapse") {
    style.is_collapsed = value == "collapse";
    return true;
  }
  if (name == "border-spacing") {
    style.spacing = points(value, style.size);
    return true;
  }
  for (const auto& [side, border] : sides) {
    const std::string own = "border-" + std::string(side);
    if (name == "border" || name == own) *border = parse_border(value, style.size);
    if (name == "border-width" || name == own + "-width") {
      const auto parts = words(value);
      if (!parts.empty()) border->width = std::max(0.0, border_width(parts[0], style.size));
    }
    if (name == "border-color" || name == own + "-color") border->color = parse_color(value);
    if ((name == "border-style" || name == own + "-style") && (value == "none" || value == "hidden")) border->width = 0;
    if (name == "border-style" && border->width == 0 && value != "none") border->width = 1;
  }
  return true;
}

bool apply_box(Style& style, const std::string& name, const std::string& value) {
  const std::pair<std::string_view, Length*> lengths[] = {
      {"width", &style.width},         {"height", &style.height},         {"min-height", &style.min_height},
      {"max-width", &style.max_width}, {"max-height", &style.max_height}, {"left", &style.at_left},
      {"top", &style.at_top},          {"right", &style.at_right},        {"bottom", &style.at_bottom}};
  for (const auto& [key, length] : lengths) {
    if (name == key) {
      *length = parse_length(value, style.size);
      return true;
    }
  }
  const std::pair<std::string_view, double*> sides[] = {{"margin-top", &style.margin.top},         {"margin-right", &style.margin.right},
                                                        {"margin-bottom", &style.margin.bottom},   {"margin-left", &style.margin.left},
                                                        {"padding-top", &style.padding.top},       {"padding-right", &style.padding.right},
                                                        {"padding-bottom", &style.padding.bottom}, {"padding-left", &style.padding.left}};
  for (const auto& [key, side] : sides) {
    if (name != key) continue;
    if (name == "margin-left" && value == "auto") style.is_pushed_right = true;
    if (name == "margin-right" && value == "auto" && style.is_pushed_right) style.is_centered = true;
    *side = points(value, style.size);
    return true;
  }
  if (name == "margin") {
    apply_margin(style, value);
  } else if (name == "padding") {
    set_sides(style.padding, words(value), style.size);
  } else {
    return false;
  }
  return true;
}

void apply_one(Style& style, const std::string& name, const std::string& value) {
  if (apply_text(style, name, value) || apply_borders(style, name, value) || apply_box(style, name, value)) return;
  if (name == "display") {
    choose(style.display, value, kDisplays);
  } else if (name == "vertical-align") {
    choose(style.vertical_align, value, kVerticals);
  } else if (name == "background" || name == "background-color") {
    style.background = parse_color(value);
  } else if (name == "position") {
    style.is_absolute = value == "absolute";
  } else if (name == "opacity") {
    style.opacity = std::clamp(std::atof(value.c_str()), 0.0, 1.0);
  } else if (name == "table-layout") {
    style.is_fixed_layout = value == "fixed";
  } else if (name == "page-break-before" || name == "break-before") {
    choose(style.break_before, value, kBreaks);
  } else if (name == "page-break-after" || name == "break-after") {
    choose(style.break_after, value, kBreaks);
  } else if (name == "page-break-inside" || name == "break-inside") {
    choose(style.break_inside, value, kBreaks);
  }
}

}  // namespace

Style inherited(const Style& parent) {
  Style out = parent;
  const Style fresh;
  out.display = fresh.display;
  out.vertical_align = fresh.vertical_align;
  out.background = fresh.background;
  out.margin = out.padding = {};
  out.is_centered = out.is_pushed_right = false;
  out.top = out.right = out.bottom = out.left = {};
  out.width = out.height = out.min_height = out.max_width = out.max_height = {};
  out.at_left = out.at_top = out.at_right = out.at_bottom = {};
  out.is_absolute = out.is_fixed_layout = false;
  out.opacity = 1;
  out.break_before = out.break_after = out.break_inside = BreakRule::kAuto;
  return out;
}

Declarations parse_declarations(std::string_view text) {
  Declarations out;
  while (!text.empty()) {
    std::size_t end = 0;
    int depth = 0;
    for (; end < text.size() && (text[end] != ';' || depth > 0); ++end) {
      if (text[end] == '(') ++depth;
      if (text[end] == ')') --depth;
    }
    const std::string_view one = text.substr(0, end);
    const std::size_t colon = one.find(':');
    if (colon != std::string_view::npos) {
      std::string_view value = trimmed(one.substr(colon + 1));
      if (const std::size_t important = value.find("!important"); important != std::string_view::npos)
        value = trimmed(value.substr(0, important));
      std::string name = base::to_lower(trimmed(one.substr(0, colon)));
      if (!name.empty() && !value.empty())
        out.emplace_back(std::move(name), name == "font-family" ? std::string(value) : base::to_lower(value));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void StyleSheet::add(std::string_view source) {
  const std::string clean = without_comments(source);
  std::string_view text = clean;
  while (true) {
    const std::size_t open = text.find('{');
    if (open == std::string_view::npos) return;
    std::size_t close = open + 1;
    for (int depth = 1; close < text.size(); ++close) {
      if (text[close] == '{') ++depth;
      if (text[close] == '}' && --depth == 0) break;
    }
    const std::string_view head = trimmed(text.substr(0, open));
    const std::string_view body = text.substr(open + 1, close - open - 1);
    if (head == "@page") {
      for (auto& declaration : parse_declarations(body)) page.push_back(std::move(declaration));
    } else if (head == "@media print" || head == "@media all") {
      add(body);
    } else if (!head.starts_with('@')) {
      const Declarations declarations = parse_declarations(body);
      std::size_t begin = 0;
      while (begin <= head.size()) {
        const std::size_t comma = std::min(head.find(',', begin), head.size());
        CssRule rule;
        rule.declarations = declarations;
        if (parse_selector(head.substr(begin, comma - begin), rule)) rules.push_back(std::move(rule));
        begin = comma + 1;
      }
    }
    text.remove_prefix(std::min(close + 1, text.size()));
  }
}

bool fits(const std::vector<SelectorStep>& steps, const Node& node) { return fits_from(steps, steps.size(), node); }

Length parse_length(std::string_view text, double font_size) {
  const std::string value(trimmed(text));
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (end == value.c_str() || !std::isfinite(number) || std::abs(number) > 1e6) return {};
  const std::string_view unit = trimmed(std::string_view(end));
  if (unit == "%") return {Length::Kind::kPercent, number};
  const std::pair<std::string_view, double> units[] = {
      {"pt", 1},         {"mm", 72 / 25.4}, {"cm", 72 / 2.54},     {"in", 72}, {"px", 0.75}, {"pc", 12},
      {"em", font_size}, {"rem", 9},        {"ex", font_size / 2}, {"", 0.75}};
  for (const auto& [name, factor] : units) {
    if (unit == name) return {Length::Kind::kPoints, number * factor};
  }
  return {};
}

Color parse_color(std::string_view text) {
  static constexpr std::pair<std::string_view, std::uint32_t> kNames[] = {
      {"black", 0x000000},     {"white", 0xffffff},     {"gray", 0x808080},     {"grey", 0x808080}, {"silver", 0xc0c0c0},
      {"red", 0xff0000},       {"green", 0x008000},     {"blue", 0x0000ff},     {"navy", 0x000080}, {"maroon", 0x800000},
      {"lightgray", 0xd3d3d3}, {"lightgrey", 0xd3d3d3}, {"darkgray", 0xa9a9a9}, {"teal", 0x008080}};
  const auto made = [](std::uint32_t rgb) { return Color{(rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0, true}; };
  const std::string word(trimmed(text));
  for (const auto& [name, rgb] : kNames) {
    if (word == name) return made(rgb);
  }
  if (word.starts_with("rgb(")) {
    int red = 0, green = 0, blue = 0;
    if (std::sscanf(word.c_str(), "rgb(%d ,%d ,%d", &red, &green, &blue) == 3)
      return made(static_cast<std::uint32_t>((red & 255) << 16 | (green & 255) << 8 | (blue & 255)));
  }
  if (!word.starts_with('#') || word.find_first_not_of("0123456789abcdefABCDEF", 1) != std::string::npos) return {};
  std::string digits = word.substr(1);
  if (digits.size() == 3) digits = {digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]};
  return digits.size() == 6 ? made(static_cast<std::uint32_t>(std::stoul(digits, nullptr, 16))) : Color{};
}

void apply(Style& style, const Declarations& declarations, const Style& parent) {
  for (const auto& [name, value] : declarations) {
    if (name != "font-size") continue;
    static constexpr std::pair<std::string_view, double> kSizes[] = {
        {"small", 0.85}, {"smaller", 0.85}, {"large", 1.2}, {"larger", 1.2}, {"medium", 1}};
    const Length length = parse_length(value, parent.size);
    style.size = std::clamp(length.of(parent.size, parent.size), 1.0, 200.0);
    for (const auto& [word, factor] : kSizes) {
      if (value == word) style.size = parent.size * factor;
    }
  }
  for (const auto& [name, value] : declarations) apply_one(style, name, value);
}

}  // namespace print
