// Russian registration numbers: form and check digits. Sources: order ФНС ЕД-7-14/559@ (ИНН, КПП), order Минфина 165н
// (ОГРН, ОГРНИП), Bank of Russia 732-П (БИК), 579-П and 515 of 1997 (account keys), Правление ПФР 192п (СНИЛС),
// ОК 007-93 (ОКПО), ОК 019-95 (ОКАТО).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace base {

enum class CodeKind {
  kInn,      // 10 digits of a company, 12 of a person
  kKpp,      // form only: it has no check digit
  kOgrn,     // 13 digits of a company; the 15 of an entrepreneur as well
  kOgrnip,   // 15 digits
  kBik,      // 9 digits
  kAccount,  // 20 digits; its key needs the БИК, see check_account
  kSnils,    // 11 digits
  kOkpo,     // 8 or 10 digits
  kOkato,    // 2, 5, 8 or 11 digits
};

// "inn", "kpp", "ogrn", "ogrnip", "bik", "account", "snils", "okpo", "okato".
std::optional<CodeKind> find_code_kind(std::string_view name);

struct CodeCheck {
  // Without spaces and hyphens, КПП in upper case; what stood there otherwise. Never longer than the input.
  std::string value;
  // "" when right, else the code of a field error: "not_digits", "length", "format", "check_digit".
  std::string_view fault;
  bool valid() const { return fault.empty(); }
};

CodeCheck check_code(CodeKind kind, std::string_view text);

// The key of a settlement or correspondent account (balance account 30101) at the bank with this БИК. Faults as above;
// a wrong БИК counts as "check_digit" of the account only where the form of both is right.
CodeCheck check_account(std::string_view account, std::string_view bik);

// Spreadsheets drop leading zeros: the code with them put back when that makes it right («44525225» → «044525225»).
std::optional<std::string> restore_leading_zeros(CodeKind kind, std::string_view text);

}  // namespace base
