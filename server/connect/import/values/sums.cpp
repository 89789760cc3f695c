#include "server/connect/import/values/sums.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "server/base/text/text.hpp"
#include "server/connect/import/values/text_repair.hpp"

namespace connect {

namespace {

struct CurrencyWord {
  std::string_view start, code;
};
constexpr std::array<CurrencyWord, 22> kCurrencies = {
    {{"руб", "RUB"},    {"rub", "RUB"}, {"rur", "RUB"}, {"₽", "RUB"},  {"р", "RUB"},     {"usd", "USD"}, {"$", "USD"}, {"долл", "USD"},
     {"dollar", "USD"}, {"eur", "EUR"}, {"€", "EUR"},   {"евро", "EUR"}, {"тенге", "KZT"}, {"kzt", "KZT"}, {"₸", "KZT"}, {"тг", "KZT"},
     {"byn", "BYN"},    {"юан", "CNY"}, {"cny", "CNY"}, {"¥", "CNY"},    {"gbp", "GBP"},   {"£", "GBP"}}};

std::string_view currency_of(std::string_view word) {
  for (const auto& [start, code] : kCurrencies) {
    // «р» must be the whole word.
    if (start == "р" ? word == start : word.starts_with(start)) return code;
  }
  return {};
}

// Power of ten of «тыс», «млн», «млрд»; -1: no such word.
int power_of(std::string_view word) {
  if (word == "т" || word == "тр" || word == "тыс" || word == "тысяч" || word == "тысяча" || word == "тысячи" || word == "k" ||
      word == "к" || word == "thousand" || word == "тыщ")
    return 3;
  if (word == "млн" || word == "миллион" || word == "миллиона" || word == "миллионов" || word == "m" || word == "м" || word == "mln" ||
      word == "million" || word == "лям")
    return 6;
  if (word == "млрд" || word == "миллиард" || word == "миллиарда" || word == "миллиардов" || word == "bn" || word == "billion") return 9;
  return -1;
}

bool is_kopeck(std::string_view word) {
  return word.starts_with("коп") || word == "к" || word == "cent" || word == "cents" || word.starts_with("цент");
}

struct Piece {
  enum class Kind { kNumber, kWord, kSign } kind;
  std::string text;  // a number with its separators; a folded word; one sign
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Numbers keep blanks, points, commas and apostrophes between their digits.
std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < text.size();) {
    if (is_digit(text[i])) {
      std::string number;
      while (i < text.size()) {
        if (is_digit(text[i])) {
          number += text[i++];
          continue;
        }
        std::size_t next = i;
        char separator = 0;
        while (next < text.size() && (text[next] == ' ' || text[next] == '.' || text[next] == ',' || text[next] == '\'')) {
          if (separator == 0 || separator == ' ')
            separator = text[next];
          else if (text[next] != ' ')
            separator = '!';
          ++next;
        }
        if (next == i || next >= text.size() || !is_digit(text[next]) || separator == '!') break;
        number += separator;
        i = next;
      }
      pieces.push_back({Piece::Kind::kNumber, number});
      continue;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == ' ') {
      ++i;
      continue;
    }
    const std::size_t start = i;
    if (c >= 0x80 || (c >= 'a' && c <= 'z')) {
      while (i < text.size() && (static_cast<unsigned char>(text[i]) >= 0x80 || (text[i] >= 'a' && text[i] <= 'z'))) ++i;
      pieces.push_back({Piece::Kind::kWord, std::string(text.substr(start, i - start))});
      continue;
    }
    pieces.push_back({text[i] == '$' ? Piece::Kind::kWord : Piece::Kind::kSign, std::string(1, text[i])});
    ++i;
  }
  return pieces;
}

struct Digits {
  std::string whole, fraction;
  bool is_ambiguous = false;
};

// Which separator is the decimal one.
std::optional<Digits> digits_of(std::string_view text, bool has_power) {
  const auto last_comma = text.rfind(','), last_point = text.rfind('.');
  const auto commas = std::count(text.begin(), text.end(), ','), points = std::count(text.begin(), text.end(), '.');
  std::size_t decimal = std::string_view::npos;
  bool is_ambiguous = false;
  if (commas > 0 && points > 0)
    decimal = std::max(last_comma, last_point);
  else if (commas == 1)
    decimal = last_comma;
  else if (points == 1)
    decimal = last_point;
  if (commas > 0 && points > 0 && std::count(text.begin(), text.end(), text[decimal]) > 1) return std::nullopt;
  if (decimal != std::string_view::npos && (commas == 0 || points == 0)) {
    const std::size_t behind = text.size() - decimal - 1;
    const bool looks_grouped = behind == 3 && decimal >= 1 && decimal <= 3 && text[0] != '0' && !has_power;
    if (looks_grouped) {
      is_ambiguous = true;
      decimal = std::string_view::npos;
    }
  }
  Digits digits;
  digits.is_ambiguous = is_ambiguous;
  // Groups behind a thousands separator have three digits each.
  std::size_t group = 0;
  bool has_group = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == decimal) {
      if (has_group && group != 3) return std::nullopt;
      digits.fraction = text.substr(i + 1);
      std::erase_if(digits.fraction, [](char c) { return !is_digit(c); });
      return digits;
    }
    if (is_digit(text[i])) {
      digits.whole += text[i];
      ++group;
    } else {
      if (has_group && group != 3) return std::nullopt;
      if (!has_group && group > 3) return std::nullopt;
      has_group = true;
      group = 0;
    }
  }
  if (has_group && group != 3) return std::nullopt;
  return digits;
}

