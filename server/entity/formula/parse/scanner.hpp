// Characters of a formula: white space, comments, names, numbers and string literals (DMN 1.5 §10.3.1.2, rules 19-36).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/entity/formula/formula.hpp"

namespace formula {

// Leaves parsing; caught in Formula::parse.
struct ParseFailure {
  FormulaError error;
};

bool is_name_start(char32_t c);
bool is_name_part(char32_t c);
// True for names the lexer can read without knowing them: letters, digits, "_".
bool is_simple_name(std::string_view name);

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t position() const { return at_; }
  void rewind(std::size_t position) { at_ = position; }
  std::string_view text() const { return text_; }
  void skip_space();
  bool at_end();  // after white space
  char peek();    // next byte after white space, '\0' at the end
  char peek_raw(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool accept(std::string_view symbol);  // after white space
  bool looking_at(std::string_view symbol);
  void expect(std::string_view symbol);
  bool accept_word(std::string_view word);  // a whole word
  bool looking_at_word(std::string_view word);
  void expect_word(std::string_view word);

  bool at_name();
  std::optional<std::string> identifier();  // one word
  // The bytes that `name` covers here, white space in it being free; 0 when it is not here.
  std::size_t match_name(std::string_view name);
  // A new name up to one of `ends` (not consumed), white space collapsed; nullopt and no move when there is none.
  std::optional<std::string> free_name(std::string_view ends);
  std::optional<std::string> number();
  std::optional<std::string> string_literal();

  [[noreturn]] void fail(std::string code, std::size_t position, base::MessageArgs args = {}) const;
  [[noreturn]] void fail_here(std::string_view expected);

 private:
  char32_t code_point(std::size_t at, std::size_t& size) const;
  void append_escape(std::string& out);
  std::string_view text_;
  std::size_t at_ = 0;
};

std::size_t column_of(std::string_view text, std::size_t position);

}  // namespace formula
