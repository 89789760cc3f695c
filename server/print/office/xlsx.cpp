// A workbook of one sheet: the places of the cells on the page become columns and rows.
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/print/page/fonts.hpp"
#include "server/print/page/layout.hpp"
#include "server/print/print.hpp"

namespace print {

namespace {

// Text of a cell as it is read: white space collapsed, blocks and breaks on lines of their own.
class CellText {
 public:
  std::string of(const PlacedCell& cell) {
    if (cell.inlines.empty()) add(*cell.node);
    for (const auto* node : cell.inlines) add(*node);
    while (!text_.empty() && (text_.back() == '\n' || text_.back() == ' ')) text_.pop_back();
    return text_;
  }

 private:
  void add(const Node& node) {
    if (node.is_text()) {
      add_text(node);
      return;
    }
    if (node.style.display == Display::kNone || node.style.is_absolute) return;
    if (node.tag == "br" || (node.is_block() && !text_.empty())) new_line();
    for (const auto& child : node.children) add(*child);
    if (node.is_block() && node.style.display != Display::kCell) new_line();
  }

  void new_line() {
    while (!text_.empty() && text_.back() == ' ') text_.pop_back();
    if (!text_.empty() && text_.back() != '\n') text_ += '\n';
  }

  void add_text(const Node& node) {
    for (const char c : node.style.transform == Transform::kUpper ? base::to_upper(node.text) : node.text) {
      const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
      if (is_space && (text_.empty() || text_.back() == ' ' || text_.back() == '\n')) continue;
      text_ += is_space ? ' ' : c;
    }
  }

  std::string text_;
};

struct Number {
  double value = 0;
  int digits = 0;  // after the comma
};

// "1 234,50" as printed; nullopt for codes ("006", more than 15 digits) and everything else.
std::optional<Number> number_of(std::string_view text) {
  std::string plain;
  int digits = -1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\u00a0") {
      ++i;
    } else if (text[i] == ',' && digits < 0) {
      plain += '.';
      digits = 0;
    } else if ((text[i] == '-' && i == 0) || (text[i] >= '0' && text[i] <= '9')) {
      plain += text[i];
      if (digits >= 0) ++digits;
    } else {
      return std::nullopt;
    }
  }
  const std::size_t first = plain.starts_with('-') ? 1 : 0;
  const bool is_code = plain.size() > first + 1 && plain[first] == '0' && plain[first + 1] != '.';
  if (plain.size() == first || plain.size() > 17 || is_code || digits == 0) return std::nullopt;
  return Number{std::stod(plain), std::max(digits, 0)};
}

// Edges that lie closer than `near` are one.
std::vector<double> merged(std::vector<double> edges, double near) {
  std::sort(edges.begin(), edges.end());
  std::vector<double> out;
  for (const double edge : edges) {
    if (out.empty() || edge - out.back() > near) out.push_back(edge);
  }
  return out;
}

std::size_t index_of(const std::vector<double>& edges, double at) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < edges.size(); ++i) {
    if (std::abs(edges[i] - at) < std::abs(edges[best] - at)) best = i;
  }
  return best;
}

std::size_t holding(const std::vector<double>& edges, double at) {
  std::size_t i = 0;
  while (i + 2 < edges.size() && edges[i + 1] <= at + 0.01) ++i;
  return i;
}

lxw_color_t color_of(const Color& color) {
  const auto channel = [](double value) { return static_cast<lxw_color_t>(std::lround(value * 255)); };
  return channel(color.red) << 16 | channel(color.green) << 8 | channel(color.blue);
}

std::uint8_t border_style(const Border& border) {
  if (border.width <= 0) return LXW_BORDER_NONE;
  if (border.is_dashed) return LXW_BORDER_DASHED;
  return border.width < 1 ? LXW_BORDER_THIN : border.width < 2 ? LXW_BORDER_MEDIUM : LXW_BORDER_THICK;
}

class XlsxWriter {
 public:
  explicit XlsxWriter(const Page& page) : page_(page), layout_(fonts_.context()) {}

  std::string run() {
    file_ = memfd_create("workbook", MFD_CLOEXEC);
    if (file_ < 0) throw base::Error::internal("no memory for a workbook");
    book_ = workbook_new(("/proc/self/fd/" + std::to_string(file_)).c_str());
    sheet_ = workbook_add_worksheet(book_, nullptr);
    lxw_doc_properties properties{};
    std::string title = page_.title;
    properties.title = title.data();
    workbook_set_properties(book_, &properties);
    const Fragment fragment = layout_.box(*page_.body, page_.setup.width - page_.setup.margin.across());
    place(fragment);
    set_page(fragment);
    const lxw_error error = workbook_close(book_);
    std::string out = error == LXW_NO_ERROR ? content() : std::string();
    close(file_);
    if (out.empty()) throw base::Error::internal("a workbook could not be written");
    return out;
  }

