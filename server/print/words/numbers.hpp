// Numbers, sums and dates in Russian words, as accounting writes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/decimal.hpp"

namespace print {

enum class Gender { kMasculine, kFeminine, kNeuter };

// The three forms that Russian counting words have: 1 рубль, 2 рубля, 5 рублей. Indeclinable words have three equal ones.
struct CountForms {
  std::string_view one, few, many;
};

// 11–14 → many; last digit 1 → one; 2–4 → few; else many. The sign does not matter.
std::string_view plural_form(std::int64_t number, const CountForms& forms);

// "минус две тысячи один"; the gender is that of the counted word. Any 64-bit number.
std::string number_in_words(std::int64_t number, Gender gender);

// Whether sums in this currency (ISO 4217 letters) have words of their own: RUB USD EUR CNY KZT BYN and neighbours.
bool has_sum_words(std::string_view currency);

// "Одна тысяча двести сорок пять рублей 18 копеек": the first letter a capital, hundredths always two digits. A currency
// without words of its own is named by its code. The value is rounded half up to hundredths.
std::string sum_in_words(const base::Decimal& amount, std::string_view currency);

// "15 января 2026 г." of an ISO date ("2026-01-15", anything after it is ignored); empty when it is none.
std::string date_in_words(std::string_view iso_date);
// "15.01.2026"; empty when it is none.
std::string date_in_digits(std::string_view iso_date);

// "1 234 567,80" with no-break spaces: at least `least` and at most `most` digits after the comma, cut zeros in between.
std::string decimal_text(const base::Decimal& value, int least, int most);

}  // namespace print
