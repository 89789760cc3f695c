// Comparing two bags of words, each word weighed by its rarity.
#pragma once

#include <string>
#include <vector>

namespace match {

struct WordMatch {
  double matched = 0;    // bits of what both have; typing errors, initials, acronyms and joined words count for less
  double left_only = 0;  // bits of words that only the first has
  double right_only = 0;
  int pairs = 0;          // matched words
  bool is_exact = false;  // the same words, whatever the order
};

// `bits` are parallel to the words.
WordMatch match_words(const std::vector<std::string>& left, const std::vector<double>& left_bits, const std::vector<std::string>& right,
                      const std::vector<double>& right_bits);

}  // namespace match