 private:
  std::string content() const {
    std::string out;
    char buffer[65536];
    lseek(file_, 0, SEEK_SET);
    for (ssize_t count; (count = read(file_, buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<std::size_t>(count));
    return out;
  }

  void place(const Fragment& fragment) {
    std::vector<double> across = {0}, down = {0};
    for (const auto& cell : fragment.cells) {
      across.insert(across.end(), {cell.box.left, cell.box.right});
      down.insert(down.end(), {cell.box.top, cell.box.bottom});
    }
    lefts_ = merged(std::move(across), 2.5);
    tops_ = merged(std::move(down), 2);
    for (std::size_t i = 0; i + 1 < lefts_.size(); ++i) {
      // Widths count in digits of the standard font, 7 pixels each, with 5 pixels of padding.
      const double pixels = (lefts_[i + 1] - lefts_[i]) * 96 / 72;
      worksheet_set_column(sheet_, static_cast<lxw_col_t>(i), static_cast<lxw_col_t>(i), std::max(0.1, (pixels - 5) / 7), nullptr);
    }
    for (std::size_t i = 0; i + 1 < tops_.size(); ++i)
      worksheet_set_row(sheet_, static_cast<lxw_row_t>(i), tops_[i + 1] - tops_[i], nullptr);
    for (const auto& cell : fragment.cells) {
      if (!cell.is_only_frame) write(cell);
    }
    for (const auto& item : fragment.items) {
      if (item.kind == Item::Kind::kPicture) picture(item);
    }
  }

  void write(const PlacedCell& cell) {
    const std::string text = CellText().of(cell);
    if (text.empty() && !cell.inlines.empty()) return;
    const auto row = static_cast<lxw_row_t>(index_of(tops_, cell.box.top));
    const auto column = static_cast<lxw_col_t>(index_of(lefts_, cell.box.left));
    const auto last_row = static_cast<lxw_row_t>(
        std::max<std::size_t>(row, index_of(tops_, cell.box.bottom) - (index_of(tops_, cell.box.bottom) > row ? 1 : 0)));
    const auto last_column = static_cast<lxw_col_t>(
        std::max<std::size_t>(column, index_of(lefts_, cell.box.right) - (index_of(lefts_, cell.box.right) > column ? 1 : 0)));
    bool is_free = true;
    for (lxw_row_t r = row; r <= last_row; ++r) {
      for (lxw_col_t c = column; c <= last_column; ++c) is_free = taken_.insert({r, c}).second && is_free;
    }
    const Style& style = cell.node->style;
    const auto number = style.align == Align::kRight ? number_of(text) : std::nullopt;
    lxw_format* look = format(text_style(*cell.node), style, number ? number->digits : -1);
    if (is_free && (last_row > row || last_column > column)) worksheet_merge_range(sheet_, row, column, last_row, last_column, "", look);
    if (number) {
      worksheet_write_number(sheet_, row, column, number->value, look);
    } else if (!text.empty()) {
      worksheet_write_string(sheet_, row, column, text.substr(0, 32000).c_str(), look);
    } else if (is_free) {
      worksheet_write_blank(sheet_, row, column, look);
    }
  }

  // The look of the first words decides for the cell.
  static const Style& text_style(const Node& node) {
    for (const auto& child : node.children) {
      if (child->style.display == Display::kNone) continue;
      if (child->is_text() && child->text.find_first_not_of(" \t\r\n") != std::string::npos) return child->style;
      if (!child->children.empty()) return text_style(*child);
    }
    return node.style;
  }

  lxw_format* format(const Style& text, const Style& cell, int digits) {
    const std::string family = base::to_lower(text.family).find("times") != std::string::npos ? "Times New Roman" : "Arial";
    std::string key = family + "|" + std::to_string(text.size) + "|" +
                      std::to_string(text.is_bold * 4 + text.is_italic * 2 + text.is_underlined) + "|" +
                      std::to_string(static_cast<int>(cell.align)) + "|" + std::to_string(static_cast<int>(cell.vertical_align)) + "|" +
                      std::to_string(digits) + "|" + std::to_string(color_of(text.color)) + "|" +
                      (cell.background.is_set ? std::to_string(color_of(cell.background)) : "") + "|" +
                      std::to_string(static_cast<int>(cell.white_space));
    for (const Border* border : {&cell.top, &cell.right, &cell.bottom, &cell.left}) key += "|" + std::to_string(border_style(*border));
    lxw_format*& found = formats_[key];
    if (found != nullptr) return found;
    found = workbook_add_format(book_);
    format_set_font_name(found, family.c_str());
    format_set_font_size(found, text.size);
    if (text.is_bold) format_set_bold(found);
    if (text.is_italic) format_set_italic(found);
    if (text.is_underlined) format_set_underline(found, LXW_UNDERLINE_SINGLE);
    if (text.color.is_set) format_set_font_color(found, color_of(text.color));
    if (cell.background.is_set) format_set_bg_color(found, color_of(cell.background));
    static constexpr std::uint8_t kAligns[] = {LXW_ALIGN_LEFT, LXW_ALIGN_CENTER, LXW_ALIGN_RIGHT, LXW_ALIGN_LEFT};
    format_set_align(found, kAligns[static_cast<int>(cell.align)]);
    format_set_align(found, cell.vertical_align == VerticalAlign::kMiddle   ? LXW_ALIGN_VERTICAL_CENTER
                            : cell.vertical_align == VerticalAlign::kBottom ? LXW_ALIGN_VERTICAL_BOTTOM
                                                                            : LXW_ALIGN_VERTICAL_TOP);
    if (digits < 0 || cell.white_space != WhiteSpace::kNowrap) format_set_text_wrap(found);
    if (digits >= 0)
      format_set_num_format(found, digits == 0 ? "#,##0" : ("#,##0." + std::string(static_cast<std::size_t>(digits), '0')).c_str());
    format_set_top(found, border_style(cell.top));
    format_set_right(found, border_style(cell.right));
    format_set_bottom(found, border_style(cell.bottom));
    format_set_left(found, border_style(cell.left));
    return found;
  }

  void picture(const Item& item) {
    const Picture& picture = *item.picture;
    const std::string bytes = picture.kind == Picture::Kind::kQr ? qr_png(picture.qr) : picture.bytes;
    const double side = (picture.qr.size + 2 * kQrQuietModules) * 8.0;
    const double pixels_wide = picture.kind == Picture::Kind::kQr ? side : cairo_image_surface_get_width(picture.surface.get());
    const double pixels_tall = picture.kind == Picture::Kind::kQr ? side : cairo_image_surface_get_height(picture.surface.get());
    const std::size_t row = holding(tops_, item.box.top), column = holding(lefts_, item.box.left);
    constexpr double kPixels = 96.0 / 72;
    lxw_image_options options{};
    options.x_offset = static_cast<std::int32_t>(std::lround(std::max(0.0, item.box.left - lefts_[column]) * kPixels));
    options.y_offset = static_cast<std::int32_t>(std::lround(std::max(0.0, item.box.top - tops_[row]) * kPixels));
    options.x_scale = (item.box.right - item.box.left) * kPixels / pixels_wide;
    options.y_scale = (item.box.bottom - item.box.top) * kPixels / pixels_tall;
    worksheet_insert_image_buffer_opt(sheet_, static_cast<lxw_row_t>(row), static_cast<lxw_col_t>(column),
                                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), &options);
  }

  void set_page(const Fragment& fragment) {
    const PageSetup& setup = page_.setup;
    worksheet_set_paper(sheet_, 9);  // A4
    if (setup.width > setup.height) worksheet_set_landscape(sheet_);
    worksheet_set_margins(sheet_, setup.margin.left / 72, setup.margin.right / 72, setup.margin.top / 72, setup.margin.bottom / 72);
    worksheet_fit_to_pages(sheet_, 1, 0);
    worksheet_gridlines(sheet_, LXW_HIDE_ALL_GRIDLINES);
    const RepeatedHead* longest = nullptr;
    for (const auto& head : fragment.heads) {
      if (longest == nullptr || head.body_bottom - head.head.bottom > longest->body_bottom - longest->head.bottom) longest = &head;
    }
    if (longest == nullptr) return;
    const auto first = index_of(tops_, longest->head.top), last = index_of(tops_, longest->head.bottom);
    if (last > first) worksheet_repeat_rows(sheet_, static_cast<lxw_row_t>(first), static_cast<lxw_row_t>(last - 1));
  }

  const Page& page_;  // lives through run()
  const FontLoan fonts_;
  Layout layout_;
  int file_ = -1;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  std::vector<double> lefts_, tops_;
  std::set<std::pair<lxw_row_t, lxw_col_t>> taken_;
  std::map<std::string, lxw_format*> formats_;
};

}  // namespace

std::string to_xlsx(std::string_view html, const PageSetup& setup) {
  const Page page = parse_page(html, setup);
  return XlsxWriter(page).run();
}

}  // namespace print
