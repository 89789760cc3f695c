// Letters to sounds, and scripts put right.
#include <algorithm>
#include <array>
#include <cstdint>

#include "server/base/text/text.hpp"
#include "server/entity/match/normalize.hpp"

namespace match {

namespace {

// From U+0430: а б в г д е ж з и й к л м н о п р с т у ф х ц ч ш щ ъ ы ь э ю я.
constexpr std::array<std::string_view, 32> kSounds = {"a", "b", "v", "g", "d", "e", "q", "z", "i", "i", "k", "l", "m", "n", "o",  "p",
                                                      "r", "s", "t", "u", "f", "h", "c", "x", "w", "w", "",  "i", "",  "e", "iu", "ia"};

// Cyrillic letters of kind "а": two bytes D0 B0–D0 BF, D1 80–D1 8F.
int cyrillic_index(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return -1;
  const auto first = static_cast<unsigned char>(text[at]), second = static_cast<unsigned char>(text[at + 1]);
  if (first == 0xD0 && second >= 0xB0 && second <= 0xBF) return second - 0xB0;
  if (first == 0xD1 && second >= 0x80 && second <= 0x8F) return second - 0x80 + 16;
  return -1;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool begins(std::string_view text, std::size_t at, std::string_view with) { return text.substr(at, with.size()) == with; }

struct Digraph {
  std::string_view letters, sound;
};
// Longest first. Sources: ГОСТ 7.79, the passport order МВД 995, BGN, and how people write without any of them.
constexpr std::array<Digraph, 21> kDigraphs = {{{"shch", "w"}, {"sch", "w"}, {"sh", "w"},  {"ch", "x"},  {"zh", "q"}, {"kh", "h"},
                                                {"ts", "c"},   {"tz", "c"},  {"ck", "k"},  {"ph", "f"},  {"yo", "e"}, {"jo", "e"},
                                                {"yu", "iu"},  {"ju", "iu"}, {"ya", "ia"}, {"ja", "ia"}, {"ye", "e"}, {"je", "e"},
                                                {"qu", "kv"},  {"x", "ks"},  {"w", "v"}}};

std::string_view latin_sound(std::string_view word, std::size_t at, std::size_t& length) {
  for (const auto& digraph : kDigraphs) {
    if (!begins(word, at, digraph.letters)) continue;
    length = digraph.letters.size();
    return digraph.sound;
  }
  length = 1;
  switch (word[at]) {
    case 'y':
    case 'j': return "i";
    case 'q': return "k";
    case 'c': return at + 1 < word.size() && (word[at + 1] == 'e' || word[at + 1] == 'i' || word[at + 1] == 'y') ? "c" : "k";
    default: return word.substr(at, 1);
  }
}

void append_sounds(std::string_view sounds, std::string& out) {
  for (const char c : sounds) {
    const bool is_letter = c >= 'a' && c <= 'z';
    if (!is_letter && !(c >= '0' && c <= '9')) continue;
    if (is_letter && !out.empty() && out.back() == c) continue;
    out += c;
  }
}

constexpr std::string_view kLookLatin = "aceopxykmhtb";
constexpr std::array<std::string_view, 12> kLookCyrillic = {"а", "с", "е", "о", "р", "х", "у", "к", "м", "н", "т", "в"};
constexpr std::string_view kLookUpper = "ACEOPXYKMHTB";
constexpr std::array<std::string_view, 12> kLookUpperCyrillic = {"А", "С", "Е", "О", "Р", "Х", "У", "К", "М", "Н", "Т", "В"};

bool is_latin_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool has_cyrillic(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) == 0xD0 || static_cast<unsigned char>(c) == 0xD1; });
}

std::string with_cyrillic_lookalikes(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (const auto lower = kLookLatin.find(c); lower != std::string_view::npos)
      out += kLookCyrillic[lower];
    else if (const auto upper = kLookUpper.find(c); upper != std::string_view::npos)
      out += kLookUpperCyrillic[upper];
    else
      out += c;
  }
  return out;
}

