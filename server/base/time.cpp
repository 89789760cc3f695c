#include "server/base/time.hpp"

namespace base {

namespace {

// Reads exactly `count` digits at `at`; -1 when they are not there.
int read_digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

void append_padded(std::string& out, long value, int width) {
  char digits[12];
  for (int i = width; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, static_cast<std::size_t>(width));
}

// Seconds of "Z", "+03:00", "-11:30"; nullopt when it is none of them.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int hours = read_digits(text, 1, 2);
  const int minutes = read_digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const int seconds = hours * 3600 + minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

constexpr Instant kFirst{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
constexpr Instant kEnd{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}};

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = read_digits(text, 0, 4);
  const int month = read_digits(text, 5, 2);
  const int day = read_digits(text, 8, 2);
  if (year < 1 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return Date{date};
}

// RFC 3339, 5.6. A leap second (":60") counts as the next second.
std::optional<Instant> parse_instant(std::string_view text) {
  if (text.size() < 20) return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  if (!date || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return std::nullopt;
  const int hour = read_digits(text, 11, 2);
  const int minute = read_digits(text, 14, 2);
  const int second = read_digits(text, 17, 2);
  if (text[13] != ':' || text[16] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
    return std::nullopt;
  }
  std::size_t at = 19;
  int micros = 0;
  if (text[at] == '.') {
    const std::size_t first = ++at;
    for (int weight = 100000; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, weight /= 10) {
      micros += (text[at] - '0') * weight;
    }
    if (at == first) return std::nullopt;
  }
  const auto offset = parse_offset(text.substr(at));
  if (!offset) return std::nullopt;
  const Instant value = Instant{*date} + std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second - *offset} +
                        std::chrono::microseconds{micros};
  if (value < kFirst || value >= kEnd) return std::nullopt;
  return value;
}

void append_date(std::string& out, Date value) {
  const std::chrono::year_month_day date{value};
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<long>(static_cast<unsigned>(date.month())), 2);
  out += '-';
  append_padded(out, static_cast<long>(static_cast<unsigned>(date.day())), 2);
}

void append_instant(std::string& out, Instant value) {
  const Date day = std::chrono::floor<std::chrono::days>(value);
  append_date(out, day);
  const std::int64_t micros = (value - day).count();
  const std::int64_t seconds = micros / 1000000;
  const std::int64_t fraction = micros % 1000000;
  out += 'T';
  append_padded(out, seconds / 3600, 2);
  out += ':';
  append_padded(out, seconds / 60 % 60, 2);
  out += ':';
  append_padded(out, seconds % 60, 2);
  if (fraction != 0) {
    out += '.';
    fraction % 1000 == 0 ? append_padded(out, fraction / 1000, 3) : append_padded(out, fraction, 6);
  }
  out += 'Z';
}

std::string to_string(Date value) {
  std::string out;
  append_date(out, value);
  return out;
}

std::string to_string(Instant value) {
  std::string out;
  append_instant(out, value);
  return out;
}

Instant SystemClock::now() const { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

}  // namespace base
