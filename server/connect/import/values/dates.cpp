#include "server/connect/import/values/dates.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "server/base/text/text.hpp"
#include "server/connect/import/values/text_repair.hpp"

namespace connect {

namespace {

// Beginnings of month names by which each is known, Russian and English.
constexpr std::array<std::array<std::string_view, 3>, 12> kMonths = {{{"янв", "jan", ""},
                                                                      {"фев", "feb", ""},
                                                                      {"мар", "mar", ""},
                                                                      {"апр", "apr", ""},
                                                                      {"май", "may", "мая"},
                                                                      {"июн", "jun", ""},
                                                                      {"июл", "jul", ""},
                                                                      {"авг", "aug", ""},
                                                                      {"сен", "sep", ""},
                                                                      {"окт", "oct", ""},
                                                                      {"ноя", "nov", ""},
                                                                      {"дек", "dec", ""}}};
int month_of(std::string_view word) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    for (const auto start : kMonths[i]) {
      if (start.empty() || !word.starts_with(start)) continue;
      // «мартышка» is no month: a name is at most as long as the longest case of a month.
      if (word.size() <= 20) return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

int number(std::string_view text) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

int full_year(int year, std::size_t digits, base::Date today) {
  if (digits > 2) return year;
  const int current = static_cast<int>(std::chrono::year_month_day(today).year());
  const int candidate = current / 100 * 100 + year;
  return candidate > current + 10 ? candidate - 100 : candidate;
}

std::optional<base::Date> make_date(int year, int month, int day) {
  if (year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  const auto date = std::chrono::year(year) / month / day;
  if (!date.ok()) return std::nullopt;
  return base::Date(date);
}

struct Token {
  std::string text;
  bool is_number = false;
  char before = ' ';  // the sign in front of it
};

std::vector<Token> tokens_of(std::string_view folded) {
  std::vector<Token> tokens;
  char before = ' ';
  for (std::size_t i = 0; i < folded.size();) {
    const auto c = static_cast<unsigned char>(folded[i]);
    if (c >= '0' && c <= '9') {
      const std::size_t start = i;
      while (i < folded.size() && folded[i] >= '0' && folded[i] <= '9') ++i;
      tokens.push_back({std::string(folded.substr(start, i - start)), true, before});
      before = ' ';
    } else if (c >= 0x80 || (c >= 'a' && c <= 'z')) {
      const std::size_t start = i;
      while (i < folded.size() && (static_cast<unsigned char>(folded[i]) >= 0x80 || (folded[i] >= 'a' && folded[i] <= 'z'))) ++i;
      tokens.push_back({std::string(folded.substr(start, i - start)), false, before});
      before = ' ';
    } else {
      if (c != ' ') before = static_cast<char>(c);
      ++i;
    }
  }
  return tokens;
}

// Takes "10:15[:30]", "T10:15", "10 ч 15" off the end; seconds of the day.
std::optional<int> take_time(std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  std::size_t start = colon;
  while (start > 0 && text[start - 1] >= '0' && text[start - 1] <= '9') --start;
  if (start == colon || colon - start > 2) return std::nullopt;
  const int hour = number(std::string_view(text).substr(start, colon - start));
  std::size_t end = colon + 1;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  const int minute = number(std::string_view(text).substr(colon + 1, end - colon - 1));
  int second = 0;
  if (end < text.size() && text[end] == ':') second = std::max(0, number(std::string_view(text).substr(end + 1, 2)));
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59) return std::nullopt;
  text.erase(start > 0 && (text[start - 1] == 't' || text[start - 1] == ' ') ? start - 1 : start);
  return hour * 3600 + minute * 60 + second;
}

bool is_year_word(std::string_view word) {
  return word == "г" || word == "год" || word == "года" || word == "году" || word == "гг" || word == "year";
}

std::optional<ReadDate> from_named_month(const std::vector<Token>& tokens, base::Date today) {
  int month = 0, day = 0, year = 0;
  std::size_t year_digits = 0;
  for (const auto& token : tokens) {
    if (!token.is_number) {
      if (is_year_word(token.text) || token.text == "е" || token.text == "th" || token.text == "st" || token.text == "nd" ||
          token.text == "rd")
        continue;
      const int found = month_of(token.text);
      if (found == 0 || month != 0) return std::nullopt;
      month = found;
    } else if (token.text.size() == 4) {
      if (year_digits != 0) return std::nullopt;
      year = number(token.text);
      year_digits = 4;
    } else if (token.text.size() <= 2 && day == 0) {
      day = number(token.text);
      if (day == 0) return std::nullopt;
    } else if (token.text.size() == 2 && year_digits == 0) {
      year = number(token.text);
      year_digits = 2;
    } else {
      return std::nullopt;
    }
  }
  if (month == 0) return std::nullopt;
  // «мар 24»: what looks like a day is the year when no other stands there.
  if (year_digits == 0) return std::nullopt;
  const auto date = make_date(full_year(year, year_digits, today), month, day == 0 ? 1 : day);
  if (!date) return std::nullopt;
  return ReadDate{*date, day == 0 ? DatePrecision::kMonth : DatePrecision::kDay, std::nullopt};
}

std::optional<ReadDate> from_numbers(const std::vector<Token>& tokens, base::Date today, DateOrder order) {
  const auto at = [&](std::size_t i) { return number(tokens[i].text); };
  const auto digits = [&](std::size_t i) { return tokens[i].text.size(); };
  if (tokens.size() == 3) {
    if (digits(0) == 4) {
      const auto date = make_date(at(0), at(1), at(2));
      return date ? std::optional(ReadDate{*date}) : std::nullopt;
    }
    if (digits(0) > 2 || digits(1) > 2 || (digits(2) != 4 && digits(2) != 2)) return std::nullopt;
    const int year = full_year(at(2), digits(2), today);
    int day = at(0), month = at(1);
    if (order == DateOrder::kMonthFirst) std::swap(day, month);
    if (month > 12 && day <= 12 && tokens[1].before == '/') std::swap(day, month);
    const auto date = make_date(year, month, day);
    return date ? std::optional(ReadDate{*date}) : std::nullopt;
  }
  if (tokens.size() == 2) {
    const bool is_year_first = digits(0) == 4 && digits(1) <= 2;
    if (!is_year_first && (digits(1) != 4 || digits(0) > 2)) return std::nullopt;
    const auto date = make_date(at(is_year_first ? 0 : 1), at(is_year_first ? 1 : 0), 1);
    return date ? std::optional(ReadDate{*date, DatePrecision::kMonth, std::nullopt}) : std::nullopt;
  }
  return std::nullopt;
}

// A number alone: a year, yyyymmdd, or days since 1899-12-30 as spreadsheets count.
std::optional<ReadDate> from_one_number(std::string_view text) {
  const int value = number(text);
  if (text.size() == 4 && value >= 1900 && value <= 2100)
    return ReadDate{base::Date(std::chrono::year(value) / 1 / 1), DatePrecision::kYear, std::nullopt};
  if (text.size() == 8) {
    const auto date = make_date(value / 10000, value / 100 % 100, value % 100);
    return date ? std::optional(ReadDate{*date}) : std::nullopt;
  }
  if (text.size() == 5 && value >= 10'000 && value <= 73'050)
    return ReadDate{base::Date(std::chrono::year(1899) / 12 / 30) + std::chrono::days(value)};
  return std::nullopt;
}

}  // namespace

std::optional<ReadDate> read_date(std::string_view text, base::Date today, DateOrder order) {
  if (text.size() > 60) return std::nullopt;
  std::string folded = base::fold(text);
  const auto seconds = take_time(folded);
  auto tokens = tokens_of(folded);
  // «от 5 марта», «дата: …», days of the week.
  while (!tokens.empty() && !tokens.front().is_number && month_of(tokens.front().text) == 0) {
    const auto& word = tokens.front().text;
    const bool is_known = word == "от" || word == "с" || word == "дата" || word == "in" || word == "on" || word == "пн" || word == "вт" ||
                          word == "ср" || word == "чт" || word == "пт" || word == "сб" || word == "вс";
    if (!is_known) return std::nullopt;
    tokens.erase(tokens.begin());
  }
  while (!tokens.empty() && !tokens.back().is_number && is_year_word(tokens.back().text)) tokens.pop_back();
  if (tokens.empty()) return std::nullopt;
  const bool has_words = std::any_of(tokens.begin(), tokens.end(), [](const Token& token) { return !token.is_number; });
  std::optional<ReadDate> found;
  if (has_words) {
    found = from_named_month(tokens, today);
  } else if (tokens.size() == 1) {
    found = from_one_number(tokens[0].text);
  } else if (tokens.size() == 2 && tokens[0].text.size() == 5 && tokens[1].before == '.') {
    found = from_one_number(tokens[0].text);  // a serial number with a time of day
  } else {
    found = from_numbers(tokens, today, order);
  }
  if (found && seconds && found->precision == DatePrecision::kDay) found->seconds = seconds;
  return found;
}

}  // namespace connect
