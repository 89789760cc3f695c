// What the administration screens need: the company, modules, the demo job, sessions of others, texts in both languages.
#include "server/api/authenticator.hpp"
#include "server/app/tests/api_testing.hpp"

namespace app {

namespace {

class AdministrationApiTest : public ApiTest {
 protected:
  ApiServer server{GetParam()};
  const TestUser& admin = server.admin();
  const TestUser anna = server.add_user("Анна", {{"company", {{"read", "all"}}}});

  json::value company() { return server.get(admin, "/settings/company").body.at("values"); }
  json::value job(const Answer& started) {
    json::value row;
    const std::string path = "/jobs/" + std::to_string(started.id());
    EXPECT_TRUE(eventually([&] {
      row = server.get(admin, path).body;
      return row.at("finished_at").is_string();
    }));
    return row;
  }
  std::string code_of(const Answer& answer) {
    return answer.body.at("errors").as_array().empty() ? "" : std::string(answer.body.at("errors").at(0).at("code").as_string());
  }
  std::string path_of(const Answer& answer) { return std::string(answer.body.at("errors").at(0).at("path").as_string()); }
};

TEST_P(AdministrationApiTest, KeepsTheCompanysSettings) {
  EXPECT_EQ(company().at("base_currency").as_string(), "RUB");
  const auto put = server.call(admin, "PUT", "/settings/company",
                               {{"name", "ООО «Ромашка»"}, {"base_currency", "KZT"}, {"time_zone", "Asia/Almaty"}, {"language", "en"}});
  ASSERT_EQ(put.status, 200) << put.text;
  EXPECT_EQ(company().at("name").as_string(), "ООО «Ромашка»");
  // A part changes alone.
  ASSERT_EQ(server.call(admin, "PUT", "/settings/company", {{"name", "Ромашка"}}).status, 200);
  EXPECT_EQ(company().at("base_currency").as_string(), "KZT");
  const auto me = server.get(anna, "/me").body;
  EXPECT_EQ(me.at("currency").as_string(), "KZT");
  EXPECT_EQ(me.at("settings").at("company").as_string(), "Ромашка");
  EXPECT_EQ(server.call(anna, "PUT", "/settings/company", {{"name", "x"}}).status, 403);
  // New users begin with the company's language and time zone.
  const auto user = server.call(admin, "POST", "/users", {{"name", "Новый"}, {"email", "new@example.com"}});
  ASSERT_EQ(user.status, 201) << user.text;
  EXPECT_EQ(user.body.at("language").as_string(), "en");
  EXPECT_EQ(user.body.at("time_zone").as_string(), "Asia/Almaty");
}

TEST_P(AdministrationApiTest, RefusesWrongSettingsOfTheCompany) {
  const auto refused = [&](const json::value& body, std::string_view path, std::string_view code) {
    const auto answer = server.call(admin, "PUT", "/settings/company", body);
    EXPECT_EQ(answer.status, 400) << answer.text;
    EXPECT_EQ(path_of(answer), path);
    EXPECT_EQ(code_of(answer), code);
  };
  refused({{"base_currency", "rub"}}, "base_currency", "unknown_currency");
  refused({{"time_zone", "Moon/Base"}}, "time_zone", "unknown_time_zone");
  refused({{"language", "de"}}, "language", "unknown_option");
  refused({{"logo", 999}}, "logo", "file_not_found");
  refused({{"colour", "red"}}, "colour", "unknown_field");
  refused({{"name", 5}}, "name", "wrong_type");
}

TEST_P(AdministrationApiTest, FixesTheBaseCurrencyOnceMoneyExists) {
  ASSERT_EQ(server.call(admin, "PUT", "/settings/company", {{"base_currency", "USD"}}).status, 200);
  const auto deal = server.call(admin, "POST", "/companies", {{"name", "Ромашка"}, {"annual_revenue", "10.50"}});
  ASSERT_EQ(deal.status, 201) << deal.text;
  EXPECT_EQ(deal.body.at("annual_revenue").at("currency").as_string(), "USD");
  const auto refused = server.call(admin, "PUT", "/settings/company", {{"base_currency", "EUR"}, {"name", "Нет"}});
  EXPECT_EQ(refused.status, 422) << refused.text;
  EXPECT_NE(refused.text.find("annual_revenue"), std::string::npos);
  EXPECT_EQ(company().at("base_currency").as_string(), "USD");
  EXPECT_EQ(company().at("name").as_string(), "");
  EXPECT_EQ(server.call(admin, "PUT", "/settings/company", {{"base_currency", "USD"}}).status, 200);
}

TEST_P(AdministrationApiTest, ShowsTheLogoToEverybodyAndKeepsItsFile) {
  const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  const auto file = server.send(admin, "POST", "/files", {{"Content-Type", "application/octet-stream"}, {"X-File-Name", "logo.png"}}, png);
  ASSERT_EQ(file.status, 201) << file.text;
  const std::string path = "/files/" + std::to_string(file.id());
  EXPECT_EQ(server.get(anna, path).status, 404);
  ASSERT_EQ(server.call(admin, "PUT", "/settings/company", {{"logo", {{"id", file.id()}}}}).status, 200);
  EXPECT_EQ(server.get(anna, path).text, png);
  EXPECT_EQ(server.get(anna, "/me").body.at("settings").at("logo").as_string(), "/api/v1" + path);
  EXPECT_EQ(store::query_integer(server.application().database(), "SELECT count(*) FROM sys_file WHERE expires_at IS NULL"), 1);
  ASSERT_EQ(server.call(admin, "PUT", "/settings/company", {{"logo", nullptr}}).status, 200);
  EXPECT_EQ(server.get(anna, path).status, 404);
  EXPECT_EQ(store::query_integer(server.application().database(), "SELECT count(*) FROM sys_file WHERE expires_at IS NULL"), 0);
}

TEST_P(AdministrationApiTest, ListsTheModules) {
  const auto items = server.get(anna, "/modules").body.at("items").as_array();
  const auto sales =
      std::find_if(items.begin(), items.end(), [](const json::value& item) { return item.at("key").as_string() == "sales"; });
  ASSERT_NE(sales, items.end());
  EXPECT_EQ(sales->at("depends").as_array().size(), 1u);
  EXPECT_TRUE(sales->at("settings").at("properties").as_object().contains("require_next_step"));
  EXPECT_FALSE(sales->at("label").as_string().empty());
}

TEST_P(AdministrationApiTest, LoadsTheDemoCompanyOnceIntoAnEmptyBase) {
  EXPECT_EQ(server.call(anna, "POST", "/setup/demo", json::object{}).status, 403);
  const auto started = server.call(admin, "POST", "/setup/demo", json::object{});
  ASSERT_EQ(started.status, 202) << started.text;
  // It may take longer than `eventually` waits: each step counts.
  json::value row;
  do {
    row = server.get(admin, "/jobs/" + std::to_string(started.id())).body;
    ASSERT_NE(row.at("state").as_string(), "failed") << json::serialize(row);
  } while (row.at("finished_at").is_null());
  EXPECT_EQ(row.at("state").as_string(), "done") << json::serialize(row);
  EXPECT_EQ(server.call(admin, "POST", "/companies:count", json::object{}).status, 200);
  const auto again = job(server.call(admin, "POST", "/setup/demo", json::object{}));
  EXPECT_EQ(again.at("state").as_string(), "failed");
  EXPECT_EQ(again.at("problem").as_string(), "base_not_empty");
}

TEST_P(AdministrationApiTest, RefusesTheDemoCompanyBesideRealRecords) {
  ASSERT_EQ(server.call(admin, "POST", "/companies", {{"name", "Настоящая"}}).status, 201);
  const auto row = job(server.call(admin, "POST", "/setup/demo", json::object{}));
  EXPECT_EQ(row.at("problem").as_string(), "base_not_empty");
  EXPECT_EQ(store::query_integer(server.application().database(), "SELECT count(*) FROM company"), 1);
}

TEST_P(AdministrationApiTest, EndsSessionsOfOthers) {
  auto& authenticator = server.application().authenticator();
  const auto sign_in = [&] {
    http::Request request;
    request.remote_address = "10.0.0.1";
    std::string email;
    server.application().database().read({.name = "email"}, [&](store::Connection& connection) {
      auto statement = connection.prepare("email", "SELECT email FROM sys_user WHERE id = $1");
      statement.bind(1, anna.id).step();
      email = statement.text(0);
    });
    return authenticator.sign_in(email, "correct horse battery", request);
  };
  ASSERT_EQ(server.call(admin, "POST", "/users/" + std::to_string(anna.id) + "/password", {{"password", "correct horse battery"}}).status,
            204);
  sign_in();
  const auto second = sign_in();
  const std::string path = "/users/" + std::to_string(anna.id) + "/sessions";
  auto items = server.get(admin, path).body.at("items").as_array();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(server.get(anna, path).status, 403);
  EXPECT_EQ(server.call(admin, "DELETE", path + "/" + std::to_string(items[1].at("id").as_int64())).status, 204);
  EXPECT_EQ(server.get(admin, path).body.at("items").as_array().size(), 1u);
  EXPECT_EQ(server.send({}, "GET", "/me", {{"Cookie", "matvey_session=" + second.token}}).status, 200);
  EXPECT_EQ(server.call(admin, "DELETE", path).status, 204);
  EXPECT_EQ(server.send({}, "GET", "/me", {{"Cookie", "matvey_session=" + second.token}}).status, 401);
  EXPECT_EQ(server.get(admin, "/users/99999/sessions").status, 404);
}

TEST_P(AdministrationApiTest, TakesSessionsAndKeysFromWhoeverIsSwitchedOff) {
  const std::string user = "/users/" + std::to_string(anna.id);
  EXPECT_EQ(server.get(anna, "/me").status, 200);
  ASSERT_EQ(server.call(admin, "PATCH", user, {{"is_active", false}}).status, 200);
  EXPECT_EQ(server.get(anna, "/me").status, 401);
  ASSERT_EQ(server.call(admin, "PATCH", user, {{"is_active", true}}).status, 200);
  EXPECT_EQ(server.get(anna, "/me").status, 401) << "the key must not come back";
}

INSTANTIATE_TEST_SUITE_P(Databases, AdministrationApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
