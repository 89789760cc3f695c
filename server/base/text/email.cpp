#include "server/base/text/email.hpp"

#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <array>
#include <memory>
#include <utility>

#include "server/base/text/text.hpp"

namespace base {

namespace {

constexpr std::size_t kMaxLocalBytes = 64;     // RFC 5321, 4.5.3.1.1
constexpr std::size_t kMaxAddressBytes = 254;  // RFC 3696, erratum 1690

constexpr std::string_view kCyrillicLookalikes = "асеорхукмтнвіјѕ";
constexpr std::string_view kLatinLookalikes = "aceopxykmthbijs";

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kSpelledOut = {{
    {"[at]", "@"},
    {"(at)", "@"},
    {"{at}", "@"},
    {" at ", "@"},
    {"[собака]", "@"},
    {"(собака)", "@"},
    {"＠", "@"},
    {"[dot]", "."},
    {"(dot)", "."},
    {"{dot}", "."},
    {" dot ", "."},
    {"[точка]", "."},
    {"(точка)", "."},
    {"。", "."},
}};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

std::string_view trim(std::string_view text, std::string_view junk) {
  const std::size_t first = text.find_first_not_of(junk);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(junk) - first + 1);
}

// Letters of a part by script, and whether every Cyrillic one has a Latin twin.
struct Letters {
  bool has_latin = false, has_cyrillic = false, all_alike = true;
};

Letters look_at(const icu::UnicodeString& part) {
  static const icu::UnicodeString kAlike = icu::UnicodeString::fromUTF8(std::string(kCyrillicLookalikes));
  Letters letters;
  for (std::int32_t i = 0; i < part.length(); ++i) {
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(part.charAt(i), &status);
    letters.has_latin |= script == USCRIPT_LATIN;
    if (script != USCRIPT_CYRILLIC) continue;
    letters.has_cyrillic = true;
    letters.all_alike &= kAlike.indexOf(part.charAt(i)) >= 0;
  }
  return letters;
}

// A part with letters of both scripts was typed on the wrong layout here and there.
bool replace_lookalikes(std::string& part) {
  icu::UnicodeString wide = icu::UnicodeString::fromUTF8(part);
  const Letters letters = look_at(wide);
  if (!letters.has_cyrillic || !letters.has_latin || !letters.all_alike) return false;
  static const icu::UnicodeString kAlike = icu::UnicodeString::fromUTF8(std::string(kCyrillicLookalikes));
  for (std::int32_t i = 0; i < wide.length(); ++i) {
    const std::int32_t at = kAlike.indexOf(wide.charAt(i));
    if (at >= 0) wide.setCharAt(i, static_cast<char16_t>(kLatinLookalikes[static_cast<std::size_t>(at)]));
  }
  part.clear();
  wide.toUTF8String(part);
  return true;
}

bool is_atom_byte(unsigned char c) {
  return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(static_cast<char>(c)) != std::string_view::npos;
}

// RFC 5322, 3.2.3: dot-atom.
bool is_local_part(std::string_view local) {
  if (local.empty() || local.size() > kMaxLocalBytes || local.front() == '.' || local.back() == '.') return false;
  for (std::size_t i = 0; i < local.size(); ++i) {
    if (local[i] == '.' ? local[i - 1] == '.' : !is_atom_byte(static_cast<unsigned char>(local[i]))) return false;
  }
  return true;
}

// A host name of at least two labels (RFC 1123, 2.1) whose last is not a number.
bool is_domain(std::string_view domain) {
  std::size_t labels = 0;
  bool has_letter = false;
  while (!domain.empty()) {
    const std::size_t dot = domain.find('.');
    const std::string_view label = domain.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    has_letter = false;
    for (const char c : label) {
      const bool is_letter = c >= 'a' && c <= 'z';
      if (!is_letter && !(c >= '0' && c <= '9') && c != '-') return false;
      has_letter |= is_letter;
    }
    ++labels;
    if (dot == std::string_view::npos) break;
    domain.remove_prefix(dot + 1);
    if (domain.empty()) return false;
  }
  return labels >= 2 && has_letter;
}

// nullopt-like empty text when UTS 46 refuses the name.
std::string to_ascii(const std::string& domain) {
  UErrorCode status = U_ZERO_ERROR;
  static const std::unique_ptr<const icu::IDNA> kRules(icu::IDNA::createUTS46Instance(
      UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ, status));  // its const calls are thread-safe
  icu::IDNAInfo info;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  kRules->nameToASCII_UTF8(domain, sink, info, status);
  return U_FAILURE(status) || info.hasErrors() ? std::string() : out;
}

// «Иван Петров <ivan@mail.ru>» → name and address.
std::string_view take_display_name(std::string_view text, std::string& name) {
  const std::size_t close = text.rfind('>');
  const std::size_t open = text.rfind('<', close);
  if (open == std::string_view::npos) return text;
  name = clean_text(trim(text.substr(0, open), " \t\"'«»"));
  return text.substr(open + 1, close == std::string_view::npos || close < open ? std::string_view::npos : close - open - 1);
}

// Without white space and invisible characters of any script.
std::string without_gaps(std::string_view text) {
  icu::UnicodeString wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  icu::UnicodeString kept;
  for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
    const UChar32 c = wide.char32At(i);
    const auto category = U_MASK(u_charType(c));
    if (!u_isUWhiteSpace(c) && (category & (U_GC_C_MASK | U_GC_Z_MASK)) == 0) kept.append(c);
  }
  std::string out;
  kept.toUTF8String(out);
  return out;
}

