// Invitations and new passwords by links from letters.
#include "server/app/tests/api_testing.hpp"
#include "server/http/smtp/smtp_testing.hpp"

namespace app {

namespace {

using http::testing::SmtpStandIn;

class PasswordLinksApiTest : public ApiTest {
 protected:
  SmtpStandIn post_office;
  ApiServer server{GetParam()};
  const TestUser& admin = server.admin();

  void set_up_mail() {
    const auto answer = server.call(admin, "PUT", "/settings/mail-server",
                                    {{"host", "127.0.0.1"},
                                     {"port", post_office.port()},
                                     {"security", "none"},
                                     {"from_address", "crm@example.ru"},
                                     {"site_url", "https://crm.example.ru"}});
    ASSERT_EQ(answer.status, 200) << answer.text;
  }
  Answer open(std::string_view path, const json::object& body) { return server.call({}, "POST", path, body); }
  int sign_in(const char* email, const char* password) { return open("/session", {{"email", email}, {"password", password}}).status; }
  std::int64_t user(const char* email) { return server.call(admin, "POST", "/users", {{"name", "Вера Новая"}, {"email", email}}).id(); }
  // The secret of the n-th letter's link.
  std::string secret(std::size_t n) {
    EXPECT_TRUE(eventually([&] { return post_office.taken().size() > n; }));
    const auto letter = post_office.taken().at(n);
    const auto text = base::parse_json(http::testing::read_by_python(letter.data)).at("parts").at(0).at("text").as_string();
    const std::string body(text);
    const auto at = body.find("https://crm.example.ru/set-password#");
    EXPECT_NE(at, std::string::npos) << body;
    const auto from = body.find('#', at) + 1;
    return body.substr(from, body.find_first_of("\r\n ", from) - from);
  }
};

TEST_P(PasswordLinksApiTest, AnInvitedUserChoosesAPasswordOnce) {
  const auto vera = user("vera@example.ru");
  const std::string invite = "/users/" + std::to_string(vera) + ":invite";
  EXPECT_EQ(server.call(admin, "POST", invite).status, 422) << "no mail server yet";
  set_up_mail();
  const auto boris = server.add_user("Борис", {{"*", {{"read", "all"}}}});
  EXPECT_EQ(server.call(boris, "POST", invite).status, 403);
  const auto invited = server.call(admin, "POST", invite);
  ASSERT_EQ(invited.status, 202) << invited.text;
  const std::string first = secret(0);
  EXPECT_EQ(post_office.taken().at(0).to, std::vector<std::string>{"vera@example.ru"});
  const auto row = server.get(admin, "/outgoing-mails/" + std::to_string(invited.body.at("letter").as_int64()));
  EXPECT_EQ(row.text.find(first), std::string::npos) << "the secret is stored nowhere";
  const auto read = open("/password-link:read", {{"token", first}});
  EXPECT_EQ(read.body.at("email").as_string(), "vera@example.ru");
  EXPECT_EQ(read.body.at("kind").as_string(), "invitation");

  server.call(admin, "POST", invite);
  const std::string second = secret(1);
  EXPECT_EQ(open("/password-link:read", {{"token", first}}).status, 404) << "the newest counts";
  EXPECT_EQ(open("/password-link:use", {{"token", second}, {"password", "12345678"}}).status, 400);
  EXPECT_EQ(open("/password-link:use", {{"token", second}, {"password", "длинный пароль"}}).status, 204);
  EXPECT_EQ(sign_in("vera@example.ru", "длинный пароль"), 200);
  const auto again = open("/password-link:use", {{"token", second}, {"password", "другой пароль"}});
  EXPECT_EQ(again.status, 404);
  EXPECT_EQ(again.body.at("code").as_string(), "password_link_closed");
  EXPECT_EQ(open("/password-link:read", {{"token", std::string(5000, 'x')}}).status, 404);
}

TEST_P(PasswordLinksApiTest, AForgottenPasswordIsChangedAndNobodyLearnsWhoIsHere) {
  EXPECT_FALSE(server.get({}, "/password-reset").body.at("is_on").as_bool());
  set_up_mail();
  EXPECT_TRUE(server.get({}, "/password-reset").body.at("is_on").as_bool());
  const auto vera = user("vera@example.ru");
  const std::string path = "/users/" + std::to_string(vera);
  EXPECT_EQ(server.call(admin, "POST", path + "/password", {{"password", "старый пароль"}}).status, 204);
  const auto session = open("/session", {{"email", "vera@example.ru"}, {"password", "старый пароль"}});
  const auto known = open("/password-reset", {{"email", "Vera@Example.ru"}}),
             unknown = open("/password-reset", {{"email", "nobody@example.ru"}});
  EXPECT_EQ(known.status, 202);
  EXPECT_EQ(known.text, unknown.text);
  EXPECT_EQ(known.status, unknown.status);
  const std::string first = secret(0);
  EXPECT_EQ(open("/password-link:use", {{"token", first}, {"password", "новый пароль"}}).status, 204);
  EXPECT_EQ(sign_in("vera@example.ru", "старый пароль"), 401);
  EXPECT_EQ(sign_in("vera@example.ru", "новый пароль"), 200);
  const std::string cookie(session.raw.header("Set-Cookie").substr(0, session.raw.header("Set-Cookie").find(';')));
  EXPECT_EQ(server.send({}, "GET", "/me", {{"Cookie", cookie}}).status, 401) << "sessions ended with the old password";

  // A new address ends the links that went to the old one; who is switched off gets none; three letters an hour are enough.
  open("/password-reset", {{"email", "vera@example.ru"}});
  const std::string second = secret(1);
  EXPECT_EQ(server.call(admin, "PATCH", path, {{"email", "vera@new.example.ru"}}).status, 200);
  EXPECT_EQ(open("/password-link:read", {{"token", second}}).status, 404);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(open("/password-reset", {{"email", "vera@new.example.ru"}}).status, 202);
  const std::string third = secret(2);
  EXPECT_EQ(server.call(admin, "PATCH", path, {{"is_active", false}}).status, 200);
  EXPECT_EQ(open("/password-link:use", {{"token", third}, {"password", "новейший пароль"}}).status, 404);
  for (int i = 0; i < 4; ++i) open("/password-reset", {{"email", "admin@example.com"}});
  EXPECT_EQ(open("/password-reset", {{"email", "admin@example.com"}}).status, 429) << "ten requests an hour from one address";
  secret(3);
  EXPECT_LE(post_office.taken().size(), 6u);
  EXPECT_EQ(post_office.taken().at(2).to, std::vector<std::string>{"vera@new.example.ru"});
}

INSTANTIATE_TEST_SUITE_P(Databases, PasswordLinksApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
