// Records of outgoing_mail as the mailer reads them.
#pragma once

#include <string_view>
#include <vector>

#include "server/connect/mail/mail_settings.hpp"
#include "server/entity/value.hpp"

namespace connect {

// Of "recipients" or "copies". An address that cannot be written to has no `email` and what was given as its name.
std::vector<MailAddress> mail_addresses(const entity::Record& record, std::string_view field);

}  // namespace connect