void shift(Digits& digits, int power) {
  for (int i = 0; i < power; ++i) {
    digits.whole += digits.fraction.empty() ? '0' : digits.fraction[0];
    if (!digits.fraction.empty()) digits.fraction.erase(0, 1);
  }
}

// Text in brackets repeats the sum in words.
std::string without_brackets(std::string text) {
  for (auto open = text.find('('); open != std::string::npos; open = text.find('(', open)) {
    const auto close = text.find(')', open);
    if (close == std::string::npos) break;
    if (std::any_of(text.begin() + static_cast<std::ptrdiff_t>(open), text.begin() + static_cast<std::ptrdiff_t>(close), is_digit)) break;
    text.replace(open, close - open + 1, " ");
  }
  return text;
}

struct Parts {
  std::vector<std::string> numbers;
  std::string currency;
  int power = 0;
  bool is_negative = false, has_kopecks = false, has_dash = false;
};

std::optional<Parts> parts_of(const std::vector<Piece>& pieces) {
  Parts parts;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    if (piece.kind == Piece::Kind::kNumber) {
      parts.numbers.push_back(piece.text);
    } else if (piece.kind == Piece::Kind::kSign) {
      const char sign = piece.text[0];
      if (sign == '.' || sign == ',' || sign == '+' || sign == ':') continue;
      if ((sign == '-' || sign == '=') && parts.numbers.empty() && sign == '-')
        parts.is_negative = true;
      else if ((sign == '-' || sign == '=') && parts.numbers.size() == 1 && i + 1 < pieces.size())
        parts.has_dash = true;
      else if (sign == '-' || sign == '=')
        continue;
      else
        return std::nullopt;
    } else if (piece.text == "−" || piece.text == "–" || piece.text == "—") {
      if (parts.numbers.empty())
        parts.is_negative = true;
      else
        parts.has_dash = true;
    } else if (parts.numbers.size() == 2 && is_kopeck(piece.text)) {
      parts.has_kopecks = true;
    } else if (const int power = power_of(piece.text); power > 0 && !parts.numbers.empty() && parts.power == 0) {
      parts.power = power;
    } else if (const auto currency = currency_of(piece.text); !currency.empty()) {
      parts.currency = currency;
    } else if (piece.text != "сумма" && piece.text != "итого") {
      return std::nullopt;
    }
  }
  return parts;
}

std::string rounded(Digits& digits, int scale, bool& is_rounded) {
  const auto kept = static_cast<std::size_t>(scale);
  while (!digits.fraction.empty() && digits.fraction.back() == '0') digits.fraction.pop_back();
  bool has_carry = false;
  if (digits.fraction.size() > kept) {
    is_rounded = true;
    has_carry = digits.fraction[kept] >= '5';
    digits.fraction.resize(kept);
  }
  std::string all = digits.whole + digits.fraction;
  for (std::size_t i = all.size(); has_carry && i-- > 0;) {
    has_carry = all[i] == '9';
    all[i] = has_carry ? '0' : static_cast<char>(all[i] + 1);
  }
  if (has_carry) all.insert(0, "1");
  const std::size_t whole = all.size() - digits.fraction.size();
  std::string text = all.substr(0, whole);
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  if (!digits.fraction.empty()) text += "." + all.substr(whole);
  return text;
}

}  // namespace

std::optional<ReadSum> read_sum(std::string_view text, int scale) {
  if (text.size() > 300) return std::nullopt;
  const auto parts = parts_of(pieces_of(without_brackets(base::fold(tidy(text)))));
  if (!parts || parts->numbers.empty() || parts->numbers.size() > 2) return std::nullopt;
  auto digits = digits_of(parts->numbers[0], parts->power > 0);
  if (!digits) return std::nullopt;
  if (parts->numbers.size() == 2) {
    // «47 181 руб. 37 коп.» and «46 004-50».
    const std::string& kopecks = parts->numbers[1];
    const bool is_pair = (parts->has_kopecks || parts->has_dash) && kopecks.size() <= 2 && digits->fraction.empty() && parts->power == 0;
    if (!is_pair || (parts->has_dash && !parts->has_kopecks && kopecks.size() != 2)) return std::nullopt;
    digits->fraction = kopecks.size() == 1 ? "0" + kopecks : kopecks;
    digits->is_ambiguous = false;
  }
  shift(*digits, parts->power);
  ReadSum sum;
  sum.currency = parts->currency;
  sum.is_ambiguous = digits->is_ambiguous && parts->currency.empty();
  sum.amount = rounded(*digits, scale, sum.is_rounded);
  if (parts->is_negative && sum.amount != "0") sum.amount.insert(0, "-");
  return sum;
}

}  // namespace connect
