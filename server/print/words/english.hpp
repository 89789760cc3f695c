// Numbers and sums in English words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/decimal.hpp"

namespace print {

// "minus two thousand forty-five". Any 64-bit number.
std::string number_in_english(std::int64_t number);

// "One thousand two hundred forty-five roubles 18 kopecks": the first letter a capital, hundredths always two digits. A currency without
// words of its own is named by its code. The value is rounded half up to hundredths.
std::string sum_in_english(const base::Decimal& amount, std::string_view currency);

}  // namespace print
