// Reader of fixed-shape texts, shared by the temporal parsers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace formula {

class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) {}
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c || at_end()) return false;
    ++at_;
    return true;
  }
  std::string_view rest() const { return text_.substr(at_); }
  // Between `least` and `most` ASCII digits; nothing is consumed on failure.
  std::optional<std::int64_t> digits(int least, int most) {
    std::int64_t value = 0;
    int n = 0;
    while (n < most && at_ + static_cast<std::size_t>(n) < text_.size() && is_digit(text_[at_ + static_cast<std::size_t>(n)])) {
      value = value * 10 + (text_[at_ + static_cast<std::size_t>(n)] - '0');
      ++n;
    }
    if (n < least) return std::nullopt;
    at_ += static_cast<std::size_t>(n);
    return value;
  }
  // Digits after a point, as nanoseconds (further digits are cut).
  std::optional<std::int64_t> fraction_nanos() {
    std::int64_t value = 0;
    int n = 0;
    for (; is_digit(peek()); ++at_, ++n) {
      if (n < 9) value = value * 10 + (peek() - '0');
    }
    if (n == 0) return std::nullopt;
    for (; n < 9; ++n) value *= 10;
    return value;
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace formula
