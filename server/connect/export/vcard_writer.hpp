// Records as vCards, version 3.0 (RFC 2426), which every address book reads.
#pragma once

#include <string>

#include "server/base/json.hpp"

namespace connect {

// `record` as the API answers it: name, last_name …, phones, emails, addresses, company, position. Lines end in CRLF and are folded at
// 75 octets.
std::string write_vcard(const json::object& record);

}  // namespace connect
