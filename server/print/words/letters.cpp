#include "server/print/words/letters.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace print {

std::u32string to_letters(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c;
    U8_NEXT_OR_FFFD(text.data(), i, size, c);
    out += static_cast<char32_t>(c);
  }
  return out;
}

std::string to_text(std::u32string_view letters) {
  std::string out;
  out.reserve(letters.size() * 2);
  for (const char32_t letter : letters) {
    char bytes[4];
    std::int32_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, static_cast<UChar32>(letter));
    out.append(bytes, static_cast<std::size_t>(size));
  }
  return out;
}

std::string first_upper(std::string_view text) {
  std::u32string letters = to_letters(text);
  if (!letters.empty()) letters[0] = static_cast<char32_t>(u_toupper(static_cast<UChar32>(letters[0])));
  return to_text(letters);
}

}  // namespace print
