// Paging cursors: anything is refused or comes back as it was.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/base/error.hpp"
#include "server/entity/read/page/cursor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 9) return 0;
  std::uint64_t fingerprint = 0;
  for (int i = 0; i < 8; ++i) fingerprint = fingerprint << 8 | data[i];
  const std::size_t keys = data[8] % 5;
  const std::string_view text(reinterpret_cast<const char*>(data) + 9, size - 9);
  try {
    const auto position = entity::read::read_cursor(text, fingerprint, keys);
    if (position.keys.size() != keys) std::abort();
    const auto again = entity::read::write_cursor(fingerprint, position);
    if (entity::read::read_cursor(again, fingerprint, keys).id != position.id) std::abort();
  } catch (const base::Error& error) {
    if (error.fields().size() != 1 || error.fields().front().code != "bad_cursor") std::abort();
  }
  return 0;
}
