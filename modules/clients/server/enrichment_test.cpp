// The register of firms over its protocol, against a stand-in of this machine; and what works without it.
#include <condition_variable>
#include <map>
#include <mutex>

#include "server/app/tests/api_testing.hpp"

namespace clients {

namespace {

const char* const kParty = R"({"suggestions":[{"value":"ООО «РОМАШКА»","unrestricted_value":"ООО «РОМАШКА»","data":{
  "inn":"7707083893","kpp":"770701001","ogrn":"1027700132195","type":"LEGAL","branch_type":"MAIN","okved":"46.90","employee_count":12,
  "name":{"full_with_opf":"ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ «РОМАШКА»","short_with_opf":"ООО «РОМАШКА»","short":"Ромашка"},
  "opf":{"short":"ООО","full":"Общество с ограниченной ответственностью"},"management":{"name":"Иванова Мария Петровна","post":"ГЕНЕРАЛЬНЫЙ ДИРЕКТОР"},
  "state":{"status":"LIQUIDATING","registration_date":1029456000000},
  "address":{"value":"г Тверь, ул Свободы, д 5","unrestricted_value":"170100, г Тверь, ул Свободы, д 5","data":{"postal_code":"170100","country":"Россия",
    "region_with_type":"Тверская обл","city":"Тверь","street_with_type":"ул Свободы","house_type":"д","house":"5","flat_type":"офис","flat":"12",
    "geo_lat":"56.8587921","geo_lon":"35.9175965"}}}}]})";
const char* const kBank =
    R"({"suggestions":[{"value":"ПАО Сбербанк","data":{"bic":"044525225","swift":"SABRRUMM","correspondent_account":"30101810400000000225",
  "name":{"payment":"ПАО СБЕРБАНК"},"state":{"status":"ACTIVE"},"address":{"value":"г Москва"}}}]})";

// Answers what it is told and keeps what it was asked.
class StandIn {
 public:
  StandIn() {
    for (const std::string path : {"/rs/suggest/party", "/rs/findById/party", "/rs/suggest/bank", "/rs/suggest/address"}) {
      router_.add(http::Method::kPost, path, [this, path](const http::Request& request, http::Response& response) {
        std::unique_lock lock(mutex_);
        asked_[path] = base::parse_json(request.body).as_object();
        key_ = std::string(request.header("Authorization"));
        response.status = status_;
        response.body = answers_[path];
        silent_.wait(lock, [this] { return !is_silent_; });
      });
    }
    answers_ = {{"/rs/suggest/party", kParty},
                {"/rs/findById/party", kParty},
                {"/rs/suggest/bank", kBank},
                {"/rs/suggest/address", R"({"suggestions":[]})"}};
    http::ServerOptions options;
    options.port = 0;
    server_ = std::make_unique<http::Server>(options, router_,
                                             http::Server::Hooks{[](const http::Request&, std::exception_ptr, http::Response&) {}, {}});
    server_->start();
  }
  ~StandIn() {
    be_silent(false);
    server_->stop();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/rs/"; }
  void answer(const std::string& path, int status, const std::string& body) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    answers_["/rs/" + path] = body;
  }
  void be_silent(bool is_silent) {
    const std::lock_guard lock(mutex_);
    is_silent_ = is_silent;
    silent_.notify_all();
  }
  json::object asked(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return asked_["/rs/" + path];
  }
  std::string key() {
    const std::lock_guard lock(mutex_);
    return key_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable silent_;
  bool is_silent_ = false;
  int status_ = 200;
  std::map<std::string, std::string> answers_;
  std::map<std::string, json::object> asked_;
  std::string key_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
};

class EnrichmentTest : public app::ApiTest {
 protected:
  StandIn stand_in;
  app::ApiServer server{GetParam()};
  const app::TestUser& admin = server.admin();

