// Base64 (RFC 4648, section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace base {

std::string to_base64(std::string_view bytes);
// White space is passed over; nullopt: another character.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace base
