#include "server/connect/import/values/codes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "server/base/text/text.hpp"
#include "server/connect/import/values/text_repair.hpp"

namespace connect {

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr int kMostDigits = 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// «7.7360500030E9» holds every digit of its number, «1,02770E+12» does not. False: the text is no number of this form.
bool read_scientific(std::string_view text, std::string& digits) {
  digits.clear();
  const auto e = text.find_first_of("Ee");
  if (e == std::string_view::npos || e == 0 || e + 1 >= text.size()) return false;
  std::string_view mantissa = text.substr(0, e), power = text.substr(e + 1);
  if (mantissa.find_first_not_of("0123456789.,") != std::string_view::npos) return false;
  if (power.starts_with('+')) power.remove_prefix(1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (error != std::errc() || end != power.data() + power.size()) return false;
  const auto point = mantissa.find_first_of(".,");
  std::string all = base::digits(mantissa);
  const int decimals = point == std::string_view::npos ? 0 : static_cast<int>(base::digits(mantissa.substr(point)).size());
  if (exponent < 0 || exponent > kMostDigits || decimals < exponent) return true;
  const std::string rest = all.substr(all.size() - static_cast<std::size_t>(decimals - exponent));
  if (rest.find_first_not_of('0') != std::string::npos) return true;
  all.resize(all.size() - rest.size());
  digits = std::move(all);
  return true;
}

// «7707083893.0», «7 707 083 893,00»: the decimals of a number cell.
std::string_view without_decimals(std::string_view text) {
  const auto point = text.find_last_of(".,");
  if (point == std::string_view::npos || point == 0 || point + 1 >= text.size() || text.size() - point > 3) return text;
  if (text.find_first_not_of('0', point + 1) != std::string_view::npos) return text;
  return text.substr(0, point).find_first_not_of("0123456789 ") == std::string_view::npos ? text.substr(0, point) : text;
}

// Groups of digits; a space inside keeps none together.
std::vector<std::string> groups_of(std::string_view text) {
  std::vector<std::string> groups(1);
  for (const char c : text) {
    if (is_digit(c))
      groups.back() += c;
    else if (!groups.back().empty())
      groups.emplace_back();
  }
  if (groups.back().empty()) groups.pop_back();
  return groups;
}

bool is_label(std::string_view folded) {
  static constexpr std::array<std::string_view, 12> kLabels = {"инн", "кпп", "огрн", "огрнип", "окпо", "снилс",
                                                               "бик", "код", "inn",  "kpp",    "ogrn", "номер"};
  return std::find(kLabels.begin(), kLabels.end(), folded) != kLabels.end();
}

bool has_other_words(std::string_view text) {
  const auto words = words_in(text);
  return std::any_of(words.begin(), words.end(),
                     [](const Word& word) { return word.text.find_first_of(kDigits) == std::string::npos && !is_label(word.text); });
}

bool take(base::CodeKind kind, const std::string& digits, ReadCode& code) {
  if (digits.empty()) return false;
  if (base::check_code(kind, digits).valid()) {
    code.value = digits;
    code.is_right = true;
    return true;
  }
  const auto restored = base::restore_leading_zeros(kind, digits);
  if (!restored) return false;
  code.value = *restored;
  code.is_right = code.is_zero_restored = true;
  return true;
}

// The first right code among the groups; what else stands there is looked at.
bool take_group(base::CodeKind kind, std::string_view text, ReadCode& code) {
  const auto groups = groups_of(text);
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const std::string& group) { return group.size() >= 8 && base::check_code(kind, group).valid(); });
  if (found == groups.end()) return false;
  code.value = *found;
  code.is_right = true;
  code.has_more = has_other_words(text);
  for (const auto& group : groups) {
    if (&group == &*found || group == code.value) continue;
    const bool is_kpp = kind == base::CodeKind::kInn && code.kpp.empty() && base::check_code(base::CodeKind::kKpp, group).valid();
    if (is_kpp)
      code.kpp = group;
    else
      code.has_more = true;
  }
  return true;
}

}  // namespace

ReadCode read_code(base::CodeKind kind, std::string_view text) {
  ReadCode code;
  std::string digits;
  if (read_scientific(text, digits)) {
    code.is_lost = digits.empty();
    if (code.is_lost || take(kind, digits, code)) return code;
    code.value = digits;
    return code;
  }
  const std::string_view plain = without_decimals(text);
  if (kind == base::CodeKind::kKpp) {
    const auto check = base::check_code(kind, plain);
    if (check.valid()) {
      code.value = check.value;
      code.is_right = true;
      return code;
    }
  }
  if (take(kind, base::digits(plain), code)) {
    code.has_more = has_other_words(plain);
    return code;
  }
  if (take_group(kind, plain, code)) return code;
  code.value = plain;
  return code;
}

}  // namespace connect