  void connect() {
    const auto answer =
        server.call(admin, "PUT", "/settings/clients", {{"enrichment_url", stand_in.url()}, {"enrichment_key", "secret-key"}});
    ASSERT_EQ(answer.status, 200) << answer.text;
  }
  std::int64_t company(const json::object& values) {
    const auto answer = server.call(admin, "POST", "/companies?on_duplicate=create", values);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.id();
  }
};

TEST_P(EnrichmentTest, SuggestsAFirmAndSaysWhichIsKnown) {
  connect();
  auto answer = server.call(admin, "POST", "/companies:suggest", {{"query", "ромашка"}, {"limit", 3}});
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(stand_in.asked("suggest/party"), (json::object{{"query", "ромашка"}, {"count", 3}}));
  EXPECT_EQ(stand_in.key(), "Token secret-key");
  const auto& item = answer.body.at("items").at(0);
  EXPECT_EQ(item.at("status"), "liquidating");
  EXPECT_TRUE(item.at("known").is_null());
  // What it gives can be stored as it is.
  const std::int64_t id = company(item.at("values").as_object());
  const auto stored = server.get(admin, "/companies/" + std::to_string(id)).body;
  EXPECT_EQ(stored.at("name"), "Ромашка");
  EXPECT_EQ(stored.at("legal_form"), "ООО");
  EXPECT_EQ(stored.at("register_status"), "liquidating");
  EXPECT_EQ(stored.at("registered_on"), "2002-08-16");
  EXPECT_EQ(stored.at("employees").as_int64(), 12);
  EXPECT_EQ(stored.at("manager_name"), "Иванова Мария Петровна");
  const auto& address = stored.at("addresses").at(0);
  EXPECT_EQ(address.at("street"), "ул Свободы, д 5, офис 12");
  EXPECT_EQ(address.at("latitude"), "56.858792");
  EXPECT_EQ(address.at("kind"), "legal");
  answer = server.call(admin, "POST", "/companies:suggest", {{"query", "7707083893"}});
  EXPECT_EQ(answer.body.at("items").at(0).at("known").as_int64(), id);
}

TEST_P(EnrichmentTest, ShowsTheDifferenceBeforeItTakesIt) {
  connect();
  const std::int64_t id =
      company({{"name", "Ромашка и Ко"},
               {"inn", "7707083893"},
               {"okved", "46.90"},
               {"addresses",
                {{{"kind", "legal"}, {"text", "старый адрес"}}, {{"kind", "warehouse"}, {"text", "склад"}, {"opening_hours", "9–18"}}}}});
  const std::string path = "/companies/" + std::to_string(id);
  const auto shown = server.call(admin, "POST", path + ":enrich?dry_run=true");
  ASSERT_EQ(shown.status, 200) << shown.text;
  EXPECT_EQ(stand_in.asked("findById/party"), (json::object{{"query", "7707083893"}, {"count", 1}, {"branch_type", "MAIN"}}));
  EXPECT_FALSE(shown.body.at("applied").as_bool());
  std::map<std::string, json::value> before;
  for (const auto& change : shown.body.at("changes").as_array()) before[std::string(change.at("field").as_string())] = change.at("before");
  EXPECT_EQ(before.at("name"), "Ромашка и Ко");
  EXPECT_EQ(before.at("addresses"), "старый адрес");
  EXPECT_FALSE(before.contains("inn"));
  EXPECT_FALSE(before.contains("okved"));
  EXPECT_EQ(server.get(admin, path).body.at("version").as_int64(), 1);

  const auto taken = server.call(admin, "POST", path + ":enrich", {{"fields", {"kpp", "addresses", "manager_name"}}});
  ASSERT_EQ(taken.status, 200) << taken.text;
  EXPECT_TRUE(taken.body.at("applied").as_bool());
  const auto stored = server.get(admin, path).body;
  EXPECT_EQ(stored.at("name"), "Ромашка и Ко");
  EXPECT_EQ(stored.at("kpp"), "770701001");
  ASSERT_EQ(stored.at("addresses").as_array().size(), 2u);
  EXPECT_EQ(stored.at("addresses").at(0).at("text"), "170100, г Тверь, ул Свободы, д 5");
  EXPECT_EQ(stored.at("addresses").at(1).at("opening_hours"), "9–18");

  const std::int64_t nameless = company({{"name", "Без номера"}, {"inn", "7707083894"}});
  EXPECT_EQ(server.call(admin, "POST", "/companies/" + std::to_string(nameless) + ":enrich").status, 422);
}

TEST_P(EnrichmentTest, GivesBanksAndAddresses) {
  // Without a provider addresses are put in order by our own rules, firms and banks are refused.
  auto answer = server.call(admin, "POST", "/addresses:suggest", {{"query", "г.Тверь ул.Свободы д.5 кв 12 170100"}});
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_FALSE(answer.body.at("is_checked").as_bool());
  EXPECT_EQ(answer.body.at("items").at(0).at("values").at("city"), "Тверь");
  EXPECT_EQ(answer.body.at("items").at(0).at("values").at("postal_code"), "170100");
  answer = server.call(admin, "POST", "/banks:suggest", {{"query", "044525225"}});
  EXPECT_EQ(answer.status, 422) << answer.text;
  connect();
  answer = server.call(admin, "POST", "/banks:suggest", {{"query", "044525225"}});
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.body.at("items").at(0).at("values").at("correspondent"), "30101810400000000225");
  EXPECT_EQ(server.call(admin, "POST", "/addresses:suggest", {{"query", "Тверь"}}).body.at("is_checked").as_bool(), true);
}

