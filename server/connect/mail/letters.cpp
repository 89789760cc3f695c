#include "server/connect/mail/letters.hpp"

namespace connect {

namespace {

std::string key_of(std::string_view kind, const char* part) { return "mail." + std::string(kind) + "." + part; }

// A part of a text is left out when it has no value, not when that is empty.
base::MessageArgs filled(base::MessageArgs args) {
  std::erase_if(args, [](const auto& arg) { return arg.second.empty(); });
  return args;
}

}  // namespace

std::string password_subject(const base::Localizer& texts, std::string_view language, std::string_view kind, std::string_view company) {
  return texts.text(language, key_of(kind, "subject"), filled({{"company", std::string(company)}}));
}

Written password_letter(const base::Localizer& texts, std::string_view language, std::string_view kind, const MailSettings& settings,
                        std::string_view user_name, std::string_view company, std::string_view token) {
  const std::string link = settings.site_url + "/set-password#" + std::string(token);
  const base::MessageArgs args{
      {"name", std::string(user_name)}, {"company", std::string(company)}, {"link", link}, {"site", settings.site_url}};
  return {password_subject(texts, language, kind, company), texts.text(language, key_of(kind, "text"), filled(args))};
}

}  // namespace connect
