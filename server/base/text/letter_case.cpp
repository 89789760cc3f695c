#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include "server/base/text/text.hpp"

namespace base {

namespace {

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

using CaseMapping = void(const char* locale, std::uint32_t options, icu::StringPiece text, icu::ByteSink& sink, icu::Edits* edits,
                         UErrorCode& status);

std::string map_case(std::string_view text, CaseMapping* map) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(text.size()));
  UErrorCode status = U_ZERO_ERROR;
  map("", 0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, status);
  return out;
}

}  // namespace

std::string to_lower(std::string_view text) {
  if (!is_ascii(text)) return map_case(text, icu::CaseMap::utf8ToLower);
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string to_upper(std::string_view text) {
  if (!is_ascii(text)) return map_case(text, icu::CaseMap::utf8ToUpper);
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

}  // namespace base
