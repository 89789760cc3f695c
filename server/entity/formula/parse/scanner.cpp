#include "server/entity/formula/parse/scanner.hpp"

#include <array>
#include <utility>

namespace formula {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_space(char32_t c) {
  return c == 0x20 || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 || c == 0x180E || (c >= 0x2000 && c <= 0x200B) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

bool is_name_start(char32_t c) {
  static constexpr std::array<std::pair<char32_t, char32_t>, 16> kRanges{{{'A', 'Z'},
                                                                          {'_', '_'},
                                                                          {'a', 'z'},
                                                                          {0xC0, 0xD6},
                                                                          {0xD8, 0xF6},
                                                                          {0xF8, 0x2FF},
                                                                          {0x370, 0x37D},
                                                                          {0x37F, 0x1FFF},
                                                                          {0x200C, 0x200D},
                                                                          {0x2070, 0x218F},
                                                                          {0x2C00, 0x2FEF},
                                                                          {0x3001, 0xD7FF},
                                                                          {0xF900, 0xFDCF},
                                                                          {0xFDF0, 0xFEFE},
                                                                          {0xFF00, 0xFFFD},
                                                                          {0x10000, 0xEFFFF}}};
  if (is_space(c)) return false;
  for (const auto& [low, high] : kRanges) {
    if (c >= low && c <= high) return true;
  }
  return false;
}

bool is_name_part(char32_t c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == 0xB7 || (c >= 0x300 && c <= 0x36F) || c == 0x203F || c == 0x2040;
}

bool is_simple_name(std::string_view name) {
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x80 && !is_name_part(u)) return false;
  }
  return !name.empty() && !is_digit(name[0]);
}

std::size_t column_of(std::string_view text, std::size_t position) {
  std::size_t column = 1;
  for (std::size_t i = 0; i < position && i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) ++column;
  }
  return column;
}

char32_t Scanner::code_point(std::size_t at, std::size_t& size) const {
  size = 1;
  if (at >= text_.size()) {
    size = 0;
    return 0;
  }
  const auto lead = static_cast<unsigned char>(text_[at]);
  if (lead < 0x80) return lead;
  const std::size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (wanted == 1 || at + wanted > text_.size()) return 0xFFFF;  // invalid: no name character
  char32_t c = lead & (0xFF >> (wanted + 1));
  for (std::size_t i = 1; i < wanted; ++i) c = (c << 6) | (static_cast<unsigned char>(text_[at + i]) & 0x3F);
  size = wanted;
  return c;
}

void Scanner::skip_space() {
  while (at_ < text_.size()) {
    if (text_.substr(at_, 2) == "//") {
      while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
      continue;
    }
    if (text_.substr(at_, 2) == "/*") {
      const std::size_t end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) fail("unclosed_comment", at_);
      at_ = end + 2;
      continue;
    }
    std::size_t size = 0;
    if (!is_space(code_point(at_, size))) return;
    at_ += size;
  }
}

bool Scanner::at_end() {
  skip_space();
  return at_ >= text_.size();
}

char Scanner::peek() {
  skip_space();
  return peek_raw();
}

bool Scanner::looking_at(std::string_view symbol) {
  skip_space();
  return text_.substr(at_, symbol.size()) == symbol;
}

bool Scanner::accept(std::string_view symbol) {
  if (!looking_at(symbol)) return false;
  at_ += symbol.size();
  return true;
}

void Scanner::expect(std::string_view symbol) {
  if (!accept(symbol)) fail_here(symbol);
}

bool Scanner::looking_at_word(std::string_view word) {
  if (!looking_at(word)) return false;
  std::size_t size = 0;
  return !is_name_part(code_point(at_ + word.size(), size)) || size == 0;
}

bool Scanner::accept_word(std::string_view word) {
  if (!looking_at_word(word)) return false;
  at_ += word.size();
  return true;
}

void Scanner::expect_word(std::string_view word) {
  if (!accept_word(word)) fail_here(word);
}

bool Scanner::at_name() {
  skip_space();
  std::size_t size = 0;
  return is_name_start(code_point(at_, size)) && size > 0;
}

std::optional<std::string> Scanner::identifier() {
  if (!at_name()) return std::nullopt;
  const std::size_t begin = at_;
  std::size_t size = 0;
  while (is_name_part(code_point(at_, size)) && size > 0) at_ += size;
  return std::string(text_.substr(begin, at_ - begin));
}

std::size_t Scanner::match_name(std::string_view name) {
  std::size_t at = at_;
  std::size_t size = 0;
  for (const char c : name) {
    if (c == ' ') {
      const std::size_t before = at;
      while (is_space(code_point(at, size)) && size > 0) at += size;
      if (at == before) return 0;
    } else if (at < text_.size() && text_[at] == c) {
      ++at;
    } else {
      return 0;
    }
  }
  std::size_t last_size = 0;
  if (is_name_part(code_point(at, size)) && size > 0 && is_name_part(code_point(at - 1, last_size))) return 0;
  return at - at_;
}

