// Pages drawn with Cairo into a PDF.
#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>

#include "server/base/error.hpp"
#include "server/print/page/fonts.hpp"
#include "server/print/page/layout.hpp"
#include "server/print/page/paginate.hpp"
#include "server/print/print.hpp"

namespace print {

namespace {

constexpr double kTiny = 0.01;

class Painter {
 public:
  Painter(cairo_t* cairo, PangoContext* context) : cairo_(cairo), context_(context) {}

  void document(const Page& page) {
    Layout layout(context_);
    const PageSetup& setup = page.setup;
    const double width = std::max(50.0, setup.width - setup.margin.across());
    const Fragment fragment = layout.box(*page.body, width);
    const auto slices = paginate(fragment, setup.height - setup.margin.along());
    for (std::size_t i = 0; i < slices.size(); ++i) {
      cairo_save(cairo_);
      cairo_translate(cairo_, setup.margin.left, setup.margin.top);
      slice(fragment, slices[i]);
      cairo_restore(cairo_);
      if (slices.size() > 1) footer(setup, i + 1, slices.size());
      cairo_show_page(cairo_);
    }
  }

 private:
  void slice(const Fragment& fragment, const PageSlice& slice) {
    if (slice.head != nullptr) {
      const Box& head = slice.head->head;
      const auto within = [&](const Item& item) {
        return !item.is_above && item.box.top >= head.top - kTiny && item.box.bottom <= head.bottom + kTiny &&
               item.box.left >= head.left - 1 && item.box.right <= head.right + 1;
      };
      cairo_save(cairo_);
      cairo_translate(cairo_, 0, -head.top);
      for (const auto& item : fragment.items) {
        if (within(item)) draw(item);
      }
      cairo_restore(cairo_);
    }
    cairo_save(cairo_);
    cairo_translate(cairo_, 0, slice.head_height() - slice.top);
    for (const bool above : {false, true}) {
      for (const auto& item : fragment.items) {
        if (item.is_above == above) draw_part(item, slice);
      }
    }
    cairo_restore(cairo_);
  }

  // The part of an item that stands on this page.
  void draw_part(const Item& item, const PageSlice& slice) {
    const bool is_whole = item.kind == Item::Kind::kText || item.kind == Item::Kind::kPicture || item.is_above;
    if (is_whole) {
      if (item.at >= slice.top - kTiny && item.at < slice.bottom - kTiny) draw(item);
      return;
    }
    const bool is_across = item.kind == Item::Kind::kLine && item.box.bottom - item.box.top < kTiny;
    if (item.box.bottom < slice.top - kTiny || item.box.top > slice.bottom + kTiny) return;
    if (is_across) {
      draw(item);
      return;
    }
    Item part = item;
    part.box.top = std::max(item.box.top, slice.top);
    part.box.bottom = std::min(item.box.bottom, slice.bottom);
    if (part.box.bottom > part.box.top) draw(part);
  }

  void set_color(const Color& color) { cairo_set_source_rgb(cairo_, color.red, color.green, color.blue); }

  void draw(const Item& item) {
    switch (item.kind) {
      case Item::Kind::kText:
        set_color({});
        cairo_move_to(cairo_, item.box.left, item.baseline);
        pango_cairo_show_layout_line(cairo_, item.line.get());
        break;
      case Item::Kind::kFill:
        set_color(item.color);
        cairo_rectangle(cairo_, item.box.left, item.box.top, item.box.right - item.box.left, item.box.bottom - item.box.top);
        cairo_fill(cairo_);
        break;
      case Item::Kind::kLine: line(item); break;
      case Item::Kind::kPicture: picture(item); break;
    }
  }

  void line(const Item& item) {
    set_color(item.color);
    cairo_set_line_width(cairo_, item.width);
    cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_SQUARE);
    if (item.is_dashed) {
      const double dashes[] = {2, 2};
      cairo_set_dash(cairo_, dashes, 2, 0);
      cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_BUTT);
    }
    cairo_move_to(cairo_, item.box.left, item.box.top);
    cairo_line_to(cairo_, item.box.right, item.box.bottom);
    cairo_stroke(cairo_);
    cairo_set_dash(cairo_, nullptr, 0, 0);
  }

