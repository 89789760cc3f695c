#include "server/print/words/english.hpp"

#include <algorithm>

#include "server/base/error.hpp"

namespace print {

namespace {

constexpr std::string_view kSmall[] = {"zero",     "one",     "two",     "three",     "four",     "five",    "six",
                                       "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
                                       "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::string_view kTens[] = {"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
constexpr std::string_view kScales[] = {"", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion"};

struct Unit {
  std::string_view code, one, many, hundredth, hundredths;
};
constexpr Unit kUnits[] = {
    {"RUB", "rouble", "roubles", "kopeck", "kopecks"},
    {"USD", "US dollar", "US dollars", "cent", "cents"},
    {"EUR", "euro", "euros", "cent", "cents"},
    {"CNY", "yuan", "yuan", "fen", "fen"},
    {"KZT", "tenge", "tenge", "tiyn", "tiyn"},
    {"BYN", "Belarusian rouble", "Belarusian roubles", "kopeck", "kopecks"},
    {"GBP", "pound", "pounds", "penny", "pence"},
    {"CHF", "Swiss franc", "Swiss francs", "centime", "centimes"},
    {"TRY", "Turkish lira", "Turkish liras", "kurus", "kurus"},
    {"AED", "UAE dirham", "UAE dirhams", "fils", "fils"},
};

std::uint64_t magnitude(std::int64_t number) {
  return number < 0 ? ~static_cast<std::uint64_t>(number) + 1 : static_cast<std::uint64_t>(number);
}

void add(std::string& out, std::string_view word) {
  if (!out.empty()) out += ' ';
  out += word;
}

void add_below_thousand(std::string& out, unsigned number) {
  if (number >= 100) {
    add(out, kSmall[number / 100]);
    add(out, "hundred");
    number %= 100;
  }
  if (number >= 20) {
    add(out, kTens[number / 10]);
    if (number % 10 != 0) (out += '-') += kSmall[number % 10];
  } else if (number > 0) {
    add(out, kSmall[number]);
  }
}

}  // namespace

std::string number_in_english(std::int64_t number) {
  if (number == 0) return std::string(kSmall[0]);
  std::string out = number < 0 ? "minus" : "";
  std::uint64_t rest = magnitude(number), unit = 1'000'000'000'000'000'000;
  for (int scale = 6; scale >= 0; --scale, unit /= 1000) {
    const auto part = static_cast<unsigned>(rest / unit);
    rest %= unit;
    if (part == 0) continue;
    add_below_thousand(out, part);
    if (scale > 0) add(out, kScales[scale]);
  }
  return out;
}

std::string sum_in_english(const base::Decimal& amount, std::string_view currency) {
  const auto rounded = base::rescale(amount, 2);
  if (!rounded) throw base::Error::field("amount", "out_of_range");
  const std::int64_t whole = rounded->units / 100;
  const auto hundredths = static_cast<unsigned>(magnitude(rounded->units % 100));
  const auto unit = std::find_if(std::begin(kUnits), std::end(kUnits), [&](const auto& one) { return one.code == currency; });
  const bool is_known = unit != std::end(kUnits);
  std::string out = rounded->units < 0 && whole == 0 ? "minus " : "";
  out += number_in_english(whole);
  add(out, !is_known ? currency : magnitude(whole) == 1 ? unit->one : unit->many);
  (out += ' ') += static_cast<char>('0' + hundredths / 10);
  out += static_cast<char>('0' + hundredths % 10);
  if (is_known) add(out, hundredths == 1 ? unit->hundredth : unit->hundredths);
  out.front() = static_cast<char>(out.front() - 'a' + 'A');
  return out;
}

}  // namespace print