TEST_P(EnrichmentTest, SaysInWordsWhatTheProviderRefuses) {
  connect();
  const std::map<int, std::pair<int, std::string>> kinds = {
      {401, {422, "ключ"}}, {403, {422, "лимит"}}, {413, {400, "длинн"}}, {429, {429, "реже"}}, {500, {503, "не ответила"}}};
  for (const auto& [status, wanted] : kinds) {
    stand_in.answer("suggest/party", status, "{}");
    const auto answer = server.send(admin, "POST", "/companies:suggest", {{"Accept-Language", "ru"}, {"Content-Type", "application/json"}},
                                    R"({"query":"x"})");
    EXPECT_EQ(answer.status, wanted.first) << status << " " << answer.text;
    EXPECT_NE(answer.text.find(wanted.second), std::string::npos) << status << " " << answer.text;
  }
  stand_in.answer("suggest/party", 200, "not json");
  EXPECT_EQ(server.call(admin, "POST", "/companies:suggest", {{"query", "x"}}).status, 503);
  stand_in.be_silent(true);
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(server.call(admin, "POST", "/companies:suggest", {{"query", "x"}}).status, 504);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(8));
}

TEST_P(EnrichmentTest, NeverGivesTheKeyBackAndKeepsItUntilItIsTakenAway) {
  connect();
  EXPECT_TRUE(server.get(admin, "/settings/clients").body.at("values").at("enrichment_key").is_null());
  EXPECT_EQ(server.call(admin, "PUT", "/settings/clients", {{"enrichment_url", stand_in.url()}, {"default_country", "KZ"}}).status, 200);
  EXPECT_EQ(server.call(admin, "POST", "/companies:suggest", {{"query", "x"}}).status, 200);
  EXPECT_EQ(server.call(admin, "PUT", "/settings/clients", {{"enrichment_url", stand_in.url()}, {"enrichment_key", nullptr}}).status, 200);
  EXPECT_EQ(server.call(admin, "POST", "/companies:suggest", {{"query", "x"}}).status, 422);
  const auto reader = server.add_user("Читатель", {{"company", {{"read", "all"}}}});
  EXPECT_EQ(server.call(reader, "POST", "/companies:suggest", {{"query", "x"}}).status, 403);
  EXPECT_EQ(server.call(reader, "PUT", "/settings/clients", {{"enrichment_key", "mine"}}).status, 403);
}

INSTANTIATE_TEST_SUITE_P(Databases, EnrichmentTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace clients
