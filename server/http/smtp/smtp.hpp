// Letters out by SMTP (RFC 5321) in the form of RFC 5322 and MIME; on libcurl, which speaks SMTP and streams the parts.
//
// Synchronous: never on an I/O thread. Values are put into headers as encoded words (RFC 2047) and extended parameters (RFC 2231); a
// line break in one is refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/time.hpp"

namespace http {

// Up to `max_bytes` of a content from `offset` on; empty at its end.
using MailContent = std::function<std::string(std::int64_t offset, std::size_t max_bytes)>;

struct MailAddress {
  std::string email;  // as base::EmailAddress::value: ASCII but for letters of the local part
  std::string name;   // may be empty
};

struct MailAttachment {
  std::string name, mime;
  std::int64_t size = 0;  // bytes
  MailContent content;
};

struct MailMessage {
  MailAddress from;
  std::vector<MailAddress> to, cc;
  std::string reply_to;    // an address; may be empty
  std::string subject;     // one line
  std::string text;        // plain text, UTF-8
  std::string message_id;  // without brackets; the same at each try
  base::Instant at{};
  bool is_automatic = false;  // Auto-Submitted (RFC 3834): answering programs keep silent
  std::vector<MailAttachment> attachments;
};

struct SmtpServer {
  enum class Security { kNone, kStartTls, kTls };
  std::string host;
  int port = 587;
  Security security = Security::kStartTls;
  std::string login, password;                                        // empty login: the server wants none
  std::string ca_file;                                                // certificates of a house of its own; empty: the system's
  std::chrono::milliseconds connect_timeout{15000}, timeout{240000};  // of the name look-up and greeting; of the whole
};

// What became of a try.
struct MailOutcome {
  enum class Kind {
    kSent,
    kLater,    // not now (4xx, unreachable, wrong certificate or login): the same letter may go later
    kRefused,  // never (5xx for a recipient or the letter)
    kUnknown,  // the connection broke after the last bytes were given: the server may have taken it
  };
  Kind kind = Kind::kSent;
  std::string error;   // locale key below "error.": mail_unreachable, mail_certificate, mail_login, mail_recipient, mail_refused,
                       // mail_busy, mail_too_large, mail_outcome_unknown, mail_no_tls; empty when sent
  std::string answer;  // what the server said last, "550 5.1.1 No such user"; for a refused recipient "<address>: …"
};

// Called once before the last part of the letter is given to the server: from then on nobody but the server knows whether it took it.
// What it throws ends the try before that, and goes on to the caller of send().
using BeforeHandingOver = std::function<void()>;

// Throws base::Error internal for a message that the caller should not have made (no recipient, a line break in a header).
MailOutcome send_mail(const SmtpServer& server, const MailMessage& message, const BeforeHandingOver& before_handing_over = {});

// «Иван Петров <a@b.ru>» as in a header, encoded where it must be; and the value of a header, folded (RFC 2047).
std::string header_address(const MailAddress& address);
std::string header_text(std::string_view text, std::size_t name_length);
// "attachment; filename=…", other letters than ASCII as RFC 2231 has them.
std::string header_disposition(std::string_view file_name);

}  // namespace http
