// sort_key: ICU collation keys, cut to a length.
#include <unicode/coll.h>
#include <unicode/unistr.h>

#include <memory>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"

namespace base {

namespace {

// Russian rules over CLDR root, three strengths: letters, then marks (ё after е), then case. One for each thread, because
// a collator must not be shared; a copy costs little next to opening one.
const icu::Collator& collator() {
  thread_local const std::unique_ptr<const icu::Collator> kCollator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Collator> opened(icu::Collator::createInstance(icu::Locale("ru"), status));
    if (U_FAILURE(status)) throw Error::internal(std::string("collation: ") + u_errorName(status));
    opened->setStrength(icu::Collator::TERTIARY);
    return opened;
  }();
  return *kCollator;
}

std::string full_key(std::string_view text) {
  const icu::UnicodeString wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  std::string key(text.size() * 2 + 32, '\0');
  const icu::Collator& rules = collator();
  auto size =
      static_cast<std::size_t>(rules.getSortKey(wide, reinterpret_cast<std::uint8_t*>(key.data()), static_cast<std::int32_t>(key.size())));
  if (size > key.size()) {
    key.resize(size);
    size = static_cast<std::size_t>(
        rules.getSortKey(wide, reinterpret_cast<std::uint8_t*>(key.data()), static_cast<std::int32_t>(key.size())));
  }
  key.resize(size > 0 ? size - 1 : 0);                                  // without the terminating zero, which never decides an order
  if (key.find_first_not_of('\x01') == std::string::npos) key.clear();  // separators only: nothing that counts
  return key;
}

}  // namespace

std::string sort_key(std::string_view text, std::size_t max_bytes) {
  // A long text is not keyed whole when its beginning already fills the key with letters (strength one ends at the
  // first byte 1); the margin keeps off the end, where the cut could have changed bytes.
  constexpr std::size_t kMargin = 32;
  const std::size_t enough = 4 * (max_bytes + kMargin);
  if (text.size() > 2 * enough) {
    std::string key = full_key(prefix(text, enough));
    const std::size_t letters = key.find('\x01');
    if (letters != std::string::npos && letters >= max_bytes + kMargin) {
      key.resize(max_bytes);
      return key;
    }
  }
  // The cut key is a prefix: a < b gives cut(a) <= cut(b), never the reverse.
  std::string key = full_key(text);
  if (key.size() > max_bytes) key.resize(max_bytes);
  return key;
}

std::string sort_key_version() {
  UVersionInfo version;
  collator().getVersion(version);
  char text[U_MAX_VERSION_STRING_LENGTH];
  u_versionToString(version, text);
  return std::string("ru-") + text;
}

}  // namespace base
