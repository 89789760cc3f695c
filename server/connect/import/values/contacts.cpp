#include "server/connect/import/values/contacts.hpp"

#include <algorithm>

#include "server/base/text/text.hpp"
#include "server/connect/import/values/text_repair.hpp"

namespace connect {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// «8 /916/ 777» → «8 (916) 777», so that the slashes do not divide numbers.
std::string with_brackets(std::string text) {
  for (std::size_t open = text.find('/'); open != std::string::npos; open = text.find('/', open + 1)) {
    const auto close = text.find('/', open + 1);
    if (close == std::string::npos) break;
    const std::size_t digits = close - open - 1;
    const bool is_code =
        digits >= 3 && digits <= 5 &&
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(open) + 1, text.begin() + static_cast<std::ptrdiff_t>(close), is_digit);
    std::size_t before = open;
    while (before > 0 && text[before - 1] == ' ') --before;
    const bool is_prefix =
        before > 0 && (text[before - 1] == '8' || text[before - 1] == '7') && (before == 1 || !is_digit(text[before - 2]));
    if (!is_code || !is_prefix) continue;
    text[open] = '(';
    text[close] = ')';
    open = close;
  }
  return text;
}

struct Tail {
  std::size_t slash = 0, begin = 0, end = 0;  // the digits are [begin, end)
};

// «…45-67/68», «…45-67 / 68»: one to three digits behind a slash that follows a digit and is followed by none. `goes_on`: the digits
// before the slash are cut off already («…/68/69»).
bool find_tail(std::string_view text, bool goes_on, Tail& tail) {
  for (std::size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
    std::size_t before = at, begin = at + 1;
    while (before > 0 && text[before - 1] == ' ') --before;
    while (begin < text.size() && text[begin] == ' ') ++begin;
    std::size_t end = begin;
    while (end < text.size() && is_digit(text[end])) ++end;
    const std::size_t digits = end - begin;
    const bool follows_digit = before == 0 ? goes_on : is_digit(text[before - 1]);
    if (!follows_digit || digits < 1 || digits > 3) continue;
    std::size_t next = end;
    while (next < text.size() && text[next] == ' ') ++next;
    // «8 /950/» behind it is a number of its own; so is anything that goes on with digits or signs of a number.
    if (next < text.size() && (is_digit(text[next]) || text[next] == '(' || text[next] == '-' || (text[next] == '/' && digits == 1)))
      continue;
    tail = {at, begin, end};
    return true;
  }
  return false;
}

// «8343920670» of a firm in Екатеринбург (343): the trunk's prefix and the city's code with a digit lost, rather than a number of
// another city that has no prefix.
bool lost_a_digit(const base::PhoneEntry& entry, std::string_view area_code) {
  const std::string digits = base::digits(entry.raw);
  return !area_code.empty() && entry.number.valid && digits.size() == 10 && entry.number.e164 == "+7" + digits &&
         digits.starts_with("8" + std::string(area_code)) && !digits.starts_with(area_code);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

// A list cut where numbers surely end, so that a country's «8» behind a separator is no extension of the number before.
std::vector<std::string> cut(const std::string& text) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    bool is_cut = c == ';' || c == '\n';
    if (c == ',' || c == '/') {
      std::size_t next = i + 1;
      while (next < text.size() && text[next] == ' ') ++next;
      const std::size_t ahead = base::digits(std::string_view(text).substr(next, 20)).size();
      const bool starts_number =
          next < text.size() && (text[next] == '+' || text[next] == '8' || text[next] == '7' || text[next] == '(' || text[next] == '9');
      is_cut = starts_number && ahead >= 10 && base::digits(parts.back()).size() >= 5;
    }
    if (is_cut)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

}  // namespace

std::vector<base::PhoneEntry> read_phones(std::string_view cell, std::string_view region, std::string_view area_code) {
  std::vector<base::PhoneEntry> entries;
  const auto add = [&](std::string_view text) {
    for (auto& entry : base::split_phones(text, region, area_code)) entries.push_back(std::move(entry));
  };
  for (const auto& part : cut(with_brackets(std::string(cell)))) {
    std::string_view rest = part;
    bool goes_on = false;
    for (Tail tail; find_tail(rest, goes_on, tail);) {
      if (!goes_on || tail.slash > 0) add(rest.substr(0, tail.slash));
      const std::string digits(rest.substr(tail.begin, tail.end - tail.begin));
      if (!entries.empty() && entries.back().number.e164.size() > digits.size() + 4) {
        const base::PhoneEntry& first = entries.back();
        base::PhoneEntry next;
        next.raw = first.number.e164.substr(0, first.number.e164.size() - digits.size()) + digits;
        next.kind = first.kind;
        next.number = base::parse_phone(next.raw, region).value_or(base::PhoneNumber{});
        entries.push_back(std::move(next));
      }
      rest.remove_prefix(tail.end);
      goes_on = true;
    }
    add(rest);
  }
  for (auto& entry : entries) {
    // Numbers of other countries that lost their plus.
    if (lost_a_digit(entry, area_code)) entry.number = {};
    const std::string digits = base::digits(entry.raw);
    if (!entry.number.e164.empty() || digits.size() < 11 || digits.size() > 15) continue;
    if (const auto number = base::parse_phone("+" + digits, region); number && number->valid) entry.number = *number;
  }
  return entries;
}

std::vector<base::EmailAddress> read_emails(std::string_view cell) {
  std::string text(cell);
  for (const std::string_view at : {" [at] ", "[at]", " (at) ", "(at)", "[AT]", "[собака]", "(собака)"})
    text = replaced(std::move(text), at, "@");
  return base::split_emails(text);
}

}  // namespace connect
