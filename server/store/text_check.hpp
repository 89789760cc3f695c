// What both databases can hold as text.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"

namespace store {

// PostgreSQL's text is UTF-8 without NUL; SQLite would take anything and give it back to code that trusts it.
// Error invalid_argument "text_encoding".
inline void check_text(std::string_view text, std::string_view query) {
  std::uint64_t high_bits = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    high_bits |= word;
  }
  for (; i < text.size(); ++i) high_bits |= static_cast<unsigned char>(text[i]);
  bool is_ascii = (high_bits & 0x8080808080808080u) == 0;
  bool is_sound = (is_ascii || base::is_valid_utf8(text)) && (text.empty() || !std::memchr(text.data(), 0, text.size()));
  if (!is_sound) throw base::Error(base::ErrorCode::kInvalidArgument, "text_encoding", {{"query", std::string(query)}});
}

}  // namespace store
