#include "server/base/text/phone_scan.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "server/base/text/phone_plan.hpp"
#include "server/base/text/text.hpp"

namespace base {

namespace {

constexpr std::size_t kMaxExtension = 7;

enum class TokenKind { kNumber, kWord, kSeparator, kExtensionMark };

struct Token {
  TokenKind kind;
  std::string text;        // numbers: digits, '+', brackets and gaps as ' '; words: folded
  std::size_t begin, end;  // bytes of the cell
};

enum class Class { kDigit, kPlus, kGap, kOpen, kClose, kLetter, kSeparator, kHash, kOther };

Class classify(char32_t c) {
  if (c < 0x80) {
    if (c >= '0' && c <= '9') return Class::kDigit;
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') return Class::kLetter;
    switch (c) {
      case '+': return Class::kPlus;
      case '(':
      case '[': return Class::kOpen;
      case ')':
      case ']': return Class::kClose;
      case ' ':
      case '-':
      case '.':
      case '~':
      case '*': return Class::kGap;
      case ',':
      case ';':
      case '/':
      case '\\':
      case '|':
      case '\n':
      case '\r':
      case '\t':
      case '&': return Class::kSeparator;
      case '#': return Class::kHash;
      default: return Class::kOther;
    }
  }
  const auto u = static_cast<UChar32>(c);
  if (u_isalpha(u)) return Class::kLetter;
  if (u_charDigitValue(u) >= 0) return Class::kDigit;
  if (c == 0xFF0B) return Class::kPlus;
  if (c == 0xFF08) return Class::kOpen;
  if (c == 0xFF09) return Class::kClose;
  const auto category = U_MASK(u_charType(u));
  // Unicode spaces, dashes of every length, the minus sign, zero-width characters.
  if ((category & (U_GC_Z_MASK | U_GC_PD_MASK | U_GC_CF_MASK)) != 0 || c == 0x2212) return Class::kGap;
  if (c == 0xFF0C || c == 0xFF1B || c == 0x3001) return Class::kSeparator;
  return c == 0xFF03 || c == 0x2116 ? Class::kHash : Class::kOther;
}

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

// Turns a cell into tokens. A run of digits goes on over gaps and brackets, and ends at anything else or at a second '+'.
class Scanner {
 public:
  explicit Scanner(std::string_view cell) : cell_(cell) {}

  std::vector<Token> run() {
    while (at_ < cell_.size()) {
      const std::size_t here = at_;
      const char32_t c = next();
      switch (classify(c)) {
        case Class::kDigit: push_digit(c, here); break;
        case Class::kPlus:
          end_number();
          start_number(here);
          number_ += '+';
          break;
        case Class::kGap: push_gap(' '); break;
        case Class::kOpen:
          if (number_.empty()) start_number(here);
          push_gap('(');
          break;
        case Class::kClose: push_gap(')'); break;
        case Class::kLetter:
          end_number();
          take_word(here);
          break;
        case Class::kSeparator:
          end_number();
          tokens_.push_back({TokenKind::kSeparator, std::string(1, c < 0x80 ? static_cast<char>(c) : ','), here, at_});
          break;
        case Class::kHash:
          end_number();
          tokens_.push_back({TokenKind::kExtensionMark, "#", here, at_});
          break;
        case Class::kOther: end_number(); break;
      }
    }
    end_number();
    return std::move(tokens_);
  }

 private:
  char32_t next() {
    UChar32 c = 0;
    auto position = static_cast<std::int64_t>(at_);
    U8_NEXT_OR_FFFD(cell_.data(), position, static_cast<std::int64_t>(cell_.size()), c);
    at_ = static_cast<std::size_t>(position);
    return static_cast<char32_t>(c);
  }

  void start_number(std::size_t here) {
    begin_ = here;
    end_ = at_;
  }

  void push_digit(char32_t c, std::size_t here) {
    if (number_.empty()) start_number(here);
    number_ += static_cast<char>('0' + u_charDigitValue(static_cast<UChar32>(c)));
    end_ = at_;
  }

  void push_gap(char gap) {
    if (number_.empty() && gap != '(') return;
    number_ += gap;
    if (gap == ')') end_ = at_;
  }

  void end_number() {
    if (count_digits(number_) > 0) {
      while (number_.back() == ' ' || number_.back() == '(') number_.pop_back();
      tokens_.push_back({TokenKind::kNumber, number_, begin_, end_});
    }
    number_.clear();
  }

