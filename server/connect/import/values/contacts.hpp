// Telephones and e-mail addresses of a cell, with what people put between them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/text/email.hpp"
#include "server/base/text/phone.hpp"

namespace connect {

// base::split_phones and two habits of lists: «8 /916/ 777-47-73» and the tail «…-45-67/68», a second number that differs in its last
// digits. `area_code` completes local numbers.
std::vector<base::PhoneEntry> read_phones(std::string_view cell, std::string_view region, std::string_view area_code);

// base::split_emails, «[at]» and «(at)» in lists included.
std::vector<base::EmailAddress> read_emails(std::string_view cell);

}  // namespace connect
