// Texts of the letters that the program writes itself.
#pragma once

#include <string>
#include <string_view>

#include "server/base/program/localizer.hpp"
#include "server/connect/mail/mail_settings.hpp"

namespace connect {

struct Written {
  std::string subject, text;
};

// kind "invitation" or "password_reset": with the link that lets its reader choose a password. The secret stands behind '#', where
// neither servers nor their logs see it.
Written password_letter(const base::Localizer& texts, std::string_view language, std::string_view kind, const MailSettings& settings,
                        std::string_view user_name, std::string_view company, std::string_view token);
// Only the subject, for the row in the queue.
std::string password_subject(const base::Localizer& texts, std::string_view language, std::string_view kind, std::string_view company);

}  // namespace connect
