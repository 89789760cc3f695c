// Russian requisites: ИНН, КПП, ОГРН, СНИЛС, БИК, bank account. A wrong one is kept as it stood and marked, never mended in silence.
#pragma once

#include <string>
#include <string_view>

#include "server/entity/field_type.hpp"

namespace entity {

enum class RequisiteVerdict {
  kGood,
  kCheckDigit,  // right shape, wrong check digit
  kBadShape,    // wrong length or characters
};

// Formats: inn, kpp, ogrn (ОГРН of 13 or ОГРНИП of 15 digits), snils, bik, account (20 digits; its check needs the БИК, see
// check_account).
bool is_requisite_format(std::string_view format);
// `text` as people write it: outer and inner spaces, hyphens (СНИЛС) allowed. `compact` gets the form without them.
RequisiteVerdict check_requisite(std::string_view format, std::string_view text, std::string& compact);
// Check digit of a settlement or correspondent account with its bank's БИК (Bank of Russia, 515-П of 08.09.1997).
bool check_account(std::string_view account, std::string_view bik);

// Stored: the compact form when good or when only the check digit is wrong, else the text as it stood; marks "check_digit" and
// "bad_format".
Value parse_requisite(std::string_view text, ParseContext& context);

}  // namespace entity
