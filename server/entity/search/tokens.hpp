// Words of a search box turned into index tokens; pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace entity {

// One word of the query, folded. Two letters match word beginnings, three and more match anywhere; digits of a phone
// written with spaces, brackets and dashes are joined ("+7 (912) 345" → "7912345").
struct SearchWord {
  std::string text;
  bool is_digits = false;
};

std::vector<SearchWord> parse_search_text(std::string_view text);
// How an index cuts runs of digits: each three of them is far from rare in a million numbers, each five is.
enum class NumberParts { kThrees, kThreesAndFives };
// Tokens all of which a matching document has; never empty for a word of two or more characters.
std::vector<std::string> query_tokens(const SearchWord& word, NumberParts parts);
// True when `text` (as made by search_text) really holds the word by the rule above.
bool text_has_word(std::string_view text, const SearchWord& word);
// 3: a field begins with the word, 2: a word begins with it, 1: inside, 0: not at all.
int match_rank(std::string_view text, const SearchWord& word);
// Splits valid UTF-8 into code points as views.
std::vector<std::string_view> code_points(std::string_view text);

}  // namespace entity
