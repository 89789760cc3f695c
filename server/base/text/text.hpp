// Text normalisation shared by search, duplicates, sorting and filters.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

bool is_valid_utf8(std::string_view text);
// NFC, without control characters other than \n and \t (each other one becomes a space, \r\n a \n), outer white space,
// zero-width spaces and byte order marks trimmed. Broken UTF-8 becomes U+FFFD.
std::string clean_text(std::string_view text);
// Case folded (ICU), ё→е, NFKC, runs of white space to one space, trimmed. The comparison form of names and words.
std::string fold(std::string_view text);
// Full case mapping of Unicode in the root locale («ß» → «SS»), as PostgreSQL's COLLATE "und-x-icu" does it.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
// Key compared bytewise that sorts as ICU root collation tailored for Russian, case- and ё-insensitive at first
// strength with ties broken by case. At most `max_bytes` long. Stored next to sortable text.
// Empty text gives an empty key. Bytes, not text: never zero, not UTF-8.
std::string sort_key(std::string_view text, std::size_t max_bytes = 128);
// Changes with the collation data of ICU: stored keys of another version must be made anew. At most 32 characters.
std::string sort_key_version();
// The lines of `text` but those that end in one of `endings` (which are lines themselves, none of them empty).
std::string without_lines(std::string_view text, std::string_view endings);
// Length in code points.
std::size_t length(std::string_view text);
// First `count` code points.
std::string_view prefix(std::string_view text, std::size_t count);

// Words of a folded text: maximal runs of letters and digits, in order.
std::vector<std::string_view> words(std::string_view folded);
// The words are views: a temporary text would be gone before them.
template <typename Text>
requires std::same_as<Text, std::string> std::vector<std::string_view> words(Text&& folded)
= delete;
// «bdfyjd» → «иванов», «ивфтщм» ← …: the same keys on the other layout (ЙЦУКЕН ↔ QWERTY). nullopt when nothing changes.
std::optional<std::string> swap_keyboard_layout(std::string_view text);
// Any script → ASCII by ICU, Russian by BGN («Щукин» → «Shchukin», «объезд» → «obyezd»).
std::string to_latin(std::string_view text);
// Latin letters → Russian as names are commonly written («ivanov» → «иванов», «Yuriy» → «Юрий»); others stay.
std::string to_cyrillic(std::string_view text);
// ASCII digits only.
std::string digits(std::string_view text);

}  // namespace base
