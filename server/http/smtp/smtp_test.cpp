// Letters as a mail server and another mail library see them.
#include "server/http/smtp/smtp.hpp"

#include <gtest/gtest.h>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/http/smtp/smtp_testing.hpp"

namespace http {
namespace {

using Kind = MailOutcome::Kind;
using testing::SmtpStandIn;

SmtpServer server_of(const SmtpStandIn& stand_in, SmtpServer::Security security = SmtpServer::Security::kNone) {
  SmtpServer server;
  server.host = "127.0.0.1";
  server.port = stand_in.port();
  server.security = security;
  return server;
}

MailContent content_of(std::string bytes) {
  return [bytes = std::move(bytes)](std::int64_t offset, std::size_t most) { return bytes.substr(static_cast<std::size_t>(offset), most); };
}

MailMessage letter() {
  MailMessage message;
  message.from = {"sales@example.ru", "Ромашка, \"продажи\""};
  message.to = {{"ivan@example.com", "Иван Петров"}, {"anna@example.com", "Smith, \"Anna\""}};
  message.cc = {{"boss@example.com", {}}};
  message.reply_to = "boris@example.ru";
  message.subject = "Счёт № РМ-00001 от 22 ноября 2026 г. — окна и двери для загородного дома, доставка и монтаж";
  message.text = "Здравствуйте!\n.точка в начале строки\nСсылка: https://example.ru/x?a=1&b=2\n" + std::string(2000, 'x') + "\nКонец";
  message.message_id = "abc-123@example.ru";
  message.at = base::parse_instant("2026-11-22T09:05:07Z").value();
  return message;
}

std::string with_crlf(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, 1, '\r');
  return text;
}

TEST(Smtp, ALetterIsReadByAnotherLibraryAsItWasWritten) {
  SmtpStandIn stand_in;
  auto message = letter();
  const std::string pdf(300'000, '\0');
  message.attachments.push_back(
      {"Счёт № 1 «Ромашка» для самого важного покупателя.pdf", "application/pdf", static_cast<std::int64_t>(pdf.size()), content_of(pdf)});
  message.attachments.push_back({"plain name.txt", "text/plain", 3, content_of("abc")});
  ASSERT_EQ(send_mail(server_of(stand_in), message).kind, Kind::kSent);

  const auto taken = stand_in.taken().at(0);
  EXPECT_EQ(taken.from, "sales@example.ru");
  EXPECT_EQ(taken.to, (std::vector<std::string>{"ivan@example.com", "anna@example.com", "boss@example.com"}));
  for (std::size_t at = 0, end = 0; at < taken.data.size(); at = end + 2) {
    end = taken.data.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    ASSERT_LE(end - at, 998u) << "RFC 5322, section 2.1.1";
    if (end == at) break;
    if (taken.data.compare(at, 13, "Content-Type:") == 0) continue;  // libcurl's own, with its boundary
    EXPECT_LE(end - at, 78u) << taken.data.substr(at, end - at);
  }
  const std::string read = testing::read_by_python(taken.data);
  ASSERT_FALSE(read.empty()) << "python3";
  const json::value parsed = base::parse_json(read);
  EXPECT_TRUE(parsed.at("defects").as_array().empty()) << read;
  const auto& headers = parsed.at("headers");
  EXPECT_EQ(headers.at("Subject").as_string().c_str(), message.subject);
  EXPECT_EQ(std::string(headers.at("From").as_string()), "\"Ромашка, \\\"продажи\\\"\" <sales@example.ru>");
  EXPECT_EQ(headers.at("To").as_string(), "Иван Петров <ivan@example.com>, \"Smith, \\\"Anna\\\"\" <anna@example.com>");
  EXPECT_EQ(headers.at("Cc").as_string(), "boss@example.com");
  EXPECT_EQ(headers.at("Reply-To").as_string(), "boris@example.ru");
  EXPECT_EQ(headers.at("Message-ID").as_string(), "<abc-123@example.ru>");
  EXPECT_EQ(headers.at("Date").as_string(), "Sun, 22 Nov 2026 09:05:07 +0000");
  const auto& parts = parsed.at("parts").as_array();
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_TRUE(parts[0].at("text").as_string() == with_crlf(message.text + "\n"));
  EXPECT_EQ(parts[1].at("name").as_string().c_str(), message.attachments[0].name);
  EXPECT_EQ(parts[1].at("type").as_string(), "application/pdf");
  EXPECT_EQ(parts[1].at("size").as_int64(), 300'000);
  EXPECT_EQ(parts[2].at("name").as_string(), "plain name.txt");
}

TEST(Smtp, HeadersOfManyTextsComeBackWhole) {
  std::vector<std::string> subjects{"plain", "=?UTF-8?B?0YLQtdGB0YI=?=",         "  two  blanks  ", std::string(300, 'a'),
                                    "Щ",     "emoji 🎉🎉🎉 " + std::string(40, 'z')};
  for (std::size_t length = 1; length < 120; length += 47) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) text += i % 5 == 4 ? " " : i % 3 == 0 ? "Ж" : "€";
    subjects.push_back(text + ".");
  }
  for (const auto& subject : subjects) {
    const json::value parsed =
        base::parse_json(testing::read_by_python("Subject: " + header_text(subject, 7) + "\r\nContent-Type: text/plain\r\n" +
                                                 "Content-Disposition: " + header_disposition(subject) + "\r\n\r\nx\r\n"));
    EXPECT_EQ(parsed.at("headers").at("Subject").as_string().c_str(), subject);
    if (subject.find("  ") != std::string::npos) continue;
    EXPECT_EQ(parsed.at("parts").at(0).at("name").as_string().c_str(), subject);
  }
}

TEST(Smtp, ALineBreakInAHeaderIsRefused) {
  SmtpStandIn stand_in;
  const auto spoiled = {+[](MailMessage& m) { m.subject = "a\r\nBcc: x@evil.example"; },
                        +[](MailMessage& m) { m.from.name = "a\nBcc: x@evil.example"; },
                        +[](MailMessage& m) { m.to[0].email = "a@b.ru>\r\nRCPT TO:<x@evil.example"; },
                        +[](MailMessage& m) { m.reply_to = "a@b.ru\r\nBcc: x@evil.example"; },
                        +[](MailMessage& m) { m.message_id = "a\r\nBcc: x@evil.example"; },
                        +[](MailMessage& m) {
                          m.attachments.push_back({"a\"\r\nBcc: x@evil.example", "text/plain", 1, content_of("x")});
                        }};
  for (const auto spoil : spoiled) {
    auto message = letter();
    spoil(message);
    EXPECT_THROW(send_mail(server_of(stand_in), message), base::Error);
  }
  auto message = letter();
  message.attachments.push_back({"a.txt", "text/plain\r\nBcc: x@evil.example", 1, content_of("x")});
  EXPECT_EQ(send_mail(server_of(stand_in), message).kind, Kind::kSent);
  EXPECT_EQ(stand_in.taken().size(), 1u);
  EXPECT_EQ(stand_in.taken()[0].data.find("evil"), std::string::npos);
}

TEST(Smtp, TlsIsSpokenAndTheCertificateChecked) {
  for (const auto security : {SmtpServer::Security::kTls, SmtpServer::Security::kStartTls}) {
    const bool is_tls = security == SmtpServer::Security::kTls;
    SmtpStandIn right({.speaks_tls = is_tls, .offers_starttls = !is_tls, .password = "пароль"});
    auto server = server_of(right, security);
    server.login = "sender";
    server.password = "пароль";
    const auto untrusted = send_mail(server, letter());
    EXPECT_EQ(untrusted.kind, Kind::kLater);
    EXPECT_EQ(untrusted.error, "mail_certificate") << untrusted.answer;
    server.ca_file = right.certificate_file();
    const auto sent = send_mail(server, letter());
    EXPECT_EQ(sent.kind, Kind::kSent) << sent.error << " " << sent.answer;
    EXPECT_TRUE(right.taken().at(0).was_encrypted);
    EXPECT_EQ(right.taken().at(0).login, "sender");

    SmtpStandIn other({.speaks_tls = is_tls, .offers_starttls = !is_tls, .host_of_certificate = "mail.example"});
    server = server_of(other, security);
    server.ca_file = other.certificate_file();
    EXPECT_EQ(send_mail(server, letter()).error, "mail_certificate");
    EXPECT_TRUE(other.taken().empty());
  }
  SmtpStandIn open;
  EXPECT_EQ(send_mail(server_of(open, SmtpServer::Security::kStartTls), letter()).error, "mail_no_tls");
  EXPECT_TRUE(open.taken().empty());
}

TEST(Smtp, WhatTheServerRefusesIsToldApart) {
  SmtpStandIn stand_in;
  const auto outcome = [&](std::string command, std::string answer) {
    stand_in.answer_with([=](const std::string& line) { return line.starts_with(command) ? answer : std::string(); });
    return send_mail(server_of(stand_in), letter());
  };
  const auto expect = [&](const char* command, const char* answer, Kind kind, const char* error) {
    const auto got = outcome(command, answer);
    EXPECT_EQ(got.kind, kind) << command << " " << answer << " " << got.error;
    EXPECT_EQ(got.error, error) << command << " " << answer;
    return got.answer;
  };
  EXPECT_EQ(expect("RCPT TO:<anna", "550 5.1.1 No such user", Kind::kRefused, "mail_recipient"),
            "<anna@example.com>: 550 5.1.1 No such user");
  expect("RCPT TO:<anna", "450 4.2.1 grey list", Kind::kLater, "mail_busy");
  expect("MAIL", "451 4.3.0 later", Kind::kLater, "mail_busy");
  expect("MAIL", "550 5.7.1 not your address", Kind::kLater, "mail_refused");
  expect("MAIL", "552 5.3.4 too big", Kind::kRefused, "mail_too_large");
  expect("DATA", "554 5.7.1 no", Kind::kRefused, "mail_refused");
  expect(".", "554 5.7.1 spam", Kind::kRefused, "mail_refused");
  expect(".", "452 4.3.1 disk full", Kind::kLater, "mail_busy");
  expect("EHLO", "drop", Kind::kLater, "mail_unreachable");
  expect("RCPT", "drop", Kind::kLater, "mail_unreachable");
  expect("DATA", "drop", Kind::kLater, "mail_unreachable");
  expect(".", "drop", Kind::kUnknown, "mail_outcome_unknown");
  EXPECT_TRUE(stand_in.taken().empty());
}

TEST(Smtp, AWrongLoginIsToldAndThePasswordIsNot) {
  SmtpStandIn stand_in({.password = "right"});
  auto server = server_of(stand_in);
  server.login = "sender";
  server.password = "wrong-secret";
  const auto outcome = send_mail(server, letter());
  EXPECT_EQ(outcome.kind, Kind::kLater);
  EXPECT_EQ(outcome.error, "mail_login");
  EXPECT_EQ(outcome.answer.find("wrong-secret"), std::string::npos);
  server.login.clear();
  EXPECT_EQ(send_mail(server, letter()).error, "mail_refused") << "530";
}

TEST(Smtp, NobodyListening) {
  SmtpServer server;
  server.host = "127.0.0.1";
  server.security = SmtpServer::Security::kNone;
  {
    SmtpStandIn gone;
    server.port = gone.port();
  }
  EXPECT_EQ(send_mail(server, letter()).error, "mail_unreachable");
}

TEST(Smtp, WhoeverIsAskedBeforeTheEndMayStopIt) {
  SmtpStandIn stand_in;
  int asked = 0;
  EXPECT_THROW(send_mail(server_of(stand_in), letter(), [] { throw base::Error(base::ErrorCode::kCancelled, "stop"); }), base::Error);
  EXPECT_TRUE(stand_in.taken().empty());
  EXPECT_EQ(send_mail(server_of(stand_in), letter(), [&] { ++asked; }).kind, Kind::kSent);
  EXPECT_EQ(asked, 1);
  asked = 0;
  stand_in.answer_with([](const std::string& line) { return line.starts_with("RCPT") ? "550 no" : ""; });
  send_mail(server_of(stand_in), letter(), [&] { ++asked; });
  EXPECT_EQ(asked, 0) << "refused before anything was handed over";
}

}  // namespace
}  // namespace http
