// Notices by mail, as each user chooses (user.notice_mail): off, at once, or what was not read yet once a day.
#pragma once

#include <string>

#include "server/base/program/localizer.hpp"
#include "server/connect/mail/mail_settings.hpp"
#include "server/entity/module_host.hpp"

namespace connect {

// A notice is mailed once at most: the letter is queued in the transaction that marks it. What was read in the program before is not
// mailed; texts and titles are those the reader may see.
class NoticeMail {
 public:
  // Both outlive it.
  NoticeMail(entity::Services& services, const base::Localizer& texts) : services_(services), texts_(texts) {}
  // Queues the letters that are due; returns how many. One node at a time.
  int queue_due();

 private:
  // Of one user; false when nothing was left to tell.
  bool queue_letter(std::int64_t user_id, std::string_view kind, base::Instant since, const MailSettings& settings);
  bool is_time_of_digest(std::int64_t user_id, base::Instant now);

  entity::Services& services_;
  const base::Localizer& texts_;
};

}  // namespace connect
