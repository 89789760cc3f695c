// Letters that go out: the entity outgoing_mail (module mail) is the queue and the memory of it.
//
// Invariants
// - queued → sending → sent | failed; sending → queued when it may go later. Only the mailer changes these.
// - A letter belongs to one thread of one node while it is `sending`: whoever takes it writes that first, until claimed_until. Where
//   nodes share a base it is given up sooner: as soon as the lease "mail NODE" of claimed_by, prolonged while a letter goes, is over.
// - Before the last part of a letter is given to the server, handed_at is written. A letter whose sender died before that is sent again;
//   one whose sender died after it, or lost the connection there, may have been taken: it fails with mail_outcome_unknown and goes again
//   only when somebody says so. What is left is what SMTP itself leaves open (RFC 1047); the Message-ID is the same at each try.
// - Letters with links that sign in are composed when they are sent: their text is never stored.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/base/program/localizer.hpp"
#include "server/connect/files/files.hpp"
#include "server/connect/mail/mail_settings.hpp"
#include "server/entity/module_host.hpp"

namespace connect {

inline constexpr std::string_view kMailEntity = "outgoing_mail";

struct MailerOptions {
  std::string ca_file;                // of the server's certificate; empty: the system's
  std::int64_t max_bytes = 20 << 20;  // of the files of one letter
  std::string node;                   // this process among those that share the base
};

class Mailer {
 public:
  // A new secret for the link of an invitation or a password reset, "" when the user may have none any more.
  using MakeToken = std::function<std::string(std::string_view kind, std::int64_t user_id)>;
  // All outlive it.
  Mailer(entity::Services& services, Files& files, entity::NoticeBox& notices, const base::Localizer& texts, MailerOptions options);
  ~Mailer();                             // stop()
  void set_token_maker(MakeToken make);  // before start
  void start();
  void stop();  // waits for the letter in hand
  void wake();  // something was queued
  // Runs `task` on the mailer's thread, for what an answer must not wait for; dropped when a thousand wait.
  void later(std::function<void()> task);

  // Sends what is due; false when nothing was. For the thread and for tests.
  bool send_some();
  MailSettings settings() const;
  // One letter past the queue, to see that the settings work. Error failed_precondition with the key of the outcome and {answer}.
  void send_test(const MailSettings& settings, const std::string& to, std::string_view language);
  // Makes it wait in the queue again; failed_precondition "mail_not_failed".
  void send_again(const entity::Caller& caller, std::int64_t id);
  // A letter that is composed when it goes: kind "invitation" or "password_reset". Inside a transaction.
  std::int64_t queue_for_user(store::Connection& connection, const entity::Caller& by, std::string_view kind, std::int64_t user_id);
  // Those that no user wrote go after 90 days.
  std::int64_t remove_old();
  const MailerOptions& options() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Checks letters that people and modules make: addresses, size; keeps sent ones as they are.
std::unique_ptr<entity::Behaviour> make_mail_behaviour(base::Random& random, MailerOptions options);

}  // namespace connect
