// Outgoing mail: settings, the queue, what becomes of letters.
#include <map>
#include <set>
#include <thread>

#include "server/app/tests/api_testing.hpp"
#include "server/connect/mail/mailer.hpp"
#include "server/connect/mail/notice_mail.hpp"
#include "server/connect/notices/notices.hpp"
#include "server/http/smtp/smtp_testing.hpp"

namespace app {

namespace {

using http::testing::SmtpStandIn;

class MailApiTest : public ApiTest {
 protected:
  SmtpStandIn post_office{{.password = "secret-1"}};
  ApiServer server{GetParam()};
  const TestUser& admin = server.admin();

  Answer configure(json::object more = {}) {
    json::object settings{{"host", "127.0.0.1"},
                          {"port", post_office.port()},
                          {"security", "none"},
                          {"login", "sender"},
                          {"password", "secret-1"},
                          {"from_name", "Ромашка"},
                          {"from_address", "crm@example.ru"},
                          {"site_url", "https://crm.example.ru/"}};
    for (auto& member : more) settings[member.key()] = member.value();
    return server.call(admin, "PUT", "/settings/mail-server", settings);
  }
  json::object letter(json::object more = {}) {
    json::object values{{"recipients", {"ivan@example.com"}}, {"subject", "Здравствуйте"}, {"text", "Текст"}};
    for (auto& member : more) values[member.key()] = member.value();
    return values;
  }
  std::int64_t queue(const json::object& values) {
    const auto answer = server.call(admin, "POST", "/outgoing-mails", values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.status == 201 ? answer.id() : 0;
  }
  static std::string path(std::int64_t id) { return "/outgoing-mails/" + std::to_string(id); }
  std::string text(std::int64_t id, const char* field) {
    const auto value = server.get(admin, path(id)).body.at(field);
    return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
  }
  bool becomes(std::int64_t id, std::string_view state) {
    return eventually([&] { return text(id, "state") == state; });
  }
  // As if time had passed or a sender had died.
  void set(std::int64_t id, const json::object& values) {
    auto& application = server.application();
    const auto registry = application.catalog().current();
    application.records().update(*entity::Caller::system(), registry->require("outgoing_mail"), id, values);
    application.api().mailer.wake();
  }
  static std::string ago(std::chrono::seconds time) { return base::to_string(base::SystemClock().now() - time); }
};

TEST_P(MailApiTest, SettingsAreCheckedAndThePasswordIsNeverShown) {
  const auto user = server.add_user("Борис", {{"*", {{"read", "all"}, {"create", "all"}}}});
  EXPECT_EQ(server.get(user, "/settings/mail-server").status, 403);
  const auto off = server.call(admin, "POST", "/outgoing-mails", letter());
  EXPECT_EQ(off.status, 422);
  EXPECT_EQ(off.body.at("code").as_string(), "mail_off") << off.text;
  ASSERT_EQ(configure().status, 200);
  const auto read = server.get(admin, "/settings/mail-server");
  EXPECT_EQ(read.text.find("secret-1"), std::string::npos);
  EXPECT_TRUE(read.body.at("has_password").as_bool());
  EXPECT_EQ(read.body.at("values").at("site_url").as_string(), "https://crm.example.ru");
  EXPECT_EQ(server.get(admin, "/settings/people").status, 200);

  const auto code = [&](json::object change) {
    const auto answer = server.call(admin, "PUT", "/settings/mail-server", change);
    EXPECT_EQ(answer.status, 400) << answer.text;
    const auto& error = answer.body.at("errors").at(0);
    return std::string(error.at("path").as_string()) + " " + std::string(error.at("code").as_string());
  };
  EXPECT_EQ(code({{"from_name", "a\r\nBcc: x@evil.example"}}), "from_name line_break");
  EXPECT_EQ(code({{"from_address", "a@b.ru\r\nBcc: x@evil.example"}}), "from_address line_break");
  EXPECT_EQ(code({{"host", "mail.example/../x"}}), "host mail_host");
  EXPECT_EQ(code({{"port", 70000}}), "port too_large");
  EXPECT_EQ(code({{"security", "ssl3"}}), "security unknown_option");
  EXPECT_EQ(code({{"site_url", "javascript:alert(1)"}}), "site_url bad_web_address");
  EXPECT_EQ(code({{"host", "elsewhere.example"}}), "password required") << "a stored password is not sent to another server";
  EXPECT_EQ(code({{"hosts", "a"}}), "hosts unknown_field");

  EXPECT_EQ(server.call(admin, "POST", "/settings/mail-server:test", {{"to", "boss@example.com"}}).status, 204);
  EXPECT_EQ(post_office.taken().at(0).to, std::vector<std::string>{"boss@example.com"});
  const auto wrong =
      server.call(admin, "POST", "/settings/mail-server:test", {{"to", "boss@example.com"}, {"settings", {{"password", "guess-2"}}}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.body.at("code").as_string(), "mail_login");
  EXPECT_NE(wrong.body.at("detail").as_string().find("535"), json::string::npos) << wrong.text;
  EXPECT_EQ(wrong.text.find("guess-2"), std::string::npos);
}

TEST_P(MailApiTest, ALetterGoesOutAndStandsInTheTimelineOfItsRecord) {
  ASSERT_EQ(configure().status, 200);
  const auto company = server.call(admin, "POST", "/companies", {{"name", "Покупатель"}}).id();
  const auto file =
      server.send(admin, "POST", "/files", {{"X-File-Name", "%D0%A1%D1%87%D1%91%D1%82.txt"}, {"Content-Type", "text/plain"}}, "содержимое");
  const auto id =
      queue(letter({{"about", {{"entity", "company"}, {"id", company}}}, {"copies", {"anna@example.com"}}, {"files", {file.id()}}}));
  ASSERT_TRUE(becomes(id, "sent")) << server.get(admin, path(id)).text;
  const auto taken = post_office.taken();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].to, (std::vector<std::string>{"ivan@example.com", "anna@example.com"}));
  EXPECT_EQ(taken[0].header("Reply-To"), "admin@example.com") << "the answer goes to whoever wrote";
  EXPECT_EQ(taken[0].header("Message-ID"), "<" + text(id, "message_id") + ">");
  EXPECT_EQ(taken[0].header("Auto-Submitted"), "");
  const auto parsed = base::parse_json(http::testing::read_by_python(taken[0].data));
  EXPECT_EQ(std::string(parsed.at("headers").at("Subject").as_string()), "Здравствуйте");
  EXPECT_EQ(parsed.at("parts").as_array().size(), 2u);
  const auto timeline = server.get(admin, "/companies/" + std::to_string(company) + "/timeline");
  EXPECT_NE(timeline.text.find("Здравствуйте"), std::string::npos) << timeline.text;
  const auto change = server.call(admin, "PATCH", path(id), {{"text", "другой"}});
  EXPECT_EQ(change.status, 400) << "what was sent stays as it was";
  EXPECT_EQ(server.call(admin, "POST", path(id) + ":send-again").status, 422);
}

TEST_P(MailApiTest, LettersThatCannotGoAreRefusedAtOnce) {
  ASSERT_EQ(configure().status, 200);
  const auto code = [&](json::object more) {
    const auto answer = server.call(admin, "POST", "/outgoing-mails", letter(std::move(more)));
    EXPECT_EQ(answer.status, 400) << answer.text;
    const auto& error = answer.body.at("errors").at(0);
    return std::string(error.at("path").as_string()) + " " + std::string(error.at("code").as_string());
  };
  EXPECT_EQ(code({{"subject", "a\r\nBcc: x@evil.example"}}), "subject line_break");
  EXPECT_EQ(code({{"recipients", json::array{}}}), "recipients required");
  EXPECT_EQ(code({{"recipients", {"ivan@example.com", "nobody"}}}), "recipients[1] email");
  EXPECT_EQ(code({{"recipients", {"почта@example.com"}}}), "recipients[0] email");
  json::array many;
  for (int i = 0; i < 51; ++i) many.emplace_back("a" + std::to_string(i) + "@example.com");
  EXPECT_EQ(code({{"recipients", many}}), "recipients too_many");
  const auto big = server.send(admin, "POST", "/files", {{"X-File-Name", "big.bin"}, {"Content-Type", "application/octet-stream"}},
                               std::string(21 << 20, 'b'));
  EXPECT_EQ(code({{"files", {big.id()}}}), "files file_too_large");
  EXPECT_TRUE(post_office.commands().empty());
}

TEST_P(MailApiTest, WhatMayGoLaterGoesLaterAndWhatIsRefusedIsTold) {
  ASSERT_EQ(configure().status, 200);
  post_office.answer_with([](const std::string& line) {
    return line.starts_with("RCPT TO:<ivan") ? "451 4.7.1 grey list" : line.starts_with("RCPT TO:<gone") ? "550 5.1.1 No such user" : "";
  });
  const auto later = queue(letter());
  const auto gone = queue(letter({{"recipients", {"gone@example.com"}}, {"subject", "Нет такого"}}));
  ASSERT_TRUE(becomes(gone, "failed"));
  EXPECT_EQ(text(gone, "error"), "mail_recipient");
  EXPECT_EQ(text(gone, "answer"), "<gone@example.com>: 550 5.1.1 No such user");
  EXPECT_TRUE(eventually([&] { return server.get(admin, "/notices").text.find("Нет такого") != std::string::npos; }));
  ASSERT_TRUE(eventually([&] { return text(later, "error") == "mail_busy"; }));
  EXPECT_EQ(text(later, "state"), "queued");
  const std::string message_id = text(later, "message_id");

  post_office.answer_with({});
  EXPECT_TRUE(post_office.taken().empty()) << "its time has not come";
  set(later, {{"next_at", ago(std::chrono::seconds(1))}});
  ASSERT_TRUE(becomes(later, "sent"));
  EXPECT_EQ(text(later, "tries"), "2");
  EXPECT_EQ(post_office.taken().at(0).header("Message-ID"), "<" + message_id + ">");
  EXPECT_EQ(server.call(admin, "POST", path(gone) + ":send-again").status, 200);
  EXPECT_TRUE(becomes(gone, "sent"));

  ASSERT_EQ(configure({{"password", "wrong"}}).status, 200);
  const auto id = queue(letter());
  ASSERT_TRUE(eventually([&] { return text(id, "error") == "mail_login"; }));
  EXPECT_EQ(text(id, "state"), "queued") << "the password may be put right";
  set(id, {{"next_at", ago(std::chrono::seconds(1))}, {"give_up_at", ago(std::chrono::seconds(1))}});
  EXPECT_TRUE(becomes(id, "failed"));
}

TEST_P(MailApiTest, ALetterThatTheServerMayHaveTakenIsNotSentAgain) {
  ASSERT_EQ(configure().status, 200);
  post_office.answer_with([](const std::string& line) { return line == "." ? "drop" : ""; });
  const auto broken = queue(letter());
  ASSERT_TRUE(becomes(broken, "failed"));
  EXPECT_EQ(text(broken, "error"), "mail_outcome_unknown");

  // Senders that died: one before the letter was handed over, one after.
  post_office.answer_with([](const std::string& line) { return line.starts_with("MAIL") ? "450 wait" : ""; });
  const auto before = queue(letter({{"subject", "до"}})), after = queue(letter({{"subject", "после"}}));
  for (const auto id : {before, after}) ASSERT_TRUE(eventually([&] { return text(id, "error") == "mail_busy"; }));
  post_office.answer_with({});
  set(before, {{"state", "sending"}, {"claimed_until", ago(std::chrono::seconds(1))}});
  set(after, {{"state", "sending"}, {"claimed_until", ago(std::chrono::seconds(1))}, {"handed_at", ago(std::chrono::seconds(9))}});
  ASSERT_TRUE(becomes(after, "failed"));
  EXPECT_EQ(text(after, "error"), "mail_outcome_unknown");
  set(before, {{"next_at", ago(std::chrono::seconds(1))}});
  ASSERT_TRUE(becomes(before, "sent"));
  EXPECT_EQ(post_office.taken().size(), 1u);
}

TEST_P(MailApiTest, WhatADeadNodeHadInHandGoesOnAsSoonAsItsLeaseIsOver) {
  ASSERT_EQ(configure().status, 200);
  auto& api = server.application().api();
  auto& database = api.services.database;
  if (database.dialect() == store::Dialect::kSqlite) GTEST_SKIP() << "a base of SQLite has one node";
  post_office.answer_with([](const std::string& line) { return line.starts_with("MAIL") ? "450 wait" : ""; });
  const auto before = queue(letter({{"subject", "до"}})), after = queue(letter({{"subject", "после"}}));
  for (const auto id : {before, after}) ASSERT_TRUE(eventually([&] { return text(id, "error") == "mail_busy"; }));
  post_office.answer_with({});

  // Given a node that holds both for minutes to come and lives.
  const auto now = base::SystemClock().now();
  const auto lease = [&](base::Instant until) {
    database.write({.name = "test_lease"}, [&](store::Connection& connection) {
      connection.prepare("test_lease_end", "DELETE FROM sys_lease WHERE name = 'mail far.1'").run();
      connection.prepare("test_lease", "INSERT INTO sys_lease(name, node, until) VALUES('mail far.1', 'far.1', $1)")
          .bind(1, base::to_micros(until))
          .run();
    });
  };
  lease(now + std::chrono::hours(1));
  json::object held{{"state", "sending"}, {"claimed_by", "far.1"}, {"claimed_until", base::to_string(now + std::chrono::minutes(5))}};
  held["next_at"] = ago(std::chrono::seconds(1));
  set(before, held);
  held["handed_at"] = ago(std::chrono::seconds(9));
  set(after, held);
  connect::Mailer other(api.services, api.files, api.notices, api.localizer, {});
  other.send_some();
  EXPECT_EQ(text(before, "state"), "sending");
  EXPECT_EQ(text(after, "state"), "sending");

  // When it says nothing any more.
  lease(now - std::chrono::seconds(1));
  api.mailer.wake();

  ASSERT_TRUE(becomes(before, "sent"));
  ASSERT_TRUE(becomes(after, "failed"));
  EXPECT_EQ(text(after, "error"), "mail_outcome_unknown");
}

TEST_P(MailApiTest, TwoNodesSendOneQueueAndEachLetterGoesOnce) {
  ASSERT_EQ(configure().status, 200);
  auto& api = server.application().api();
  const auto is_first = [](const std::string& line) { return line.starts_with("MAIL") ? "450 wait" : ""; };
  post_office.answer_with(is_first);
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 24; ++i) ids.push_back(queue(letter({{"subject", "Письмо " + std::to_string(i)}})));
  for (const auto id : ids) ASSERT_TRUE(eventually([&] { return text(id, "error") == "mail_busy"; }));
  post_office.answer_with({});
  connect::Mailer other(api.services, api.files, api.notices, api.localizer, {}),
      third(api.services, api.files, api.notices, api.localizer, {});
  for (const auto id : ids) set(id, {{"next_at", ago(std::chrono::seconds(1))}});
  std::thread one([&] {
    while (other.send_some()) {
    }
  }),
      two([&] {
        while (third.send_some()) {
        }
      });
  one.join();
  two.join();
  for (const auto id : ids) ASSERT_TRUE(becomes(id, "sent"));
  const auto taken = post_office.taken();
  EXPECT_EQ(taken.size(), ids.size());
  std::set<std::string> seen;
  for (const auto& each : taken) seen.insert(each.header("Message-ID"));
  EXPECT_EQ(seen.size(), ids.size());
}

TEST_P(MailApiTest, NoticesComeByMailAsEachUserChoosesAndOnce) {
  ASSERT_EQ(configure().status, 200);
  auto& api = server.application().api();
  const auto now_user = server.add_user("Сразу", {{"*", {{"read", "own"}}}}), daily = server.add_user("Утром", {{"*", {{"read", "all"}}}});
  const auto silent = server.add_user("Тихо", {{"*", {{"read", "all"}}}});
  EXPECT_EQ(server.call(now_user, "PATCH", "/me", {{"notice_mail", "at_once"}}).body.at("user").at("notice_mail").as_string(), "at_once");
  EXPECT_EQ(server.call(daily, "PATCH", "/me", {{"notice_mail", "daily"}}).status, 200);
  EXPECT_EQ(server.call(daily, "PATCH", "/me", {{"notice_mail", "hourly"}}).status, 400);
  const auto company = server.call(admin, "POST", "/companies", {{"name", "Покупатель"}}).id();
  const int entity = server.application().catalog().current()->require("company").id;
  for (const auto& user : {now_user, daily, silent}) {
    api.notices.add({{user.id, "assigned", entity, company, admin.id, {}, {}}, {user.id, "overdue", 0, 0, 0, {{"count", "3"}}, {}}});
  }
  // Read in the program: no letter.
  api.notices.add({{now_user.id, "overdue", 0, 0, 0, {{"count", "99"}}, {}}});
  const auto last = server.get(now_user, "/notices").body.at("items").at(0).at("id").as_int64();
  EXPECT_EQ(server.call(now_user, "POST", "/notices:read", {{"ids", {last}}}).status, 200);
  const auto zone = base::TimeZone::find("Europe/Moscow").value();
  const auto today = zone.start_of_day(zone.local_date(base::SystemClock().now()));
  server.application().database().write({.name = "test"}, [&](store::Connection& connection) {
    connection.prepare("test", "UPDATE sys_notice SET created_at = $1").bind(1, base::to_micros(today)).run();
  });
  base::ManualClock morning(today + std::chrono::hours(9));
  entity::Services services{api.services.database, api.services.catalog, api.services.records,
                            api.services.callers,  api.services.clock,   api.services.random};
  connect::NoticeMail notice_mail(services, api.localizer);
  notice_mail.queue_due();
  entity::Services at_eight{api.services.database, api.services.catalog, api.services.records, api.services.callers, morning,
                            api.services.random};
  connect::NoticeMail in_the_morning(at_eight, api.localizer);
  in_the_morning.queue_due();
  in_the_morning.queue_due();
  notice_mail.queue_due();
  ASSERT_TRUE(eventually([&] { return post_office.taken().size() >= 2; }));
  std::map<std::string, std::string> letters;
  for (const auto& taken : post_office.taken()) {
    const auto parsed = base::parse_json(http::testing::read_by_python(taken.data));
    EXPECT_TRUE(letters.emplace(taken.to.at(0), std::string(parsed.at("parts").at(0).at("text").as_string())).second) << "once";
    EXPECT_EQ(taken.header("Auto-Submitted"), "auto-generated");
  }
  ASSERT_EQ(letters.size(), 2u);
  std::string at_once, digest;
  for (const auto& [to, text] : letters) (text.find("Покупатель") == std::string::npos ? at_once : digest) = text;
  EXPECT_NE(digest.find("https://crm.example.ru/companies/" + std::to_string(company)), std::string::npos) << digest;
  EXPECT_NE(at_once.find("Просрочено дел: 3"), std::string::npos) << "a title that he may not read is left out: " << at_once;
  EXPECT_EQ(at_once.find("99"), std::string::npos);

  // What the program wrote itself goes after 90 days; a user's letter stays.
  const auto own = queue(letter());
  server.application().database().write({.name = "test"}, [&](store::Connection& connection) {
    connection.prepare("test", "UPDATE outgoing_mail SET created_at = $1 WHERE kind IN ('digest', 'message')")
        .bind(1, base::to_micros(base::SystemClock().now() - std::chrono::hours(24 * 91)))
        .run();
  });
  EXPECT_EQ(api.mailer.remove_old(), 1);
  EXPECT_EQ(api.mailer.remove_old(), 0);
  const auto left = server.get(admin, "/outgoing-mails?fields=kind&sort=id").body.at("items").as_array();
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left.at(0).at("kind").as_string(), "notice");
  EXPECT_EQ(left.at(1).at("id").as_int64(), own);
}

INSTANTIATE_TEST_SUITE_P(Databases, MailApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