  void take_word(std::size_t begin) {
    std::size_t end = at_;
    while (at_ < cell_.size()) {
      if (classify(next()) != Class::kLetter) break;
      end = at_;
    }
    at_ = end;
    tokens_.push_back({TokenKind::kWord, fold(cell_.substr(begin, end - begin)), begin, end});
  }

  std::string_view cell_;
  std::size_t at_ = 0;
  std::string number_;
  std::size_t begin_ = 0, end_ = 0;
  std::vector<Token> tokens_;
};

constexpr std::array<std::string_view, 17> kExtensionWords = {"доб",        "добавочный", "добав", "добавочн", "вн",        "внутр",
                                                              "внутренний", "внут",       "ext",   "extn",     "extension", "x",
                                                              "х",          "int",        "anexo", "wew",      "durchwahl"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 42> kKindWords = {{
    {"моб", "mobile"},
    {"мобильный", "mobile"},
    {"мобила", "mobile"},
    {"сот", "mobile"},
    {"сотовый", "mobile"},
    {"mob", "mobile"},
    {"mobile", "mobile"},
    {"cell", "mobile"},
    {"раб", "work"},
    {"рабочий", "work"},
    {"офис", "work"},
    {"office", "work"},
    {"work", "work"},
    {"дом", "home"},
    {"домашний", "home"},
    {"home", "home"},
    {"факс", "fax"},
    {"ф", "fax"},
    {"fax", "fax"},
    {"whatsapp", "whatsapp"},
    {"wa", "whatsapp"},
    {"ватсап", "whatsapp"},
    {"вотсап", "whatsapp"},
    {"вацап", "whatsapp"},
    {"вотцап", "whatsapp"},
    {"вайбер", "viber"},
    {"viber", "viber"},
    {"telegram", "telegram"},
    {"телеграм", "telegram"},
    {"телеграмм", "telegram"},
    {"тг", "telegram"},
    {"tg", "telegram"},
    {"тел", ""},
    {"т", ""},
    {"телефон", ""},
    {"tel", ""},
    {"phone", ""},
    {"p", ""},
    {"и", ""},
    {"или", ""},
    {"or", ""},
    {"and", ""},
}};

bool is_extension_word(std::string_view word) {
  return std::find(kExtensionWords.begin(), kExtensionWords.end(), word) != kExtensionWords.end();
}

std::string digits_only(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= '0' && c <= '9') out += c;
  }
  return out;
}

// «8 (343) 807-39-6»: the prefix of the trunk stands apart, so what follows is all there is of the number. A reading that took the
// prefix for the number's first digit is wrong: a digit was lost.
bool takes_prefix_for_digit(std::string_view run, std::string_view digits, const PhoneNumber& number, const PhoneContext& context) {
  if (!number.valid || context.home == nullptr || context.home->prefix.empty() || run.find('+') != std::string_view::npos) return false;
  const std::size_t first = run.find_first_of("0123456789");
  const std::size_t end = run.find_first_not_of("0123456789", first);
  if (first == std::string_view::npos || end == std::string_view::npos) return false;
  boost::cmatch groups;
  const std::string_view lead = run.substr(first, end - first);
  const bool is_prefix = context.home->prefix.match_start(lead, groups) && static_cast<std::size_t>(groups[0].length()) == lead.size();
  return is_prefix && number.e164.size() == 1 + context.home->code.size() + digits.size() && number.e164.ends_with(digits);
}

PhoneNumber parse_run(std::string_view run, const PhoneContext& context) {
  const std::string digits = digits_only(run);
  PhoneNumber number = parse_scanned(digits, run.find('+') != std::string_view::npos, context);
  return takes_prefix_for_digit(run, digits, number, context) ? PhoneNumber{} : number;
}

bool is_gap(char c) { return c == ' ' || c == '(' || c == ')'; }

// Puts tokens together into entries.
class Assembler {
 public:
  Assembler(std::string_view cell, std::vector<Token> tokens, PhoneContext context)
      : cell_(cell), tokens_(std::move(tokens)), context_(std::move(context)) {}

  std::vector<PhoneEntry> run() {
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      const Token& token = tokens_[at_];
      switch (token.kind) {
        case TokenKind::kNumber: take_number(); break;
        case TokenKind::kWord: take_word(token); break;
        case TokenKind::kSeparator: take_separator(token); break;
        case TokenKind::kExtensionMark: expects_extension_ = !entries_.empty(); break;
      }
    }
    if (!entries_.empty()) give_words_to(entries_.back());
    return std::move(entries_);
  }

