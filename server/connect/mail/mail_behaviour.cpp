// What is checked of letters when they are saved.
#include <algorithm>

#include "server/base/error.hpp"
#include "server/connect/mail/mail_record.hpp"
#include "server/connect/mail/mailer.hpp"

namespace connect {

namespace {

constexpr std::size_t kMostRecipients = 50;
constexpr std::size_t kMostText = 200'000;
constexpr std::chrono::hours kTriedFor{24};
constexpr std::string_view kContent[] = {"subject", "recipients", "copies", "text", "files"};

class MailBehaviour final : public entity::Behaviour {
 public:
  MailBehaviour(base::Random& random, MailerOptions options) : random_(random), options_(std::move(options)) {}

  void prepare(entity::SaveContext& save) override {
    if (!save.is_new()) return;
    auto& record = save.record();
    const MailSettings settings = read_mail_settings(save.connection());
    const std::string domain = settings.from.email.substr(settings.from.email.find('@') + 1);
    record.set("message_id", base::random_token(random_, 18) + "@" + (domain.empty() ? "localhost" : domain));
    record.set("next_at", base::to_micros(save.now()));
    record.set("give_up_at", base::to_micros(save.now() + kTriedFor));
  }

  void check(entity::SaveContext& save) override {
    if (!save.is_new()) return check_kept(save);
    if (!read_mail_settings(save.connection()).is_on()) throw base::Error(base::ErrorCode::kFailedPrecondition, "mail_off");
    const auto& record = save.record();
    const auto to = mail_addresses(record, "recipients"), copies = mail_addresses(record, "copies");
    if (to.empty() && record.link_id("user") == 0) save.add_error({"recipients", "required", {}});
    if (to.size() + copies.size() > kMostRecipients) save.add_error({"recipients", "too_many", {{"max", std::to_string(kMostRecipients)}}});
    for (const char* field : {"recipients", "copies"}) check_addresses(save, field);
    if (record.text("text").size() > kMostText) save.add_error({"text", "too_long", {{"max", std::to_string(kMostText)}}});
    check_files(save);
  }

 private:
  static void check_kept(entity::SaveContext& save) {
    if (save.caller().is_system) return;
    for (const auto field : kContent) {
      if (save.changed(field)) save.add_error({std::string(field), "letter_is_kept", {}});
    }
  }

  static void check_addresses(entity::SaveContext& save, const char* field) {
    std::size_t index = 0;
    for (const auto& address : mail_addresses(save.record(), field)) {
      if (address.email.empty()) save.add_error({std::string(field) + "[" + std::to_string(index) + "]", "email", {{"raw", address.name}}});
      ++index;
    }
  }

  void check_files(entity::SaveContext& save) const {
    std::int64_t bytes = 0;
    for (const std::int64_t id : entity::files_in(save.record().get("files"))) {
      if (const auto file = entity::find_file(save.connection(), id)) bytes += file->size;
    }
    if (bytes > options_.max_bytes) save.add_error({"files", "file_too_large", {{"limit", std::to_string(options_.max_bytes)}}});
  }

  base::Random& random_;
  const MailerOptions options_;
};

}  // namespace

std::vector<MailAddress> mail_addresses(const entity::Record& record, std::string_view field) {
  std::vector<MailAddress> out;
  const auto* items = std::get_if<entity::Items>(&record.get(field));
  if (items == nullptr) return out;
  for (const auto& item : *items) {
    const auto text = [&](std::size_t column) {
      const auto* value = std::get_if<std::string>(&item.columns[column]);
      return value == nullptr ? std::string() : *value;
    };
    // SMTP without its extension for addresses in other scripts (RFC 6531) takes ASCII alone.
    std::string value = text(1);
    if (std::any_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) value.clear();
    out.push_back({value, value.empty() ? text(0) : std::string()});
  }
  return out;
}

std::unique_ptr<entity::Behaviour> make_mail_behaviour(base::Random& random, MailerOptions options) {
  return std::make_unique<MailBehaviour>(random, std::move(options));
}

}  // namespace connect