  void picture(const Item& item) {
    const double width = item.box.right - item.box.left, height = item.box.bottom - item.box.top;
    cairo_save(cairo_);
    cairo_translate(cairo_, item.box.left, item.box.top);
    if (item.picture->kind == Picture::Kind::kQr) {
      qr(item.picture->qr, width);
    } else {
      cairo_surface_t* surface = item.picture->surface.get();
      cairo_scale(cairo_, width / cairo_image_surface_get_width(surface), height / cairo_image_surface_get_height(surface));
      cairo_set_source_surface(cairo_, surface, 0, 0);
      cairo_paint_with_alpha(cairo_, item.opacity);
    }
    cairo_restore(cairo_);
  }

  // Rows of black as single rectangles: readers would see hair lines between squares.
  void qr(const QrCode& code, double side) {
    const double module = side / (code.size + 2 * kQrQuietModules);
    cairo_set_source_rgb(cairo_, 1, 1, 1);
    cairo_rectangle(cairo_, 0, 0, side, side);
    cairo_fill(cairo_);
    cairo_set_source_rgb(cairo_, 0, 0, 0);
    for (int y = 0; y < code.size; ++y) {
      for (int x = 0; x < code.size; ++x) {
        int run = 0;
        while (x + run < code.size && code.at(x + run, y)) ++run;
        if (run > 0) cairo_rectangle(cairo_, (x + kQrQuietModules) * module, (y + kQrQuietModules) * module, run * module, module);
        x += run;
      }
    }
    cairo_fill(cairo_);
  }

  void footer(const PageSetup& setup, std::size_t number, std::size_t count) {
    if (setup.footer.empty()) return;
    std::string text = setup.footer;
    for (const auto& [mark, value] : {std::pair{std::string("{pages}"), count}, std::pair{std::string("{page}"), number}}) {
      for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark))
        text.replace(at, mark.size(), std::to_string(value));
    }
    const std::shared_ptr<PangoLayout> layout(pango_layout_new(context_), g_object_unref);
    PangoFontDescription* font = pango_font_description_from_string("Liberation Sans, DejaVu Sans");
    pango_font_description_set_absolute_size(font, 7 * PANGO_SCALE);
    pango_layout_set_font_description(layout.get(), font);
    pango_font_description_free(font);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    PangoRectangle size;
    pango_layout_get_extents(layout.get(), nullptr, &size);
    cairo_set_source_rgb(cairo_, 0.3, 0.3, 0.3);
    const double below = std::max(2.0, setup.margin.bottom / 2 - 4);
    cairo_move_to(cairo_, setup.width - setup.margin.right - size.width / double{PANGO_SCALE},
                  setup.height - below - size.height / double{PANGO_SCALE});
    pango_cairo_show_layout(cairo_, layout.get());
  }

  cairo_t* cairo_;
  PangoContext* context_;
};

}  // namespace

std::string to_pdf(const std::vector<Page>& pages) {
  std::string out;
  const PageSetup first = pages.empty() ? PageSetup{} : pages.front().setup;
  const FontLoan fonts;
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_pdf_surface_create_for_stream(
          [](void* closure, const unsigned char* data, unsigned length) {
            static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
            return CAIRO_STATUS_SUCCESS;
          },
          &out, first.width, first.height),
      cairo_surface_destroy);
  if (!pages.empty()) cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, pages.front().title.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "Matvey");
  const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> cairo(cairo_create(surface.get()), cairo_destroy);
  for (const auto& page : pages) {
    cairo_pdf_surface_set_size(surface.get(), page.setup.width, page.setup.height);
    Painter(cairo.get(), fonts.context()).document(page);
  }
  cairo_surface_finish(surface.get());
  if (cairo_status(cairo.get()) != CAIRO_STATUS_SUCCESS || cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS)
    throw base::Error::internal("a PDF could not be written");
  return out;
}

std::string to_pdf(std::string_view html, const PageSetup& setup) {
  std::vector<Page> pages;
  pages.push_back(parse_page(html, setup));
  return to_pdf(pages);
}

}  // namespace print
