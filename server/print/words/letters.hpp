// Text by code points for the rules of Russian words.
#pragma once

#include <string>
#include <string_view>

namespace print {

// Wrong UTF-8 gives U+FFFD.
std::u32string to_letters(std::string_view text);
std::string to_text(std::u32string_view letters);
// The first letter upper case, the rest as it is.
std::string first_upper(std::string_view text);

}  // namespace print
