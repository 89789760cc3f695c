// Phones, e-mails, registration numbers out of hostile cells; the first byte chooses one.
#include <cstdint>
#include <cstdlib>

#include "server/base/text/codes.hpp"
#include "server/base/text/email.hpp"
#include "server/base/text/phone.hpp"
#include "server/base/text/text.hpp"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_phones(std::string_view cell) {
  for (const base::PhoneEntry& entry : base::split_phones(cell, "RU", "495")) {
    const base::PhoneNumber& number = entry.number;
    check(number.e164.empty() || (number.e164[0] == '+' && number.e164.size() <= 21));
    check(number.ext.size() <= 7 && base::digits(number.ext) == number.ext);
    check(cell.find(entry.raw) != std::string_view::npos);
    if (!number.valid) continue;
    const auto again = base::parse_phone(number.e164, "");
    check(again && again->valid && again->e164 == number.e164);
  }
}

void check_emails(std::string_view cell) {
  for (const base::EmailAddress& address : base::split_emails(cell)) {
    if (!address.valid) continue;
    check(address.value.size() <= 254);
    const base::EmailAddress again = base::normalize_email(address.value);
    check(again.valid && again.value == address.value);
  }
}

void check_codes(std::string_view text) {
  for (int kind = 0; kind <= static_cast<int>(base::CodeKind::kOkato); ++kind) {
    const base::CodeCheck code = base::check_code(static_cast<base::CodeKind>(kind), text);
    check(code.value.size() <= text.size());
    check(base::check_code(static_cast<base::CodeKind>(kind), code.value).fault == code.fault);
    base::restore_leading_zeros(static_cast<base::CodeKind>(kind), text);
  }
  base::check_account(text, "044525225");
  base::check_account("40702810200000000001", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0: check_phones(text); break;
    case 1: check_emails(text); break;
    case 2: check_codes(text); break;
  }
  return 0;
}
