// The text of a payment QR code, ГОСТ Р 56042-2014 "Стандарты финансовых операций. Двумерные символы штрихового кода для
// осуществления платежей физических лиц".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace print {

// All texts UTF-8. Limits are those of the standard, in characters.
struct Payment {
  std::string name;          // payee, 1–160
  std::string account;       // 20 digits
  std::string bank_name;     // 1–45
  std::string bic;           // 9 digits
  std::string corr_account;  // 20 digits, or empty: the bank has none and "0" is written
  std::int64_t kopecks = 0;  // 0: the payer writes the sum
  std::string purpose;       // up to 210
  std::string inn;           // up to 12
  std::string kpp;           // 9; empty for sole traders
};

// Encoding 2 (UTF-8): the one that all banks' programs read. Texts that are too long are cut; the mandatory part is held
// within 300 bytes of the encoding that banks count in (windows-1251, a byte a letter). The separator is "|", or the first of the allowed
// ones that no value contains. nullopt when the account, the BIC or the correspondent account have a wrong form, or a name is missing.
std::optional<std::string> payment_text(const Payment& payment);

}  // namespace print