std::optional<std::string> Scanner::free_name(std::string_view ends) {
  skip_space();
  const std::size_t begin = at_;
  if (!at_name()) return std::nullopt;
  std::string out;
  bool space = false;
  std::size_t at = at_;
  while (at < text_.size()) {
    std::size_t size = 0;
    const char32_t c = code_point(at, size);
    if (c < 0x80 && ends.find(static_cast<char>(c)) != std::string_view::npos) {
      at_ = at;
      return out;
    }
    if (is_space(c)) {
      space = true;
    } else if (is_name_part(c) || c == '.' || c == '/' || c == '-' || c == '\'' || c == '+' || c == '*' || c == 0x2019) {
      if (space) out += ' ';
      space = false;
      out += text_.substr(at, size);
    } else {
      break;
    }
    at += size;
  }
  at_ = begin;
  return std::nullopt;
}

std::optional<std::string> Scanner::number() {
  skip_space();
  std::size_t at = at_;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text_.size() && is_digit(text_[at])) ++at;
    return at > begin;
  };
  const auto byte = [&](std::size_t i) { return i < text_.size() ? text_[i] : '\0'; };
  const bool whole = digits();
  if (byte(at) == '.' && is_digit(byte(at + 1))) {
    ++at;
    digits();
  } else if (!whole) {
    return std::nullopt;
  }
  if (byte(at) == 'e' || byte(at) == 'E') {
    const std::size_t mark = at++;
    if (byte(at) == '+' || byte(at) == '-') ++at;
    if (!digits()) at = mark;
  }
  std::string out(text_.substr(at_, at - at_));
  at_ = at;
  return out;
}

void Scanner::append_escape(std::string& out) {
  const char c = peek_raw();
  ++at_;
  const auto hex = [&](int count) -> std::optional<char32_t> {
    char32_t value = 0;
    for (int i = 0; i < count; ++i) {
      const char h = peek_raw(static_cast<std::size_t>(i));
      const int digit = is_digit(h) ? h - '0' : h >= 'a' && h <= 'f' ? h - 'a' + 10 : h >= 'A' && h <= 'F' ? h - 'A' + 10 : -1;
      if (digit < 0) return std::nullopt;
      value = value * 16 + static_cast<char32_t>(digit);
    }
    at_ += static_cast<std::size_t>(count);
    return value;
  };
  switch (c) {
    case 'n': out += '\n'; return;
    case 'r': out += '\r'; return;
    case 't': out += '\t'; return;
    case '"':
    case '\'':
    case '\\': out += c; return;
    case 'u':
    case 'U': {
      const std::size_t begin = at_;
      auto value = hex(c == 'u' ? 4 : 6);
      if (value && *value >= 0xD800 && *value < 0xDC00 && peek_raw() == '\\' && peek_raw(1) == 'u') {
        at_ += 2;
        const auto low = hex(4);
        if (low && *low >= 0xDC00 && *low < 0xE000) value = 0x10000 + ((*value - 0xD800) << 10) + (*low - 0xDC00);
      }
      if (!value || *value > 0x10FFFF || *value == 0 || (*value >= 0xD800 && *value < 0xE000)) {
        fail("bad_escape", begin - 2);
      }
      append_utf8(out, *value);
      return;
    }
    default:  // "\d" of a pattern stays as written
      out += '\\';
      --at_;
      return;
  }
}

std::optional<std::string> Scanner::string_literal() {
  skip_space();
  if (peek_raw() != '"') return std::nullopt;
  const std::size_t begin = at_++;
  std::string out;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return out;
    }
    ++at_;
    if (c == '\\') {
      if (at_ >= text_.size()) break;
      append_escape(out);
    } else {
      out += c;
    }
  }
  fail("unclosed_string", begin);
}

void Scanner::fail(std::string code, std::size_t position, base::MessageArgs args) const {
  throw ParseFailure{{std::move(code), position, column_of(text_, position), std::move(args)}};
}

void Scanner::fail_here(std::string_view expected) {
  skip_space();
  std::string found;
  if (at_ < text_.size()) {
    std::size_t size = 0;
    std::size_t end = at_;
    while (is_name_part(code_point(end, size)) && size > 0 && end - at_ < 60) end += size;
    if (end == at_) {
      code_point(at_, size);
      end += size;
    }
    found = text_.substr(at_, end - at_);
  }
  if (found.empty()) fail("unexpected_end", at_, {{"expected", std::string(expected)}});
  fail("syntax", at_, {{"found", found}, {"expected", std::string(expected)}});
}

}  // namespace formula
