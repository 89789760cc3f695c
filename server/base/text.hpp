// Text normalisation shared by search, duplicates, sorting and filters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

bool is_valid_utf8(std::string_view text);
// NFC, without control characters other than \n and \t (each other one becomes a space), outer white space trimmed.
std::string clean_text(std::string_view text);
// Case folded (ICU), ё→е, NFKC, runs of white space to one space, trimmed. The comparison form of names and words.
std::string fold(std::string_view text);
// Key compared bytewise that sorts as ICU root collation tailored for Russian, case- and ё-insensitive at first
// strength with ties broken by case. At most `max_bytes` long. Stored next to sortable text.
std::string sort_key(std::string_view text, std::size_t max_bytes = 128);
// Length in code points.
std::size_t length(std::string_view text);
// First `count` code points.
std::string_view prefix(std::string_view text, std::size_t count);

// Words of a folded text: maximal runs of letters and digits, in order.
std::vector<std::string_view> words(std::string_view folded);
// «bdfyjd» → «иванов», «ивфтщм» ← …: the same keys on the other layout (ЙЦУКЕН ↔ QWERTY). nullopt when nothing changes.
std::optional<std::string> swap_keyboard_layout(std::string_view text);
// Cyrillic → Latin by ICU (Any-Latin; ASCII) and, for Latin input, Latin → Russian («ivanov» → «иванов»).
std::string to_latin(std::string_view text);
std::string to_cyrillic(std::string_view text);
// ASCII digits only.
std::string digits(std::string_view text);

}  // namespace base
