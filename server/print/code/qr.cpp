#include "server/print/code/qr.hpp"

#include <qrencode.h>

#include <memory>

namespace print {

std::optional<QrCode> make_qr(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > 2331) return std::nullopt;
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(bytes.size()), reinterpret_cast<const unsigned char*>(bytes.data()), 0, QR_ECLEVEL_M),
      QRcode_free);
  if (!code) return std::nullopt;
  QrCode out;
  out.size = code->width;
  out.is_black.resize(static_cast<std::size_t>(out.size) * static_cast<std::size_t>(out.size));
  for (std::size_t i = 0; i < out.is_black.size(); ++i) out.is_black[i] = (code->data[i] & 1) != 0;
  return out;
}

std::string qr_svg(const QrCode& code) {
  const std::string side = std::to_string(code.size + 2 * kQrQuietModules);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
                    "\" shape-rendering=\"crispEdges\"><rect width=\"" + side + "\" height=\"" + side + "\" fill=\"#fff\"/><path d=\"";
  for (int y = 0; y < code.size; ++y) {
    for (int x = 0; x < code.size; ++x) {
      if (!code.at(x, y)) continue;
      int run = 1;
      while (x + run < code.size && code.at(x + run, y)) ++run;
      out += "M" + std::to_string(x + kQrQuietModules) + " " + std::to_string(y + kQrQuietModules) + "h" + std::to_string(run) + "v1h-" +
             std::to_string(run) + "z";
      x += run;
    }
  }
  return out + "\"/></svg>";
}

}  // namespace print
