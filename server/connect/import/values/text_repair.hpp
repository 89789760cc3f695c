// Small repairs that every reader of cells shares. Nothing here is thrown away: callers keep the cell's own text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace connect {

// White space of any kind to single blanks, trimmed; zero-width characters removed.
std::string tidy(std::string_view text);
// The same without removing line breaks: for notes nothing is changed but CRLF.
std::string unix_lines(std::string_view text);
// «нет», «-», «0», «n/a», «не указан»…: a way to say nothing.
bool says_nothing(std::string_view text);
// Letters of the other script that look alike, put right word by word: «Cтeклo» → «Стекло». A word of Latin letters alone is
// mended only among Cyrillic words when every letter of it has a twin and it is no word of `kept`.
struct Mended {
  std::string text;
  bool is_changed = false;
};
Mended mend_lookalikes(std::string_view text);
// «ИВАНОВ», «иванов» → «Иванов», «анна-мария» → «Анна-Мария»; mixed case stays.
std::string title_case(std::string_view word);
bool has_cyrillic(std::string_view text);
// Words of a folded text with the places they have in it.
struct Word {
  std::string text;                // folded
  std::size_t begin = 0, end = 0;  // bytes of the original
};
std::vector<Word> words_in(std::string_view text);

// One code point; advances `at`. Broken bytes come as themselves.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_code_point(std::string& out, char32_t c);

}  // namespace connect
