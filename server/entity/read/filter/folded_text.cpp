#include "server/entity/read/filter/folded_text.hpp"

#include "server/base/text/text.hpp"

namespace entity::read {

// The same limit as the text field type's; the property test of equality holds the two together.
constexpr std::size_t kMaxFoldBytes = 2000;

std::string folded_text(std::string_view text) {
  std::string folded = base::fold(text);
  if (folded.size() <= kMaxFoldBytes) return folded;
  auto end = kMaxFoldBytes;
  while (end > 0 && (static_cast<unsigned char>(folded[end]) & 0xC0) == 0x80) --end;
  folded.resize(end);
  return folded;
}

}  // namespace entity::read
