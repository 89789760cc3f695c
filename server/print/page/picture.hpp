// Pictures of forms: PNG and JPEG in data URLs, QR codes as lines.
#pragma once

#include <cairo.h>

#include <memory>
#include <optional>
#include <string>

#include "server/print/code/qr.hpp"
#include "server/print/page/dom.hpp"

namespace print {

struct Picture {
  enum class Kind { kPng, kJpeg, kQr };
  Kind kind = Kind::kPng;
  std::string bytes;  // the file; PNG of a QR code is made by qr_png
  QrCode qr;
  double width = 0, height = 0;              // points as it wants to be: pixels are 0.75, a QR code is 30 mm
  std::shared_ptr<cairo_surface_t> surface;  // PNG and JPEG
};

// The picture of an <img>. Null: another kind, damaged, larger than 25 million pixels or anywhere but in the document itself.
std::shared_ptr<const Picture> read_picture(const Node& image);

// Width and height as the style says, in proportion where it says one of them or nothing; not wider than `available`.
std::pair<double, double> picture_size(const Picture& picture, const Style& style, double available);

std::string qr_png(const QrCode& code);

}  // namespace print