std::string spelled_in_signs(std::string_view text) {
  std::string out = to_lower(text);
  for (const auto& [word, sign] : kSpelledOut) replace_all(out, word, sign);
  return out;
}

}  // namespace

EmailAddress normalize_email(std::string_view text) {
  EmailAddress address;
  address.raw = clean_text(text);
  std::string_view bare = take_display_name(address.raw, address.name);
  bare = trim(bare, " \t\n<>()\"'.,;:«»");
  if (fold(prefix(bare, 7)) == "mailto:") {
    bare.remove_prefix(7);
    bare = bare.substr(0, bare.find('?'));
  }
  std::string value = spelled_in_signs(bare);
  value = without_gaps(value);
  const std::size_t at = value.rfind('@');
  if (at == std::string::npos) {
    address.value = std::move(value);
    return address;
  }
  std::string local = value.substr(0, at);
  std::string domain = value.substr(at + 1);
  replace_all(domain, ",", ".");
  if (!domain.empty() && domain.back() == '.') domain.pop_back();
  address.has_lookalikes = replace_lookalikes(local);
  address.has_lookalikes |= replace_lookalikes(domain);
  const std::string ascii = to_ascii(domain);
  address.valid = is_local_part(local) && is_domain(ascii) && local.size() + 1 + ascii.size() <= kMaxAddressBytes;
  address.value = local + "@" + (ascii.empty() ? domain : ascii);
  return address;
}

std::vector<EmailAddress> split_emails(std::string_view cell) {
  std::vector<EmailAddress> found;
  std::string part;
  const auto finish = [&found, &part] {
    if (!trim(part, " \t\r\n,;/|").empty()) found.push_back(normalize_email(part));
    part.clear();
  };
  for (std::size_t at = 0; at < cell.size(); ++at) {
    const char c = cell[at];
    const std::string_view rest = cell.substr(at + 1);
    const bool has_address = part.find('@') != std::string::npos;
    const std::size_t next_at = rest.find('@');
    bool is_end = c == ';' || c == '|' || c == '\n';
    if (c == ',' || c == '/' || c == ' ') {
      // Ends an address that has a domain; "ivan@mail,ru" goes on: no other address follows the comma.
      const std::size_t word_end = rest.find_first_of(" ,;/|\n");
      const bool more_follows = next_at != std::string_view::npos && (c == ' ' || next_at < word_end || rest.starts_with(' '));
      const bool has_domain = has_address && part.find('.', part.find('@')) != std::string::npos;
      is_end = has_address && (c == '/' || has_domain || more_follows);
      if (c == ' ' && has_address && !has_domain) is_end = false;
    }
    if (is_end) {
      finish();
    } else {
      part += c;
    }
  }
  finish();
  return found;
}

}  // namespace base
