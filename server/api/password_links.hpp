// Links by which people choose a password: invitations and «forgot the password».
//
// Invariants
// - Only the hash of a secret is stored. A link works once, for its time, for an active user; making another of its kind, a new
//   password and a new address of the user end it.
// - Whoever asks for a new password learns nothing about who has an account: the answer is the same and comes before anybody is looked
//   for.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "server/api/authenticator.hpp"
#include "server/connect/mail/mailer.hpp"

namespace api {

struct PasswordLink {
  std::int64_t user_id = 0;
  std::string kind, name, email;  // kind: "invitation", "password_reset"
};

// Thread-safe.
class PasswordLinks {
 public:
  // All outlive it. The mailer takes its secrets from here.
  PasswordLinks(entity::Services& services, Authenticator& authenticator, connect::Mailer& mailer);

  // Error not_found "password_link_closed" of every link that does not work.
  PasswordLink find(std::string_view token) const;
  // Sets the password, ends the user's sessions and the link. The strength is checked by the caller.
  void use(std::string_view token, std::string_view password);
  // A letter to whoever has this address, if anybody; at most three an hour go to one. Error resource_exhausted "too_many_attempts"
  // {seconds} for the eleventh request of a remote address within an hour.
  void ask_for_reset(const std::string& email, const std::string& remote_address);
  // The letter's id. Error failed_precondition "mail_off", "user_is_off".
  std::int64_t invite(const entity::Caller& by, std::int64_t user_id);

 private:
  std::string make(std::string_view kind, std::int64_t user_id);
  void send_reset(const std::string& email);
  void count(const std::string& remote_address);

  entity::Services& services_;
  Authenticator& authenticator_;
  connect::Mailer& mailer_;
  struct Asked {
    int times = 0;
    base::Instant since{};
  };
  std::mutex mutex_;
  std::map<std::string, Asked> asked_;  // by remote address
};

}  // namespace api
