// Forms from the visitor's side, on both bases.
#include "modules/intake/server/forms/form.hpp"
#include "modules/intake/server/forms/form_page.hpp"
#include "server/app/tests/api_testing.hpp"
#include "server/http/syntax/url.hpp"

namespace intake {

namespace {

class FormTest : public app::ApiTest {
 protected:
  app::ApiServer server{GetParam()};
  const app::TestUser nobody;
  std::string key, origin = "https://example.ru";

  void make_form(json::object values = {}) {
    values.emplace("name", "Заявка");
    values.emplace("min_seconds", 0);
    values.emplace("consent_text", "Согласен на обработку");
    values.emplace("consent_version", "2026-11");
    values.emplace("allowed_origins", json::array{origin});
    const auto answer = server.call(server.admin(), "POST", "/web-forms", values);
    ASSERT_EQ(answer.status, 201) << answer.text;
    key = answer.body.at("key").as_string();
  }
  std::string token() {
    const auto page = server.send(nobody, "GET", "//forms/" + key, {});
    const std::string mark = "name=\"token\" value=\"";
    const auto at = page.text.find(mark);
    EXPECT_NE(at, std::string::npos) << page.text;
    const auto from = at + mark.size();
    return page.text.substr(from, page.text.find('"', from) - from);
  }
  app::Answer submit(const std::vector<std::pair<std::string, std::string>>& fields, app::ApiServer::Headers headers = {}) {
    std::string body;
    for (const auto& [name, value] : fields) body += (body.empty() ? "" : "&") + name + "=" + http::percent_encode(value);
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    headers.emplace_back("Accept", "application/json");
    return server.send(nobody, "POST", "//forms/" + key + "/submit", headers, body);
  }
  json::array rows(const std::string& path) { return server.get(server.admin(), path).body.at("items").as_array(); }
  std::vector<std::pair<std::string, std::string>> good(const std::string& token_text) {
    return {{"token", token_text},      {"person_name", "Иван"}, {"phone", "8 (912) 345-67-89"},
            {"comment", "Нужен насос"}, {"consent", "1"},        {"utm_source", "ya"}};
  }
};

TEST_P(FormTest, ASubmissionBecomesALeadOnceHoweverOftenItIsSent) {
  make_form();
  const auto given = token();
  const auto first = submit(good(given));
  ASSERT_EQ(first.status, 200) << first.text;
  EXPECT_TRUE(first.body.at("ok").as_bool());
  EXPECT_EQ(submit(good(given)).status, 200);
  const auto leads = rows("/leads?fields=name,phones,utm_source,source,comment,owner");
  ASSERT_EQ(leads.size(), 1u);
  EXPECT_EQ(leads[0].at("name").as_string(), "Заявка: Иван");
  EXPECT_EQ(leads[0].at("utm_source").as_string(), "ya");
  EXPECT_EQ(leads[0].at("source").as_string(), "site");
  EXPECT_EQ(leads[0].at("phones").as_array()[0].at("e164").as_string(), "+79123456789");
  EXPECT_TRUE(leads[0].at("owner").is_null());
}

TEST_P(FormTest, ASecondRequestOfTheSamePersonJoinsTheFirst) {
  make_form();
  EXPECT_EQ(submit(good(token())).status, 200);
  auto again = good(token());
  again[3].second = "И ещё монтаж";
  EXPECT_EQ(submit(again).status, 200);
  const auto leads = rows("/leads?fields=comment");
  ASSERT_EQ(leads.size(), 1u);
  EXPECT_EQ(leads[0].at("comment").as_string(), "Нужен насос\n\nИ ещё монтаж");
  EXPECT_EQ(rows("/form-submissions?filter[state]=joined").size(), 1u);
}

TEST_P(FormTest, WhatIsMissingOrWrongIsNamedByField) {
  make_form();
  const auto answer = submit({{"token", token()}, {"phone", "12"}, {"email", "не почта"}});
  ASSERT_EQ(answer.status, 400) << answer.text;
  std::string paths;
  for (const auto& error : answer.body.at("errors").as_array()) paths += std::string(error.at("path").as_string()) + " ";
  EXPECT_EQ(paths, "person_name phone email consent ");
  EXPECT_TRUE(rows("/leads").empty());
}

TEST_P(FormTest, RobotsAreKeptApartAndNotTold) {
  make_form();
  auto fields = good(token());
  fields.emplace_back("website", "http://spam.example");
  EXPECT_EQ(submit(fields).status, 200);
  EXPECT_TRUE(rows("/leads").empty());
  EXPECT_EQ(rows("/form-submissions?filter[state]=spam").size(), 1u);
  EXPECT_EQ(submit(good("1.2.3")).status, 422);
  EXPECT_EQ(submit(good("")).status, 422);
}

TEST_P(FormTest, TooFastAndTooOftenAreRefused) {
  make_form({{"min_seconds", 60}});
  const auto fast = submit(good(token()));
  EXPECT_EQ(fast.status, 422) << fast.text;
  EXPECT_NE(fast.text.find("form_too_fast"), std::string::npos);
  make_form({{"per_hour", 2}, {"join_minutes", 0}});
  EXPECT_EQ(submit(good(token())).status, 200);
  EXPECT_EQ(submit(good(token())).status, 200);
  EXPECT_EQ(submit(good(token())).status, 429);
  EXPECT_EQ(rows("/leads").size(), 2u);
}

TEST_P(FormTest, OnlyAllowedSitesMaySend) {
  make_form();
  const auto foreign = submit(good(token()), {{"Origin", "https://evil.example"}});
  EXPECT_EQ(foreign.status, 403) << foreign.text;
  const auto allowed = submit(good(token()), {{"Origin", origin}});
  EXPECT_EQ(allowed.status, 200) << allowed.text;
  EXPECT_EQ(allowed.raw.header("access-control-allow-origin"), origin);
  const auto preflight = server.send(nobody, "OPTIONS", "//forms/" + key + "/submit", {{"Origin", "https://evil.example"}});
  EXPECT_EQ(preflight.raw.header("access-control-allow-origin"), "");
  const auto script = server.send(nobody, "GET", "//forms/" + key + "/embed.js", {});
  EXPECT_EQ(script.status, 200);
  EXPECT_NE(script.text.find("Согласен на обработку"), std::string::npos);
  EXPECT_EQ(server.send(nobody, "GET", "//forms/nothing", {}).status, 404);
}

TEST_P(FormTest, TheConsentIsInTheRegisterAsSoonAsThereIsAContact) {
  make_form();
  EXPECT_EQ(submit(good(token())).status, 200);
  EXPECT_TRUE(rows("/consents").empty());
  const auto lead = rows("/leads?fields=id")[0].at("id").as_int64();
  const auto converted = server.call(server.admin(), "POST", "/leads/" + std::to_string(lead) + ":convert", json::object{});
  ASSERT_EQ(converted.status, 200) << converted.text;
  ASSERT_TRUE(app::eventually([&] { return rows("/consents").size() == 1; }));
  const auto consent = server.get(server.admin(), "/consents/" + std::to_string(rows("/consents")[0].at("id").as_int64())).body;
  EXPECT_EQ(consent.at("text").as_string(), "Согласен на обработку");
  EXPECT_EQ(consent.at("text_version").as_string(), "2026-11");
  EXPECT_EQ(consent.at("contact").at("id"), converted.body.at("contact").at("id"));
  EXPECT_EQ(consent.at("data_list").as_string(), "person_name, phone, comment");
  // A known person's consent is written at once.
  EXPECT_EQ(submit(good(token())).status, 200);
  EXPECT_TRUE(app::eventually([&] { return rows("/consents").size() == 2; }));
}

TEST_P(FormTest, FilesComeAlongUpToTheLimits) {
  make_form({{"form_fields", {{{"key", "phone"}, {"required", true}}, {{"key", "file"}}}}, {"max_files", 1}});
  const auto send = [&](int files) {
    std::string body;
    const auto part = [&](const std::string& head, const std::string& value) {
      body += "--XX\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + value + "\r\n";
    };
    part("name=\"token\"", token());
    part("name=\"phone\"", "8 912 345 67 89");
    part("name=\"consent\"", "1");
    for (int i = 0; i < files; ++i) part("name=\"file\"; filename=\"plan.txt\"", "чертёж");
    body += "--XX--\r\n";
    return server.send(nobody, "POST", "//forms/" + key + "/submit",
                       {{"Content-Type", "multipart/form-data; boundary=XX"}, {"Accept", "application/json"}}, body);
  };
  EXPECT_EQ(send(2).status, 400);
  const auto sent = send(1);
  ASSERT_EQ(sent.status, 200) << sent.text;
  const auto id = rows("/leads?fields=id")[0].at("id").as_int64();
  const auto lead = server.get(server.admin(), "/leads/" + std::to_string(id)).body;
  ASSERT_EQ(lead.at("files").as_array().size(), 1u);
  EXPECT_EQ(lead.at("files").as_array()[0].at("name").as_string(), "plan.txt");
}

TEST(FormTokenTest, TokensAreOfOneFormAndCannotBeMade) {
  base::SystemRandom random;
  const auto now = *base::parse_instant("2026-11-22T06:00:00Z");
  const auto token = make_token("secret", "form", now, random);
  ASSERT_TRUE(read_token("secret", "form", token));
  EXPECT_EQ(read_token("secret", "form", token)->issued, now);
  EXPECT_FALSE(read_token("secret", "other", token));
  EXPECT_FALSE(read_token("guess", "form", token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto bent = token;
    bent[i] = bent[i] == '1' ? '2' : '1';
    EXPECT_FALSE(read_token("secret", "form", bent)) << i;
    EXPECT_FALSE(read_token("secret", "form", token.substr(0, i)));
  }
  EXPECT_EQ(escape_html("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
}

INSTANTIATE_TEST_SUITE_P(Databases, FormTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace intake
