#include "server/connect/import/values/text_repair.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "server/base/text/text.hpp"

namespace connect {

namespace {

// Latin and Cyrillic letters that look alike in print.
constexpr std::array<std::pair<char32_t, char32_t>, 24> kTwins = {
    {{U'A', U'А'}, {U'B', U'В'}, {U'C', U'С'}, {U'E', U'Е'}, {U'H', U'Н'}, {U'K', U'К'}, {U'M', U'М'}, {U'O', U'О'},
     {U'P', U'Р'}, {U'T', U'Т'}, {U'X', U'Х'}, {U'Y', U'У'}, {U'a', U'а'}, {U'c', U'с'}, {U'e', U'е'}, {U'o', U'о'},
     {U'p', U'р'}, {U'x', U'х'}, {U'y', U'у'}, {U'k', U'к'}, {U'm', U'м'}, {U't', U'т'}, {U'h', U'н'}, {U'b', U'в'}}};

bool is_cyrillic(char32_t c) { return (c >= 0x400 && c <= 0x52F); }
bool is_latin(char32_t c) { return (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z'); }

char32_t cyrillic_twin(char32_t c) {
  for (const auto& [latin, cyrillic] : kTwins) {
    if (latin == c) return cyrillic;
  }
  return 0;
}
char32_t latin_twin(char32_t c) {
  for (const auto& [latin, cyrillic] : kTwins) {
    if (cyrillic == c) return latin;
  }
  return 0;
}

bool is_space(char32_t c) { return c <= 0x20 || u_isUWhiteSpace(static_cast<UChar32>(c)) != 0; }
bool is_invisible(char32_t c) { return (c >= 0x200B && c <= 0x200F) || c == 0x2060 || c == 0xFEFF || c == 0xAD; }

// A word of letters: what scripts it has and whether each letter has a twin.
struct Scripts {
  int latin = 0, cyrillic = 0;
  bool latin_have_twins = true, cyrillic_have_twins = true;
};

Scripts scripts_of(std::u32string_view word) {
  Scripts scripts;
  for (const char32_t c : word) {
    if (is_latin(c)) {
      ++scripts.latin;
      scripts.latin_have_twins = scripts.latin_have_twins && cyrillic_twin(c) != 0;
    } else if (is_cyrillic(c)) {
      ++scripts.cyrillic;
      scripts.cyrillic_have_twins = scripts.cyrillic_have_twins && latin_twin(c) != 0;
    }
  }
  return scripts;
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const std::size_t length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
  if (length == 1 || at + length > text.size()) {
    ++at;
    return byte;
  }
  char32_t c = byte & (0x7F >> length);
  for (std::size_t i = 1; i < length; ++i) c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3F);
  at += length;
  return c;
}

void append_code_point(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::string tidy(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool is_gap = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (is_invisible(c)) continue;
    if (is_space(c)) {
      is_gap = !out.empty();
      continue;
    }
    if (is_gap) out += ' ';
    is_gap = false;
    append_code_point(out, c);
  }
  return out;
}

std::string unix_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r')
      out += text[i];
    else if (i + 1 >= text.size() || text[i + 1] != '\n')
      out += '\n';
  }
  return out;
}

bool says_nothing(std::string_view text) {
  static const std::unordered_set<std::string> words = {
      "",
      "-",
      "--",
      "---",
      "—",
      "–",
      "0",
      "нет",
      "нету",
      "n/a",
      "na",
      "н/д",
      "н.д.",
      "нет данных",
      "null",
      "none",
      "nan",
      "nil",
      "#n/a",
      "не указан",
      "не указана",
      "не указано",
      "неизвестно",
      "неизвестен",
      "отсутствует",
      "пусто",
      "не задано",
      "не задан",
      "прочерк",
      "без инн",
      "нет инн",
      ".",
      "x",
      "х",
      "xxx",
      "ххх",
      "unknown",
      "empty",
      "not set",
      "-/-",
      "нет телефона",
      "нет почты",
      "нет e-mail",
      "нет email",
      "\\n",
      "/",
      "_",
      "*",
      "не заполнено",
      "n\\a",
      "уточнить",
      "уточняется",
  };
  const std::string tidied = tidy(text);
  if (tidied.size() > 30) return false;
  const std::string folded = base::fold(tidied);
  return words.contains(folded);
}

Mended mend_lookalikes(std::string_view text) {
  std::u32string points;
  for (std::size_t at = 0; at < text.size();) points += next_code_point(text, at);
  const bool is_among_cyrillic = scripts_of(points).cyrillic > 0;
  Mended mended;
  // Where one word is mixed, Latin words of twins alone are suspect as well: «Ениceй-HH».
  bool is_suspect = false;
  for (std::size_t i = 0; i < points.size();) {
    std::size_t end = i;
    while (end < points.size() && (is_latin(points[end]) || is_cyrillic(points[end]))) ++end;
    const Scripts scripts = scripts_of(std::u32string_view(points).substr(i, end - i));
    is_suspect = is_suspect || (scripts.latin > 0 && scripts.cyrillic > 0 && scripts.latin_have_twins);
    i = std::max(end, i + 1);
  }
  for (std::size_t i = 0; i < points.size();) {
    std::size_t end = i;
    while (end < points.size() && (is_latin(points[end]) || is_cyrillic(points[end]))) ++end;
    if (end == i) {
      append_code_point(mended.text, points[i++]);
      continue;
    }
    const std::u32string_view word = std::u32string_view(points).substr(i, end - i);
    const Scripts scripts = scripts_of(word);
    const bool is_mixed = scripts.latin > 0 && scripts.cyrillic > 0;
    // A lone Latin letter that looks Cyrillic among Cyrillic words («C.И. Иванов»).
    const bool is_lone = scripts.cyrillic == 0 && (word.size() == 1 || is_suspect) && is_among_cyrillic && scripts.latin_have_twins;
    const bool to_cyrillic = (is_mixed && scripts.latin_have_twins &&
                              (!scripts.cyrillic_have_twins || scripts.cyrillic >= scripts.latin || is_among_cyrillic)) ||
                             is_lone;
    const bool to_latin = is_mixed && !to_cyrillic && scripts.cyrillic_have_twins;
    for (const char32_t c : word) {
      char32_t other = to_cyrillic && is_latin(c) ? cyrillic_twin(c) : to_latin && is_cyrillic(c) ? latin_twin(c) : 0;
      mended.is_changed = mended.is_changed || other != 0;
      append_code_point(mended.text, other != 0 ? other : c);
    }
    i = end;
  }
  return mended;
}

std::string title_case(std::string_view word) {
  if (word != base::to_upper(word) && word != base::to_lower(word)) return std::string(word);
  const std::string lower = base::to_lower(word);
  std::string out;
  bool is_start = true;
  for (std::size_t at = 0; at < lower.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(lower, at);
    const std::string_view letter = std::string_view(lower).substr(begin, at - begin);
    if (is_start)
      out += base::to_upper(letter);
    else
      out += letter;
    is_start = u_isalnum(static_cast<UChar32>(c)) == 0 && c != '\'';
  }
  return out;
}

bool has_cyrillic(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_cyrillic(next_code_point(text, at))) return true;
  }
  return false;
}

std::vector<Word> words_in(std::string_view text) {
  std::vector<Word> words;
  std::size_t begin = std::string_view::npos;
  const auto close = [&](std::size_t end) {
    if (begin == std::string_view::npos) return;
    words.push_back({base::fold(text.substr(begin, end - begin)), begin, end});
    begin = std::string_view::npos;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(text, at);
    if (u_isalnum(static_cast<UChar32>(c)) != 0) {
      if (begin == std::string_view::npos) begin = start;
    } else {
      close(start);
    }
  }
  close(text.size());
  return words;
}

}  // namespace connect
