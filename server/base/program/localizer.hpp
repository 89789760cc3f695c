// Texts in the user's language. Sources: locales/<lang>.json below server/ and modules/, embedded.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/base/error.hpp"

namespace base {

// Immutable after loading. Keys are dotted paths ("error.field.required", "entities.company.one"); texts hold {name}
// placeholders; a part in square brackets is left out when a placeholder in it has no value ("Too long[, at most {max}]").
// ICU plural forms are NOT used: counts are worded so that they need none.
class Localizer {
 public:
  // `language` is "ru" or "en"; `text` the JSON of one locale file (nested objects of strings). Later files add keys;
  // a repeated key with another text is refused (Error internal).
  void add(std::string_view language, std::string_view text);
  // Of the texts inside the program: [*.]<lang>.json in the folders locales/ below server/ and modules/.
  static Localizer embedded();
  // The text in `language`, else in English, else the key itself.
  std::string text(std::string_view language, std::string_view key, const MessageArgs& args = {}) const;
  bool has(std::string_view language, std::string_view key) const;
  std::string error_text(std::string_view language, const Error& error) const;
  std::string field_error_text(std::string_view language, const FieldError& error) const;
  const std::unordered_map<std::string, std::string>& all(std::string_view language) const;
  static const std::vector<std::string>& languages();  // {"ru", "en"}

 private:
  std::unordered_map<std::string, std::unordered_map<std::string, std::string>> texts_;
};

}  // namespace base
