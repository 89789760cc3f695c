#include "server/base/text/text.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "server/base/error.hpp"

namespace base {

namespace {

// Next code point, U+FFFD for a broken sequence.
char32_t next(std::string_view text, std::size_t& at) {
  UChar32 c = 0;
  const auto size = static_cast<std::int64_t>(text.size());
  auto position = static_cast<std::int64_t>(at);
  U8_NEXT_OR_FFFD(text.data(), position, size, c);
  at = static_cast<std::size_t>(position);
  return static_cast<char32_t>(c);
}

void append(std::string& out, char32_t c) {
  char buffer[4];
  int size = 0;
  U8_APPEND_UNSAFE(buffer, size, c);
  out.append(buffer, static_cast<std::size_t>(size));
}

bool is_space(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)); }

// Invisible characters that spreadsheets and messengers leave at the ends of a value.
bool is_outer_junk(char32_t c) { return is_space(c) || c == 0x200B || c == 0xFEFF; }

std::string normalize(const icu::Normalizer2& form, std::string_view text) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(text.size()));
  UErrorCode status = U_ZERO_ERROR;
  form.normalizeUTF8(0, {text.data(), static_cast<std::int32_t>(text.size())}, sink, nullptr, status);
  if (U_FAILURE(status)) throw Error::internal(std::string("text normalisation: ") + u_errorName(status));
  return out;
}

const icu::Normalizer2& nfc() {
  UErrorCode status = U_ZERO_ERROR;
  static const icu::Normalizer2* const kForm = icu::Normalizer2::getNFCInstance(status);
  return *kForm;
}

const icu::Normalizer2& nfkc_casefold() {
  UErrorCode status = U_ZERO_ERROR;
  static const icu::Normalizer2* const kForm = icu::Normalizer2::getNFKCCasefoldInstance(status);
  return *kForm;
}

std::string repair(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) append(out, next(text, at));
  return out;
}

std::string trim(std::string text) {
  std::size_t first = 0;
  while (first < text.size()) {
    std::size_t after = first;
    if (!is_outer_junk(next(text, after))) break;
    first = after;
  }
  std::size_t last = first;  // end of the last character that stays
  for (std::size_t at = first; at < text.size();) {
    if (!is_outer_junk(next(text, at))) last = at;
  }
  return text.substr(first, last - first);
}

// fold() of ASCII and Russian letters, which is nearly all text there is; false at any other character.
bool fold_simple(std::string_view text, std::string& out) {
  out.reserve(text.size());
  bool is_gap = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c == ' ' || (c >= 9 && c <= 13)) {
      is_gap = !out.empty();
      continue;
    }
    if (is_gap) out += ' ';
    is_gap = false;
    if (c < 0x80) {
      out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      continue;
    }
    if ((c != 0xD0 && c != 0xD1) || i + 1 == text.size()) return false;
    const auto low = static_cast<unsigned char>(text[++i]);
    if ((low & 0xC0) != 0x80) return false;
    char32_t letter = static_cast<char32_t>((c & 0x1F) << 6 | (low & 0x3F));
    if (letter == 0x401 || letter == 0x451) letter = 0x435;
    if (letter >= 0x410 && letter <= 0x42F) letter += 0x20;
    if (letter < 0x430 || letter > 0x44F) return false;
    out += static_cast<char>(0xC0 | letter >> 6);
    out += static_cast<char>(0x80 | (letter & 0x3F));
  }
  return true;
}

bool is_word_character(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
  if (c >= 0x410 && c <= 0x44F) return true;
  const auto category = U_MASK(u_charType(static_cast<UChar32>(c)));
  return (category & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) != 0;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c < 0) return false;
  }
  return true;
}

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next(text, at);
    if (c == '\r' && at < text.size() && text[at] == '\n') continue;
    const bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    append(out, is_control && c != '\n' && c != '\t' ? U' ' : c);
  }
  return trim(normalize(nfc(), out));
}

std::string fold(std::string_view text) {
  std::string out;
  if (fold_simple(text, out)) return out;
  // Broken bytes become U+FFFD first: dropping a character between two of them could make a letter.
  std::string folded = normalize(nfkc_casefold(), is_valid_utf8(text) ? std::string(text) : repair(text));
  // ё→е may leave a letter before a mark that composes with it, hence the repetition.
  for (std::size_t at = folded.find("ё"); at != std::string::npos; at = folded.find("ё")) {
    for (; at != std::string::npos; at = folded.find("ё", at)) folded.replace(at, 2, "е");
    folded = normalize(nfkc_casefold(), folded);
  }
  out.clear();
  bool is_gap = false;
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t c = next(folded, at);
    if (is_space(c)) {
      is_gap = !out.empty();
      continue;
    }
    if (is_gap) out += ' ';
    is_gap = false;
    append(out, c);
  }
  return out;
}

std::string without_lines(std::string_view text, std::string_view endings) {
  const auto next_line = [](std::string_view& rest) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    return line;
  };
  std::string kept;
  while (!text.empty()) {
    const auto line = next_line(text);
    bool is_kept = true;
    for (auto rest = endings; is_kept && !rest.empty();) is_kept = !line.ends_with(next_line(rest));
    if (!is_kept) continue;
    if (!kept.empty()) kept += '\n';
    kept += line;
  }
  return kept;
}

std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::string_view prefix(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && count-- == 0) break;
  }
  return text.substr(0, at);
}

std::vector<std::string_view> words(std::string_view folded) {
  std::vector<std::string_view> found;
  std::size_t start = std::string_view::npos;
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t here = at;
    const bool is_inside = is_word_character(next(folded, at));
    if (is_inside && start == std::string_view::npos) start = here;
    if (!is_inside && start != std::string_view::npos) {
      found.push_back(folded.substr(start, here - start));
      start = std::string_view::npos;
    }
  }
  if (start != std::string_view::npos) found.push_back(folded.substr(start));
  return found;
}

std::string digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= '0' && c <= '9') out += c;
  }
  return out;
}

}  // namespace base