 private:
  void take_separator(const Token& token) {
    // Two commas are a pause on a mobile: what follows is an extension.
    const bool is_pause = token.text == "," && at_ > 0 && tokens_[at_ - 1].kind == TokenKind::kSeparator && tokens_[at_ - 1].text == ",";
    if (is_pause && !entries_.empty()) expects_extension_ = true;
    if (has_number_in_part_) give_words_to(entries_.back());
    has_number_in_part_ = false;
    after_separator_ = true;
  }

  void take_word(const Token& token) {
    if (is_extension_word(token.text) && !entries_.empty()) {
      expects_extension_ = true;
      return;
    }
    for (const auto& [word, kind] : kKindWords) {
      if (word != token.text) continue;
      if (!kind.empty()) kind_ = kind;
      return;
    }
    if (!note_.empty()) note_ += ' ';
    note_ += cell_.substr(token.begin, token.end - token.begin);
  }

  void give_words_to(PhoneEntry& entry) {
    if (entry.kind.empty()) entry.kind = kind_;
    if (!note_.empty() && !entry.note.empty()) entry.note += ' ';
    entry.note += note_;
    kind_.clear();
    note_.clear();
  }

  void take_number() {
    Token token = tokens_[at_];
    if (expects_extension_ && take_extension(token)) return;
    expects_extension_ = false;
    if (is_bare_extension(token)) {
      entries_.back().number.ext = digits_only(token.text);
      extend_raw(token.end);
      return;
    }
    // A word between two numbers of one part belongs to the number before it only where words follow their numbers.
    if (has_number_in_part_ && entries_.back().kind.empty() && entries_.back().note.empty()) give_words_to(entries_.back());
    const std::size_t before = entries_.size();
    add_numbers(token);
    if (entries_.size() == before) return;  // a lone digit
    after_separator_ = false;
    has_number_in_part_ = true;
  }

  // «доб. 12»: the digits up to the first gap; false when they are too many for an extension.
  bool take_extension(Token& token) {
    expects_extension_ = false;
    std::size_t first = 0;
    while (is_gap(token.text[first])) ++first;
    std::size_t end = first;
    while (end < token.text.size() && !is_gap(token.text[end])) ++end;
    const std::string ext = digits_only(std::string_view(token.text).substr(first, end - first));
    if (token.text[0] == '+' || ext.empty() || ext.size() > kMaxExtension || !entries_.back().number.ext.empty()) return false;
    entries_.back().number.ext = ext;
    std::string rest = token.text.substr(end);
    if (count_digits(rest) == 0) {
      extend_raw(token.end);
      return true;
    }
    const std::size_t middle = raw_end(token, end);
    extend_raw(middle);
    token.text = std::move(rest);
    token.begin = middle;
    return false;
  }

  // «123-45-67, 101»: a few digits after a comma and nothing else are no number of their own.
  bool is_bare_extension(const Token& token) const {
    constexpr std::size_t kLongestBare = 4;
    return after_separator_ && !entries_.empty() && kind_.empty() && note_.empty() && token.text[0] != '+' &&
           count_digits(token.text) <= kLongestBare && entries_.back().number.valid && entries_.back().number.ext.empty();
  }

  void extend_raw(std::size_t end) {
    PhoneEntry& entry = entries_.back();
    entry.raw = cell_.substr(raw_begin_, end - raw_begin_);
  }

  // Byte of the cell after the first `size` characters of the token's text (gaps may be longer in the cell).
  std::size_t raw_end(const Token& token, std::size_t size) const {
    std::size_t left = count_digits(std::string_view(token.text).substr(0, size));
    std::size_t at = token.begin;
    while (at < token.end && left > 0) {
      UChar32 c = 0;
      auto position = static_cast<std::int64_t>(at);
      U8_NEXT_OR_FFFD(cell_.data(), position, static_cast<std::int64_t>(cell_.size()), c);
      at = static_cast<std::size_t>(position);
      if (u_charDigitValue(c) >= 0) --left;
    }
    return at;
  }

  void add_entry(std::size_t begin, std::size_t end, PhoneNumber number) {
    PhoneEntry entry;
    entry.raw = cell_.substr(begin, end - begin);
    entry.number = std::move(number);
    raw_begin_ = begin;
    entries_.push_back(std::move(entry));
    give_words_to(entries_.back());
  }

  // The run as one number; else as several with gaps between them; else joined with the runs after it; else as it is.
  void add_numbers(const Token& token) {
    if (count_digits(token.text) < 2) return;
    PhoneNumber whole = parse_run(token.text, context_);
    if (whole.valid || (!add_split(token) && !add_joined(token) && !add_with_bracketed_extension(token))) {
      add_entry(token.begin, token.end, std::move(whole));
    }
  }

