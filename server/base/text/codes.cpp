#include "server/base/text/codes.hpp"

#include <array>
#include <span>
#include <utility>

namespace base {

namespace {

constexpr std::array<std::pair<std::string_view, CodeKind>, 9> kNames = {{
    {"inn", CodeKind::kInn},
    {"kpp", CodeKind::kKpp},
    {"ogrn", CodeKind::kOgrn},
    {"ogrnip", CodeKind::kOgrnip},
    {"bik", CodeKind::kBik},
    {"account", CodeKind::kAccount},
    {"snils", CodeKind::kSnils},
    {"okpo", CodeKind::kOkpo},
    {"okato", CodeKind::kOkato},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) {
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return !text.empty();
}

// Drops what people put between groups: spaces (no-break and thin as well), hyphens, soft hyphens, en dashes, an apostrophe
// that made a spreadsheet keep a text.
std::string compact(std::string_view text) {
  static constexpr std::string_view kJunk[] = {" ", "\t", "-", "'", "\u00A0", "\u2009", "\u202F", "\u00AD", "\u2013", "\u2011"};
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t skipped = 0;
    for (const std::string_view junk : kJunk) {
      if (text.substr(at).starts_with(junk)) skipped = junk.size();
    }
    if (skipped == 0) out += text[at++];
    at += skipped;
  }
  return out;
}

int weighted_sum(std::string_view digits, std::span<const int> weights) {
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += (digits[i] - '0') * weights[i];
  return sum;
}

int last_digit(std::string_view digits) { return digits.back() - '0'; }

bool is_inn(std::string_view digits) {
  static constexpr std::array kWeights = {3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
  const std::span<const int> all(kWeights);
  if (digits.starts_with("00")) return false;  // no such tax region; catches a row of zeros, whose sums agree
  const auto control = [digits](std::span<const int> weights) { return weighted_sum(digits, weights) % 11 % 10; };
  if (digits.size() == 10) return control(all.subspan(2)) == last_digit(digits);
  return control(all.subspan(1)) == digits[10] - '0' && control(all) == last_digit(digits);
}

bool is_ogrn(std::string_view digits) {
  if (digits.size() == 13 ? digits[0] != '1' && digits[0] != '5' : digits[0] != '3') return false;
  const std::uint64_t number = std::stoull(std::string(digits.substr(0, digits.size() - 1)));
  return static_cast<int>(number % (digits.size() - 2) % 10) == last_digit(digits);
}

bool is_snils(std::string_view digits) {
  constexpr std::uint64_t kUnchecked = 1001998;  // 001-001-998 and below were issued without a check number
  const std::uint64_t number = std::stoull(std::string(digits.substr(0, 9)));
  if (number == 0) return false;
  if (number <= kUnchecked) return true;
  int sum = 0;
  for (std::size_t i = 0; i < 9; ++i) sum += (digits[i] - '0') * (9 - static_cast<int>(i));
  return sum % 101 % 100 == (digits[9] - '0') * 10 + (digits[10] - '0');
}

bool is_okpo(std::string_view digits) {
  const int size = static_cast<int>(digits.size()) - 1;
  const auto remainder = [digits, size](int first) {
    int sum = 0;
    for (int i = 0; i < size; ++i) sum += (digits[static_cast<std::size_t>(i)] - '0') * ((first + i - 1) % 10 + 1);
    return sum % 11;
  };
  int control = remainder(1);
  if (control == 10) control = remainder(3) % 10;
  return control == last_digit(digits);
}

// The treasury's codes begin with 00, 01, 02, those of banks with 04.
bool is_bik(std::string_view digits) {
  return digits[0] == '0' && (digits[1] == '0' || digits[1] == '1' || digits[1] == '2' || digits[1] == '4') && digits != "000000000";
}

bool is_kpp(std::string_view text) {
  if (text.size() != 9 || !all_digits(text.substr(0, 4)) || !all_digits(text.substr(6)) || text.starts_with("00")) return false;
  for (const char c : text.substr(4, 2)) {
    if (!is_digit(c) && (c < 'A' || c > 'Z')) return false;
  }
  return true;
}

bool has_length(CodeKind kind, std::size_t size) {
  switch (kind) {
    case CodeKind::kInn: return size == 10 || size == 12;
    case CodeKind::kKpp: return size == 9;
    case CodeKind::kOgrn: return size == 13 || size == 15;
    case CodeKind::kOgrnip: return size == 15;
    case CodeKind::kBik: return size == 9;
    case CodeKind::kAccount: return size == 20;
    case CodeKind::kSnils: return size == 11;
    case CodeKind::kOkpo: return size == 8 || size == 10;
    case CodeKind::kOkato: return size == 2 || size == 5 || size == 8 || size == 11;
  }
  return false;
}

// Fault of a code of digits with the right length.
std::string_view fault_of(CodeKind kind, std::string_view digits) {
  switch (kind) {
    case CodeKind::kInn: return is_inn(digits) ? "" : "check_digit";
    case CodeKind::kOgrn:
    case CodeKind::kOgrnip: return is_ogrn(digits) ? "" : "check_digit";
    case CodeKind::kBik: return is_bik(digits) ? "" : "format";
    case CodeKind::kSnils: return is_snils(digits) ? "" : "check_digit";
    case CodeKind::kOkpo: return is_okpo(digits) ? "" : "check_digit";
    case CodeKind::kKpp:
    case CodeKind::kAccount:
    case CodeKind::kOkato: return "";
  }
  return "format";
}

}  // namespace

std::optional<CodeKind> find_code_kind(std::string_view name) {
  for (const auto& [known, kind] : kNames) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

CodeCheck check_code(CodeKind kind, std::string_view text) {
  CodeCheck check{compact(text), ""};
  if (kind == CodeKind::kKpp) {
    for (char& c : check.value) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    if (!has_length(kind, check.value.size())) {
      check.fault = "length";
    } else if (!is_kpp(check.value)) {
      check.fault = "format";
    }
    return check;
  }
  if (!all_digits(check.value)) {
    check.fault = "not_digits";
  } else if (!has_length(kind, check.value.size())) {
    check.fault = "length";
  } else {
    check.fault = fault_of(kind, check.value);
  }
  return check;
}

// Each digit times 7, 1, 3 in turn; the sum of the last digits of the products ends in 0. The account is preceded by the
// last three digits of the БИК, or by 0 and its fifth and sixth where the Bank of Russia itself keeps the account.
CodeCheck check_account(std::string_view account, std::string_view bik) {
  CodeCheck check = check_code(CodeKind::kAccount, account);
  const CodeCheck bank = check_code(CodeKind::kBik, bik);
  if (!check.valid() || bank.value.size() != 9 || bank.fault == "not_digits") return check;
  const std::string_view code = bank.value;
  const bool is_correspondent = check.value.starts_with("30101");
  if (check.value[0] == '0') return check;  // a treasury account has no key
  const bool is_cash_centre = code.substr(6, 2) == "00";
  const bool is_at_central_bank = is_correspondent || is_cash_centre || check.value.starts_with("40102");
  const std::string digits = (is_at_central_bank ? "0" + std::string(code.substr(4, 2)) : std::string(code.substr(6))) + check.value;
  static constexpr int kWeights[] = {7, 1, 3};
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) sum += (digits[i] - '0') * kWeights[i % 3] % 10;
  const bool is_of_this_bank = !is_correspondent || is_cash_centre || std::string_view(check.value).substr(17) == code.substr(6);
  if (sum % 10 != 0 || !is_of_this_bank || !bank.valid()) check.fault = "check_digit";
  return check;
}

std::optional<std::string> restore_leading_zeros(CodeKind kind, std::string_view text) {
  constexpr std::size_t kMostLost = 2;
  std::string value = compact(text);
  if (!all_digits(value)) return std::nullopt;
  for (std::size_t lost = 1; lost <= kMostLost; ++lost) {
    value.insert(value.begin(), '0');
    if (has_length(kind, value.size()) && check_code(kind, value).valid()) return value;
  }
  return std::nullopt;
}

}  // namespace base
