// QR codes (ISO/IEC 18004) by libqrencode: level M, 8-bit mode.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace print {

struct QrCode {
  int size = 0;                // modules on a side, without the quiet zone
  std::vector<bool> is_black;  // by rows
  bool at(int x, int y) const { return is_black[static_cast<std::size_t>(y * size + x)]; }
};

inline constexpr int kQrQuietModules = 4;

// nullopt: the text is empty or longer than a code can hold (2331 bytes).
std::optional<QrCode> make_qr(std::string_view bytes);

// An SVG picture with its quiet zone, for HTML shown in a browser.
std::string qr_svg(const QrCode& code);

}  // namespace print