// Share of vowels among the letters of a skeleton-like text; 0 when it has no letters.
double vowel_share(std::string_view letters) {
  int vowels = 0, all = 0;
  for (const char c : letters) {
    if (!(c >= 'a' && c <= 'z')) continue;
    ++all;
    if (std::string_view("aeiouy").find(c) != std::string_view::npos) ++vowels;
  }
  return all == 0 ? 0.0 : static_cast<double>(vowels) / all;
}

// A word that can be said in its own letters.
bool is_sayable(std::string_view word) {
  const std::string latin = base::to_lower(word);
  const bool odd_marks = word.size() > 2 && word.substr(1, word.size() - 2).find_first_of("[];`") != std::string_view::npos;
  return vowel_share(latin) >= 0.24 && !odd_marks;
}

// A word of Latin letters that cannot be said, whose keys on the Russian layout can.
std::string with_meant_layout(std::string_view word) {
  if (std::count_if(word.begin(), word.end(), is_latin_letter) < 4 || is_sayable(word)) return std::string(word);
  const auto swapped = base::swap_keyboard_layout(word);
  if (!swapped) return std::string(word);
  std::string meant;
  const std::string folded = base::fold(*swapped);
  for (const auto part : base::words(folded)) meant += skeleton(part);
  const double share = vowel_share(meant);
  return share >= 0.25 && share <= 0.67 && share > vowel_share(base::to_lower(word)) ? *swapped : std::string(word);
}

// Calls `use` with each word of the text and the mark that ends it ('\0' at the end).
template <typename Use>
void for_each_word(std::string_view text, const Use& use) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\n\"()", i), text.size());
    use(text.substr(i, end - i), end < text.size() ? text[end] : '\0');
    i = end + 1;
  }
}

// Nobody writes half a name on the wrong layout: one good Latin word and the text is what it seems.
bool may_be_wrong_layout(std::string_view text) {
  bool may = true;
  for_each_word(text, [&](std::string_view word, char) {
    const auto letters = std::count_if(word.begin(), word.end(), is_latin_letter);
    if (letters >= 4 && !has_cyrillic(word) && is_sayable(word)) may = false;
  });
  return may;
}

}  // namespace

std::string skeleton(std::string_view word) {
  std::string latin;
  if (!is_ascii(word)) {
    std::string out;
    std::size_t i = 0;
    for (; i < word.size(); ++i) {
      const int index = cyrillic_index(word, i);
      if (index >= 0) {
        append_sounds(kSounds[static_cast<std::size_t>(index)], out);
        ++i;
      } else if (begins(word, i, "ё")) {
        append_sounds("e", out);
        ++i;
      } else if (static_cast<unsigned char>(word[i]) < 0x80) {
        append_sounds(word.substr(i, 1), out);
      } else {
        break;
      }
    }
    if (i >= word.size()) return out;
    latin = base::fold(base::to_latin(word));
    word = latin;
  }
  std::string out;
  for (std::size_t i = 0, length = 1; i < word.size(); i += length) append_sounds(latin_sound(word, i, length), out);
  return out;
}

std::string consonants(std::string_view skeleton) {
  std::string out;
  for (std::size_t i = 0; i < skeleton.size(); ++i) {
    const char c = skeleton[i];
    const bool is_vowel = std::string_view("aeiouy").find(c) != std::string_view::npos;
    if ((i == 0 || !is_vowel) && (out.empty() || out.back() != c)) out += c;
  }
  return out;
}

std::string mend_script(std::string_view text) {
  std::string out;
  const bool wrong_layout = may_be_wrong_layout(text);
  for_each_word(text, [&](std::string_view word, char end) {
    const bool has_latin = std::any_of(word.begin(), word.end(), is_latin_letter);
    if (has_latin && has_cyrillic(word))
      out += with_cyrillic_lookalikes(word);
    else if (has_latin && wrong_layout)
      out += with_meant_layout(word);
    else
      out += word;
    if (end != '\0') out += end;
  });
  return out;
}

}  // namespace match
