// Keyboard layouts and alphabets: a Russian name typed the wrong way is still found.
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <array>
#include <memory>
#include <unordered_map>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"

namespace base {

namespace {

// The same keys on both layouts, upper and lower case.
constexpr std::u32string_view kLatinKeys = U"`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>";
constexpr std::u32string_view kRussianKeys = U"ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ";
static_assert(kLatinKeys.size() == kRussianKeys.size());

std::u32string decode(std::string_view text) {
  const icu::UnicodeString wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  std::u32string out(static_cast<std::size_t>(wide.countChar32()), U'\0');
  UErrorCode status = U_ZERO_ERROR;
  if (!out.empty()) {
    wide.toUTF32(reinterpret_cast<UChar32*>(out.data()), static_cast<std::int32_t>(out.size()), status);
  }
  return out;
}

std::string encode(std::u32string_view text) {
  std::string out;
  icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(text.data()), static_cast<std::int32_t>(text.size())).toUTF8String(out);
  return out;
}

bool is_latin(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_russian(char32_t c) { return (c >= 0x410 && c <= 0x44F) || c == 0x401 || c == 0x451; }

// Longest first. Covers the usual ways Russian names are written in Latin letters (passport, BGN, e-mail habits).
constexpr std::array<std::pair<std::u32string_view, std::u32string_view>, 51> kSyllables = {{
    {U"shch", U"щ"}, {U"sch", U"щ"}, {U"tch", U"ч"}, {U"zh", U"ж"}, {U"kh", U"х"},  {U"ts", U"ц"},  {U"tz", U"ц"},  {U"ch", U"ч"},
    {U"sh", U"ш"},   {U"ph", U"ф"},  {U"th", U"т"},  {U"ck", U"к"}, {U"qu", U"кв"}, {U"yu", U"ю"},  {U"ya", U"я"},  {U"yo", U"ё"},
    {U"ye", U"е"},   {U"ju", U"ю"},  {U"ja", U"я"},  {U"jo", U"ё"}, {U"je", U"е"},  {U"ia", U"ия"}, {U"iu", U"ию"}, {U"ee", U"и"},
    {U"oo", U"у"},   {U"a", U"а"},   {U"b", U"б"},   {U"c", U"к"},  {U"d", U"д"},   {U"e", U"е"},   {U"f", U"ф"},   {U"g", U"г"},
    {U"h", U"х"},    {U"i", U"и"},   {U"j", U"й"},   {U"k", U"к"},  {U"l", U"л"},   {U"m", U"м"},   {U"n", U"н"},   {U"o", U"о"},
    {U"p", U"п"},    {U"q", U"к"},   {U"r", U"р"},   {U"s", U"с"},  {U"t", U"т"},   {U"u", U"у"},   {U"v", U"в"},   {U"w", U"в"},
    {U"x", U"кс"},   {U"z", U"з"},   {U"'", U"ь"},
}};

char32_t lower(char32_t c) { return is_latin(c) ? c | 0x20 : c; }
char32_t upper_russian(char32_t c) { return c == 0x451 ? 0x401 : c >= 0x430 && c <= 0x44F ? c - 0x20 : c; }
bool is_latin_vowel(char32_t c) { return std::u32string_view(U"aeiou").find(c) != std::u32string_view::npos; }

bool starts_at(std::u32string_view text, std::size_t at, std::u32string_view pattern) {
  if (at + pattern.size() > text.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (lower(text[at + i]) != pattern[i]) return false;
  }
  return true;
}

icu::Transliterator& latin_rules() {
  // One for each thread: a transliterator keeps state while it works.
  thread_local const std::unique_ptr<icu::Transliterator> kRules = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(
        icu::Transliterator::createInstance("Russian-Latin/BGN; Any-Latin; [ʹʺ’ʼ] Remove; Latin-ASCII", UTRANS_FORWARD, status));
    if (U_FAILURE(status)) throw Error::internal(std::string("transliteration: ") + u_errorName(status));
    return made;
  }();
  return *kRules;
}

}  // namespace

std::optional<std::string> swap_keyboard_layout(std::string_view text) {
  std::u32string typed = decode(text);
  bool has_latin = false;
  bool has_russian = false;
  for (const char32_t c : typed) {
    has_latin |= is_latin(c);
    has_russian |= is_russian(c);
  }
  if (has_latin == has_russian) return std::nullopt;  // neither, or a mix that no single wrong layout explains
  const std::u32string_view from = has_latin ? kLatinKeys : kRussianKeys;
  const std::u32string_view to = has_latin ? kRussianKeys : kLatinKeys;
  for (char32_t& c : typed) {
    const std::size_t key = from.find(c);
    if (key != std::u32string_view::npos) c = to[key];
  }
  return encode(typed);
}

std::string to_latin(std::string_view text) {
  icu::UnicodeString wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  latin_rules().transliterate(wide);
  std::string out;
  wide.toUTF8String(out);
  return out;
}

std::string to_cyrillic(std::string_view text) {
  const std::u32string from = decode(text);
  std::u32string to;
  for (std::size_t at = 0; at < from.size();) {
    const std::size_t first = to.size();
    const bool is_upper = from[at] >= 'A' && from[at] <= 'Z';
    std::size_t used = 1;
    std::u32string_view letters;
    for (const auto& [latin, russian] : kSyllables) {
      if (!starts_at(from, at, latin)) continue;
      letters = russian;
      used = latin.size();
      break;
    }
    if (!letters.empty()) {
      to += letters;
    } else if (lower(from[at]) == 'y') {
      const bool is_after_vowel = at > 0 && is_latin_vowel(lower(from[at - 1]));
      const bool is_last = at + 1 == from.size() || !is_latin(from[at + 1]);
      to += is_after_vowel ? U"й" : is_last ? U"ий" : U"ы";
    } else {
      to += from[at];
    }
    if (is_upper) to[first] = upper_russian(to[first]);
    at += used;
  }
  return encode(to);
}

}  // namespace base
