// How alike two short texts are; pure functions over bytes (the callers give ASCII skeletons, see normalize.hpp).
#pragma once

#include <string_view>

namespace match {

// Edits (insert, delete, replace, swap of neighbours: the optimal string alignment form of Damerau–Levenshtein) that turn
// `a` into `b`; anything above `limit` answers limit + 1. Texts longer than 64 bytes compare by their first 64.
int edit_distance(std::string_view a, std::string_view b, int limit);

// Jaro–Winkler, 0–1, prefix scale 0.1 up to four characters (Winkler 1990). Texts longer than 64 bytes compare by their
// first 64.
double jaro_winkler(std::string_view a, std::string_view b);

// One number for two words that may be one word with a typing error: 1 equal, 0 surely not. Short words must be equal,
// middling ones may differ by one edit, long ones by two; a wrong first letter counts more.
double word_similarity(std::string_view a, std::string_view b);

}  // namespace match
