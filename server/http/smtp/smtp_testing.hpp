// A mail server for tests: takes letters, or answers as a test says. On 127.0.0.1, a thread for each connection.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace http::testing {

struct TakenLetter {
  std::string from;
  std::vector<std::string> to;
  std::string data;  // header and body, dots taken off
  std::string login;
  bool was_encrypted = false;
  std::string header(std::string_view name) const;  // unfolded, not decoded; "" when missing
};

class SmtpStandIn {
 public:
  struct Options {
    bool speaks_tls = false;  // from the first byte
    bool offers_starttls = false;
    std::string password;  // with one, the login "sender" is wanted
    std::string host_of_certificate = "127.0.0.1";
  };
  // The answer to a command line ("RCPT TO:<…>", "DATA", "." after the letter); "" is the usual one, "drop" breaks the connection.
  using Answers = std::function<std::string(const std::string& command)>;

  SmtpStandIn();
  explicit SmtpStandIn(Options options);
  ~SmtpStandIn();
  int port() const;
  std::string certificate_file() const;  // what a client trusts it by
  void answer_with(Answers answers);
  std::vector<TakenLetter> taken() const;
  std::vector<std::string> commands() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The letter as Python's e-mail library reads it, another reader than the one that wrote it: {"headers": {name: text},
// "parts": [{"type", "name", "text" or "size"}]} as JSON text; "" without python3.
std::string read_by_python(const std::string& letter);

}  // namespace http::testing
