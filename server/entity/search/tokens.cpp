#include "server/entity/search/tokens.hpp"

#include <algorithm>
#include <cctype>

#include "server/base/text/text.hpp"
#include "server/entity/search/search.hpp"

namespace entity {

namespace {

// Long texts (letters, notes) are indexed up to this many words; the rest is found by reports, not by the search box.
constexpr std::size_t kMaxIndexedWords = 400;
constexpr std::size_t kMaxWordLetters = 40;
constexpr std::size_t kThree = 3, kFive = 5;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

bool is_phone_punctuation(char c) { return c == '+' || c == '(' || c == ')' || c == '-' || c == ' ' || c == '.'; }

void append_word_tokens(std::string_view word, NumberParts parts, std::vector<std::string>& tokens) {
  auto letters = code_points(word);
  if (letters.size() > kMaxWordLetters) letters.resize(kMaxWordLetters);
  std::string start = "^" + std::string(letters[0]);
  if (letters.size() >= 2) start += letters[1];
  tokens.push_back(std::move(start));
  for (std::size_t i = 0; i + 3 <= letters.size(); ++i) {
    tokens.emplace_back(letters[i].data(), letters[i + 2].data() + letters[i + 2].size());
  }
  if (parts == NumberParts::kThrees) return;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    digits = all_digits(letters[i]) ? digits + 1 : 0;
    if (digits >= kFive) tokens.emplace_back(letters[i + 1 - kFive].data(), kFive);
  }
}

}  // namespace

std::vector<std::string_view> code_points(std::string_view text) {
  std::vector<std::string_view> points;
  points.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    length = std::min(length, text.size() - i);
    points.push_back(text.substr(i, length));
    i += length;
  }
  return points;
}

std::vector<SearchWord> parse_search_text(std::string_view text) {
  // A query of digits and telephone punctuation only is one number.
  const bool is_number = std::any_of(text.begin(), text.end(), is_digit) &&
                         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_phone_punctuation(c); });
  std::vector<SearchWord> result;
  if (is_number) {
    std::string number = base::digits(text);
    // National prefix of a full Russian number: 8 912… is stored as 7912…; the last ten digits identify it.
    if (number.size() == 11 && number[0] == '8') number.erase(0, 1);
    result.push_back({std::move(number), true});
    return result;
  }
  const std::string folded = base::fold(text);
  for (std::string_view word : base::words(folded)) {
    result.push_back({std::string(word), all_digits(word)});
    if (result.size() == 8) break;
  }
  return result;
}

std::vector<std::string> query_tokens(const SearchWord& word, NumberParts parts) {
  std::vector<std::string> tokens;
  auto letters = code_points(word.text);
  if (letters.size() > kMaxWordLetters) letters.resize(kMaxWordLetters);
  if (letters.size() <= 2) {
    tokens.push_back("^" + word.text);
    return tokens;
  }
  // Every part of a number is about as frequent as any other, and each costs a list to walk: those that cover the
  // number are enough to narrow. Of a word the rare ones are wanted, whichever they are.
  const std::size_t size = word.is_digits && parts == NumberParts::kThreesAndFives && letters.size() >= kFive ? kFive : kThree;
  const std::size_t stride = word.is_digits ? size : 1;
  for (std::size_t i = 0; i + size <= letters.size(); i += stride) {
    tokens.emplace_back(letters[i].data(), letters[i + size - 1].data() + letters[i + size - 1].size());
  }
  tokens.emplace_back(letters[letters.size() - size].data(), letters.back().data() + letters.back().size());
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  return tokens;
}

std::vector<std::string> document_tokens(std::string_view text, std::int64_t owner_id, NumberParts parts) {
  std::vector<std::string> tokens;
  std::size_t count = 0;
  for (std::string_view word : base::words(text)) {
    if (++count > kMaxIndexedWords) break;
    append_word_tokens(word, parts, tokens);
  }
  if (owner_id != 0) tokens.push_back("@o" + std::to_string(owner_id));
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  return tokens;
}

int match_rank(std::string_view text, const SearchWord& word) {
  const std::size_t letters = code_points(word.text).size();
  int rank = 0;
  for (std::size_t at = text.find(word.text); at != std::string_view::npos; at = text.find(word.text, at + 1)) {
    if (at == 0 || text[at - 1] == '\n') return 3;
    const auto previous = static_cast<unsigned char>(text[at - 1]);
    const bool at_word_start = previous < 0x80 && !std::isalnum(previous);
    if (at_word_start)
      rank = std::max(rank, 2);
    else if (letters >= 3)
      rank = std::max(rank, 1);
  }
  return rank;
}

bool text_has_word(std::string_view text, const SearchWord& word) { return match_rank(text, word) > 0; }

}  // namespace entity
