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

std::size_t letter_size(char first) {
  const auto lead = static_cast<unsigned char>(first);
  return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

// Parts of one text, as views of it; many a record is indexed within one write.
struct Parts {
  std::vector<std::string_view> starts, inner;
};

void append_word_parts(std::string_view word, NumberParts numbers, Parts& parts) {
  std::size_t begins[kMaxWordLetters + 1];  // of the letters, then the end of the last
  std::size_t letters = 0, at = 0, digits = 0;
  for (; at < word.size() && letters < kMaxWordLetters; at = std::min(at + letter_size(word[at]), word.size())) begins[letters++] = at;
  begins[letters] = at;
  const auto part = [&](std::size_t from, std::size_t size) { return word.substr(begins[from], begins[from + size] - begins[from]); };
  parts.starts.push_back(part(0, std::min<std::size_t>(2, letters)));
  for (std::size_t i = 0; i < letters; ++i) {
    if (i + kThree <= letters) parts.inner.push_back(part(i, kThree));
    digits = is_digit(word[begins[i]]) ? digits + 1 : 0;
    if (numbers == NumberParts::kThreesAndFives && digits >= kFive) parts.inner.push_back(part(i + 1 - kFive, kFive));
  }
}

void append_each_once(std::vector<std::string_view>& parts, std::string_view before, std::string& out) {
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  for (const std::string_view part : parts) {
    if (!out.empty()) out += ' ';
    out.append(before).append(part);
  }
}

}  // namespace

std::vector<std::string_view> code_points(std::string_view text) {
  std::vector<std::string_view> points;
  points.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t length = std::min(letter_size(text[i]), text.size() - i);
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

std::string document_tokens(std::string_view text, std::int64_t owner_id, NumberParts numbers) {
  Parts parts;
  parts.inner.reserve(text.size());
  std::size_t count = 0;
  for (std::string_view word : base::words(text)) {
    if (++count > kMaxIndexedWords) break;
    append_word_parts(word, numbers, parts);
  }
  std::string tokens;
  tokens.reserve(4 * text.size() + 32);
  if (owner_id != 0) tokens = "@o" + std::to_string(owner_id);
  append_each_once(parts.starts, "^", tokens);
  append_each_once(parts.inner, "", tokens);
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
