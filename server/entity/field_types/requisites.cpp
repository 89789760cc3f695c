#include "server/entity/field_types/requisites.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

constexpr std::array<std::string_view, 6> kFormats{"inn", "kpp", "ogrn", "snils", "bik", "account"};

bool is_all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int digit(char c) { return c - '0'; }

int weighted_sum(std::string_view digits, std::span<const int> weights) {
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += digit(digits[i]) * weights[i];
  return sum;
}

// Order of the Federal Tax Service ЕД-7-14/559 of 26.06.2025 (before: ММВ-7-6/435): weights of the check digits.
bool is_inn_right(std::string_view inn) {
  static constexpr std::array<int, 11> kWeights{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
  const std::span<const int> all(kWeights);
  const auto check = [&](std::size_t length) { return weighted_sum(inn, all.last(length)) % 11 % 10 == digit(inn[length]); };
  if (inn.find_first_not_of('0') == std::string_view::npos) return false;
  return inn.size() == 10 ? check(9) : check(10) && check(11);
}

// ОГРН: the number without its last digit modulo 11 (ОГРНИП: 13), last digit of the remainder.
bool is_ogrn_right(std::string_view ogrn) {
  std::int64_t number = 0;
  for (const char c : ogrn.substr(0, ogrn.size() - 1)) number = number * 10 + digit(c);
  const std::int64_t modulus = ogrn.size() == 13 ? 11 : 13;
  return number % modulus % 10 == digit(ogrn.back());
}

// Pension Fund's rule: weights 9…1, modulo 101, 100 counts as 0; numbers up to 001-001-998 have no check.
bool is_snils_right(std::string_view snils) {
  if (snils.substr(0, 9) <= "001001998") return true;
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += digit(snils[static_cast<std::size_t>(i)]) * (9 - i);
  const int check = sum % 101 % 100;
  return check == digit(snils[9]) * 10 + digit(snils[10]);
}

// Tax office, reason and number; letters are allowed in the reason only.
bool is_kpp_shaped(std::string_view kpp) {
  if (kpp.size() != 9 || !is_all_digits(kpp.substr(0, 4)) || !is_all_digits(kpp.substr(6))) return false;
  return std::all_of(kpp.begin() + 4, kpp.begin() + 6, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

RequisiteVerdict verdict(bool is_shaped, bool is_right) {
  if (!is_shaped) return RequisiteVerdict::kBadShape;
  return is_right ? RequisiteVerdict::kGood : RequisiteVerdict::kCheckDigit;
}

}  // namespace

bool is_requisite_format(std::string_view format) { return std::find(kFormats.begin(), kFormats.end(), format) != kFormats.end(); }

RequisiteVerdict check_requisite(std::string_view format, std::string_view text, std::string& compact) {
  compact.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || (c == '-' && format == "snils")) continue;
    if (c == '\xC2' && i + 1 < text.size() && text[i + 1] == '\xA0') {  // no-break space
      ++i;
      continue;
    }
    compact += c;
  }
  const auto size = compact.size();
  if (format == "kpp") return verdict(is_kpp_shaped(compact), true);
  if (!is_all_digits(compact)) return RequisiteVerdict::kBadShape;
  if (format == "inn") return (size == 10 || size == 12) ? verdict(true, is_inn_right(compact)) : RequisiteVerdict::kBadShape;
  if (format == "ogrn") {
    if (size == 13) return verdict(compact[0] == '1' || compact[0] == '5' || compact[0] == '2', is_ogrn_right(compact));
    return size == 15 ? verdict(compact[0] == '3' || compact[0] == '4', is_ogrn_right(compact)) : RequisiteVerdict::kBadShape;
  }
  if (format == "snils") return size == 11 ? verdict(true, is_snils_right(compact)) : RequisiteVerdict::kBadShape;
  // First two digits: 04 for Russia, 00–02 for the Bank of Russia's own and the treasury's (762-П).
  if (format == "bik") return verdict(size == 9 && compact[0] == '0' && compact[1] <= '4' && compact[1] != '3', true);
  return verdict(size == 20, true);
}

bool check_account(std::string_view account, std::string_view bik) {
  if (account.size() != 20 || bik.size() != 9 || !is_all_digits(account) || !is_all_digits(bik)) return false;
  // A correspondent account belongs to the bank at the Bank of Russia: 0 and digits 5–6 of the БИК instead of the last three.
  const bool is_correspondent = account.substr(0, 3) == "301";
  const std::string text = (is_correspondent ? "0" + std::string(bik.substr(4, 2)) : std::string(bik.substr(6, 3))) + std::string(account);
  static constexpr std::array<int, 3> kWeights{7, 1, 3};
  int sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) sum += digit(text[i]) * kWeights[i % 3];
  return sum % 10 == 0;
}

Value parse_requisite(std::string_view text, ParseContext& context) {
  std::string compact;
  switch (check_requisite(context.field.format, text, compact)) {
    case RequisiteVerdict::kGood:
      return compact;
    case RequisiteVerdict::kCheckDigit:
      add_mark(context, "check_digit", text);
      return compact;
    case RequisiteVerdict::kBadShape:
      break;
  }
  add_mark(context, "bad_format", text);
  return std::string(text);
}

}  // namespace entity
