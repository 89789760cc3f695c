#include "server/print/page/picture.hpp"

#include <algorithm>

#include "server/base/text/base64.hpp"

namespace print {

namespace {

constexpr double kPixel = 0.75;
constexpr std::uint64_t kMaxPixels = 25'000'000;

struct Size {
  std::uint32_t width = 0, height = 0;
};

std::uint32_t big_endian(std::string_view bytes, std::size_t at, int count) {
  std::uint32_t out = 0;
  for (int i = 0; i < count; ++i) out = out << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return out;
}

// The size is read before the picture is unpacked: a small file may claim any number of pixels.
std::optional<Size> png_size(std::string_view bytes) {
  if (bytes.size() < 33 || bytes.substr(0, 8) != "\x89PNG\r\n\x1a\n" || bytes.substr(12, 4) != "IHDR") return std::nullopt;
  return Size{big_endian(bytes, 16, 4), big_endian(bytes, 20, 4)};
}

// The frame header, ITU-T T.81 section B.2.2.
std::optional<Size> jpeg_size(std::string_view bytes) {
  if (!bytes.starts_with("\xff\xd8")) return std::nullopt;
  std::size_t at = 2;
  while (at + 9 < bytes.size()) {
    if (static_cast<unsigned char>(bytes[at]) != 0xff) return std::nullopt;
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (marker == 0xff) {
      ++at;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc)
      return Size{big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2)};
    at += 2 + big_endian(bytes, at + 2, 2);
  }
  return std::nullopt;
}

bool is_sane(const Size& size) {
  return size.width > 0 && size.height > 0 && std::uint64_t{size.width} * size.height <= kMaxPixels && size.width < 32000 &&
         size.height < 32000;
}

struct Reader {
  std::string_view bytes;
  std::size_t at = 0;
};

cairo_status_t read_bytes(void* closure, unsigned char* data, unsigned length) {
  auto* reader = static_cast<Reader*>(closure);
  if (reader->at + length > reader->bytes.size()) return CAIRO_STATUS_READ_ERROR;
  std::copy_n(reader->bytes.data() + reader->at, length, reinterpret_cast<char*>(data));
  reader->at += length;
  return CAIRO_STATUS_SUCCESS;
}

std::shared_ptr<cairo_surface_t> checked(cairo_surface_t* surface) {
  std::shared_ptr<cairo_surface_t> out(surface, cairo_surface_destroy);
  return cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS ? out : nullptr;
}

std::shared_ptr<cairo_surface_t> png_surface(std::string_view bytes) {
  Reader reader{bytes};
  return checked(cairo_image_surface_create_from_png_stream(read_bytes, &reader));
}

// PDF takes the JPEG as it is; the surface only carries it.
std::shared_ptr<cairo_surface_t> jpeg_surface(std::string_view bytes, const Size& size) {
  auto surface = checked(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(size.width), static_cast<int>(size.height)));
  if (!surface) return nullptr;
  auto* copy = new std::string(bytes);
  const auto status = cairo_surface_set_mime_data(
      surface.get(), CAIRO_MIME_TYPE_JPEG, reinterpret_cast<const unsigned char*>(copy->data()), copy->size(),
      [](void* text) { delete static_cast<std::string*>(text); }, copy);
  return status == CAIRO_STATUS_SUCCESS ? surface : nullptr;
}

std::shared_ptr<const Picture> read_qr(std::string_view text) {
  auto code = make_qr(text);
  if (!code) return nullptr;
  auto out = std::make_shared<Picture>();
  out->kind = Picture::Kind::kQr;
  out->qr = std::move(*code);
  out->width = out->height = 30 * 72 / 25.4;
  return out;
}

}  // namespace

std::shared_ptr<const Picture> read_picture(const Node& image) {
  if (const auto qr = image.attribute("data-qr"); !qr.empty()) return read_qr(qr);
  const std::string_view source = image.attribute("src");
  const std::size_t comma = source.find(";base64,");
  if (!source.starts_with("data:image/") || comma == std::string_view::npos) return nullptr;
  auto bytes = base::from_base64(source.substr(comma + 8));
  if (!bytes) return nullptr;
  auto out = std::make_shared<Picture>();
  out->bytes = std::move(*bytes);
  auto size = png_size(out->bytes);
  if (size && is_sane(*size)) {
    out->surface = png_surface(out->bytes);
  } else if (size = jpeg_size(out->bytes); size && is_sane(*size)) {
    out->kind = Picture::Kind::kJpeg;
    out->surface = jpeg_surface(out->bytes, *size);
  }
  if (!out->surface) return nullptr;
  out->width = size->width * kPixel;
  out->height = size->height * kPixel;
  return out;
}

std::pair<double, double> picture_size(const Picture& picture, const Style& style, double available) {
  double width = style.width.of(available, 0);
  double height = style.height.kind == Length::Kind::kPoints ? style.height.value : 0;
  if (width <= 0 && height <= 0) width = picture.width, height = picture.height;
  if (width <= 0) width = height * picture.width / picture.height;
  if (height <= 0) height = width * picture.height / picture.width;
  double factor = 1;
  factor = std::min(factor, style.max_width.of(available, width) / width);
  if (style.max_height.kind == Length::Kind::kPoints) factor = std::min(factor, style.max_height.value / height);
  if (available > 0) factor = std::min(factor, available / width);
  return {width * factor, height * factor};
}

std::string qr_png(const QrCode& code) {
  constexpr int kModule = 8;  // pixels
  const int side = (code.size + 2 * kQrQuietModules) * kModule;
  cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, side, side);
  cairo_t* context = cairo_create(surface);
  cairo_set_source_rgb(context, 1, 1, 1);
  cairo_paint(context);
  cairo_set_source_rgb(context, 0, 0, 0);
  for (int y = 0; y < code.size; ++y) {
    for (int x = 0; x < code.size; ++x) {
      if (code.at(x, y)) cairo_rectangle(context, (x + kQrQuietModules) * kModule, (y + kQrQuietModules) * kModule, kModule, kModule);
    }
  }
  cairo_fill(context);
  cairo_destroy(context);
  std::string out;
  cairo_surface_write_to_png_stream(
      surface,
      [](void* closure, const unsigned char* data, unsigned length) {
        static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
        return CAIRO_STATUS_SUCCESS;
      },
      &out);
  cairo_surface_destroy(surface);
  return out;
}

}  // namespace print