  // «89161234567 89167654321»: valid numbers one after another, cut at gaps.
  bool add_split(const Token& token) {
    const std::string_view text = token.text;
    if (count_digits(text) < 12) return false;
    std::vector<std::size_t> cuts{0};
    std::vector<PhoneNumber> numbers;
    while (cuts.back() < text.size()) {
      bool is_found = false;
      for (std::size_t i = cuts.back() + 1; i <= text.size() && !is_found; ++i) {
        if (i < text.size() && text[i] != ' ' && text[i] != '(') continue;
        PhoneNumber number = parse_run(text.substr(cuts.back(), i - cuts.back()), context_);
        if (!number.valid) continue;
        numbers.push_back(std::move(number));
        cuts.push_back(i);
        is_found = true;
      }
      if (!is_found) return false;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const std::size_t begin = i == 0 ? token.begin : next_digit(raw_end(token, cuts[i]));
      add_entry(begin, i + 1 == numbers.size() ? token.end : raw_end(token, cuts[i + 1]), std::move(numbers[i]));
    }
    return true;
  }

  std::size_t next_digit(std::size_t at) const {
    while (at < cell_.size() && cell_[at] != '(' && (cell_[at] < '0' || cell_[at] > '9')) ++at;
    return at;
  }

  // «8 495 123/45/67»: a separator inside a number, believed only when the result is valid.
  bool add_joined(const Token& token) {
    std::string text = token.text;
    for (std::size_t i = at_ + 1; i + 1 < tokens_.size() && tokens_[i].kind == TokenKind::kSeparator && tokens_[i].text != "\n"; i += 2) {
      const Token& more = tokens_[i + 1];
      if (more.kind != TokenKind::kNumber || more.text[0] == '+' || count_digits(text) + count_digits(more.text) > 15) return false;
      text += ' ';
      text += more.text;
      PhoneNumber number = parse_run(text, context_);
      if (!number.valid) continue;
      at_ = i + 1;
      add_entry(token.begin, more.end, std::move(number));
      return true;
    }
    return false;
  }

  // «8 (495) 123-45-67 (101)».
  bool add_with_bracketed_extension(const Token& token) {
    const std::size_t open = token.text.rfind('(');
    if (open == std::string::npos || open == 0 || token.text.back() != ')') return false;
    const std::string ext = digits_only(std::string_view(token.text).substr(open));
    PhoneNumber number = parse_run(std::string_view(token.text).substr(0, open), context_);
    if (!number.valid || ext.empty() || ext.size() > kMaxExtension) return false;
    number.ext = ext;
    add_entry(token.begin, token.end, std::move(number));
    return true;
  }

  std::string_view cell_;
  std::vector<Token> tokens_;
  PhoneContext context_;
  std::size_t at_ = 0;
  std::vector<PhoneEntry> entries_;
  std::string kind_, note_;  // words waiting for their number
  bool expects_extension_ = false;
  bool after_separator_ = false;
  bool has_number_in_part_ = false;  // since the last separator
  std::size_t raw_begin_ = 0;        // of the last entry
};

PhoneContext make_context(std::string_view region, std::string_view area_code) {
  return {phone_plans().find(region), digits_only(area_code)};
}

}  // namespace

std::vector<PhoneEntry> split_phones(std::string_view cell, std::string_view default_region, std::string_view area_code_hint) {
  return Assembler(cell, Scanner(cell).run(), make_context(default_region, area_code_hint)).run();
}

std::optional<PhoneNumber> parse_phone(std::string_view raw, std::string_view default_region, std::string_view area_code_hint) {
  // Nearly every value is one number in plain ASCII punctuation: no tokens needed.
  std::string run;
  bool is_plain = true;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    const Class kind = byte < 0x80 ? classify(byte) : Class::kOther;
    const bool is_leading_plus = kind == Class::kPlus && run.empty();
    if (kind == Class::kDigit || is_leading_plus) {
      run += c;
    } else if (kind != Class::kGap && kind != Class::kOpen && kind != Class::kClose) {
      is_plain = false;
      break;
    }
  }
  if (is_plain) {
    if (count_digits(run) < 2) return std::nullopt;
    PhoneNumber number = parse_run(raw, make_context(default_region, area_code_hint));
    if (number.valid) return number;
  }
  std::vector<PhoneEntry> entries = split_phones(raw, default_region, area_code_hint);
  if (entries.empty()) return std::nullopt;
  return std::move(entries.front().number);
}

}  // namespace base
