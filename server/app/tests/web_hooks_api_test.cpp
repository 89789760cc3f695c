// Web hooks: what is sent, to whom, signed how, and again when it was not taken; the audit and the state of the program.
#include <deque>
#include <mutex>

#include "server/app/tests/api_testing.hpp"
#include "server/connect/web_hooks/web_hooks.hpp"

namespace app {

namespace {

// The other program: keeps what it is sent and answers with `status`.
class Receiver {
 public:
  struct Sent {
    std::string body, signature;
    json::value parsed;
  };

  Receiver() {
    router_.add(http::Method::kPost, "/hook", [this](const http::Request& request, http::Response& response) {
      const std::lock_guard lock(mutex_);
      sent_.push_back({std::string(request.body), std::string(request.header("Matvey-Signature")), base::parse_json(request.body)});
      response.status = status_;
      response.body = "{}";
    });
    http::ServerOptions options;
    options.port = 0;
    server_ = std::make_unique<http::Server>(options, router_,
                                             http::Server::Hooks{[](const http::Request&, std::exception_ptr, http::Response&) {}, {}});
    server_->start();
  }
  ~Receiver() { server_->stop(); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/hook"; }
  void answer_with(int status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  std::deque<Sent> sent() {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  std::mutex mutex_;
  std::deque<Sent> sent_;
  int status_ = 204;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
};

class WebHooksApiTest : public ApiTest {
 protected:
  Receiver receiver;
  ApiServer server{GetParam(), {"--web_hooks.allowed_hosts=127.0.0.1"}};
  const TestUser& admin = server.admin();

  Answer make_hook(json::object more = {}) {
    more["url"] = receiver.url();
    return server.call(admin, "POST", "/web-hooks", more);
  }
  json::array journal(std::int64_t hook) {
    return server.get(admin, "/web-hooks/" + std::to_string(hook) + "/deliveries").body.at("items").as_array();
  }
};

TEST_P(WebHooksApiTest, SendsAChangeWithinTwoSecondsAndSignsIt) {
  const auto hook = make_hook({{"entities", {"task"}}, {"actions", {"created"}}});
  ASSERT_EQ(hook.status, 201) << hook.text;
  const std::string secret(hook.body.at("secret").as_string());
  EXPECT_FALSE(server.get(admin, "/web-hooks/" + std::to_string(hook.id())).body.as_object().contains("secret"));

  const auto started = std::chrono::steady_clock::now();
  const auto task = server.call(admin, "POST", "/tasks", {{"name", "Позвонить"}});
  server.call(admin, "PATCH", "/tasks/" + std::to_string(task.id()), {{"name", "Написать"}});
  ASSERT_TRUE(eventually([&] { return !receiver.sent().empty(); }));
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(8));
  const auto sent = receiver.sent().front();
  EXPECT_EQ(sent.parsed.at("action").as_string(), "created");
  EXPECT_EQ(sent.parsed.at("entity").as_string(), "task");
  EXPECT_EQ(sent.parsed.at("record").as_int64(), task.id());
  const auto comma = sent.signature.find(",v1=");
  ASSERT_NE(comma, std::string::npos);
  const std::int64_t seconds = std::stoll(sent.signature.substr(2, comma - 2));
  EXPECT_EQ(connect::web_hook_signature(secret, seconds, sent.body), sent.signature);
  ASSERT_TRUE(eventually([&] { return journal(hook.id()).at(0).at("state").as_string() == "done"; }));
  EXPECT_EQ(journal(hook.id()).size(), 1u);
}

TEST_P(WebHooksApiTest, SeesOnlyWhatItsOwnerMayRead) {
  const auto vera = server.add_user("Вера", {{"task", {{"read", "own"}, {"create", "own"}, {"hidden", {"result"}}}}});
  const auto hook = make_hook({{"entities", {"task"}}, {"owner", vera.id}});
  ASSERT_EQ(hook.status, 201) << hook.text;
  server.call(admin, "POST", "/tasks", {{"name", "Чужое"}});
  const auto own = server.call(admin, "POST", "/tasks", {{"name", "Для Веры"}, {"owner", vera.id}, {"result", "секрет"}});
  ASSERT_TRUE(eventually([&] { return !receiver.sent().empty(); }));
  ASSERT_TRUE(eventually([&] { return !journal(hook.id()).empty(); }));
  EXPECT_EQ(journal(hook.id()).size(), 1u);
  const auto sent = receiver.sent().front();
  EXPECT_EQ(sent.parsed.at("record").as_int64(), own.id());
  EXPECT_EQ(sent.body.find("секрет"), std::string::npos);
  EXPECT_EQ(sent.body.find("result"), std::string::npos);
  EXPECT_EQ(make_hook({{"entities", {"task"}}, {"owner", vera.id}, {"fields", {"result"}}}).status, 400);
}

TEST_P(WebHooksApiTest, SendsOnlyChosenFieldsOfRecordsThatPassItsFilter) {
  const json::object filter = {{"field", "priority"}, {"op", "eq"}, {"value", "high"}};
  const auto hook = make_hook({{"entities", {"task"}}, {"filter", filter}, {"fields", {"name"}}});
  ASSERT_EQ(hook.status, 201) << hook.text;
  server.call(admin, "POST", "/tasks", {{"name", "Обычное"}});
  server.call(admin, "POST", "/tasks", {{"name", "Срочное"}, {"priority", "high"}});
  ASSERT_TRUE(eventually([&] { return !receiver.sent().empty(); }));
  const auto data = receiver.sent().front().parsed.at("data").as_object();
  EXPECT_EQ(data.at("name").as_string(), "Срочное");
  EXPECT_FALSE(data.contains("priority"));
}

TEST_P(WebHooksApiTest, ConsumersAreEnrolledBeforeAnybodyCanWrite) {
  auto& application = server.application();
  const auto consumers = application.api().dispatcher.states().size();
  EXPECT_GT(consumers, 3u);
  EXPECT_EQ(store::query_integer(application.database(), "SELECT count(*) FROM sys_consumer"), static_cast<std::int64_t>(consumers));
}

TEST_P(WebHooksApiTest, TriesAgainWhatWasNotTakenAndReplaysOnDemand) {
  receiver.answer_with(400);
  const auto hook = make_hook({{"entities", {"task"}}});
  server.call(admin, "POST", "/tasks", {{"name", "Позвонить"}});
  ASSERT_TRUE(eventually([&] {
    const auto rows = journal(hook.id());
    return !rows.empty() && rows.front().at("attempts").as_int64() > 0;
  }));
  const auto row = journal(hook.id()).front();
  EXPECT_EQ(row.at("state").as_string(), "waiting");
  EXPECT_EQ(row.at("status").as_int64(), 400);
  EXPECT_FALSE(row.at("next_at").is_null());
  EXPECT_FALSE(server.get(admin, "/web-hooks/" + std::to_string(hook.id())).body.at("failing_since").is_null());

  receiver.answer_with(200);
  const std::string path = "/web-hooks/" + std::to_string(hook.id()) + "/deliveries/" + std::to_string(row.at("id").as_int64()) + ":replay";
  EXPECT_EQ(server.call(admin, "POST", path).status, 202);
  EXPECT_TRUE(eventually([&] { return journal(hook.id()).front().at("state").as_string() == "done"; }));
  EXPECT_TRUE(server.get(admin, "/web-hooks/" + std::to_string(hook.id())).body.at("failing_since").is_null());
}

TEST_P(WebHooksApiTest, RefusesAddressesOfTheInternalNetwork) {
  ApiServer guarded(GetParam());
  const auto hook = guarded.call(guarded.admin(), "POST", "/web-hooks", {{"url", receiver.url()}, {"entities", {"task"}}});
  ASSERT_EQ(hook.status, 201) << hook.text;
  guarded.call(guarded.admin(), "POST", "/tasks", {{"name", "Позвонить"}});
  const std::string path = "/web-hooks/" + std::to_string(hook.id());
  ASSERT_TRUE(eventually([&] { return guarded.get(guarded.admin(), path).body.at("last_error").as_string() == "private_address"; }));
  EXPECT_TRUE(receiver.sent().empty());
  for (const char* url : {"ftp://example.com/", "file:///etc/passwd", "https://user:word@example.com/", "nonsense"}) {
    EXPECT_EQ(guarded.call(guarded.admin(), "POST", "/web-hooks", {{"url", url}}).status, 400) << url;
  }
}

TEST_P(WebHooksApiTest, LetsOnlyAdministratorsSeeHooksTheAuditAndTheState) {
  const auto boris = server.add_user("Борис", {{"*", {{"read", "all"}}}});
  for (const char* path : {"/web-hooks", "/audit", "/system/status"}) EXPECT_EQ(server.get(boris, path).status, 403) << path;
}

TEST_P(WebHooksApiTest, FindsChangesInTheAuditByWhoWhatAndWhen) {
  const auto boris = server.add_user("Борис", {{"*", {{"read", "all"}, {"create", "all"}, {"update", "all"}}}});
  const auto task = server.call(boris, "POST", "/tasks", {{"name", "Раз"}});
  server.call(boris, "PATCH", "/tasks/" + std::to_string(task.id()), {{"name", "Два"}});
  server.call(admin, "POST", "/tasks", {{"name", "Три"}});
  const auto items = [&](const std::string& query) { return server.get(admin, "/audit?" + query).body.at("items").as_array(); };
  const auto found = items("entity=task&user=" + std::to_string(boris.id));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found.at(0).at("action").as_string(), "updated");
  EXPECT_EQ(found.at(0).at("changes").at(0).at("new").as_string(), "Два");
  EXPECT_EQ(items("entity=task&action=created").size(), 2u);
  EXPECT_EQ(items("entity=task&after=2100-01-01").size(), 0u);
  EXPECT_EQ(items("entity=task&before=2001-01-01").size(), 0u);
  EXPECT_EQ(items("entity=task&after=2001-01-01&before=2100-01-01").size(), 3u);

  const auto first = server.get(admin, "/audit?entity=task&limit=2").body;
  ASSERT_FALSE(first.at("next").is_null());
  const auto second = server.get(admin, "/audit?entity=task&limit=2&cursor=" + std::string(first.at("next").as_string())).body;
  EXPECT_EQ(second.at("items").as_array().size(), 1u);
}

TEST_P(WebHooksApiTest, ShowsTheStateOfTheProgramAndItsMetrics) {
  const auto state = server.get(admin, "/system/status");
  ASSERT_EQ(state.status, 200) << state.text;
  EXPECT_GT(state.body.at("database").at("size_bytes").as_int64(), 0);
  bool has_hooks = false;
  for (const auto& consumer : state.body.at("consumers").as_array())
    has_hooks = has_hooks || consumer.at("name").as_string() == "web_hooks";
  EXPECT_TRUE(has_hooks);
  const auto metrics = server.send({}, "GET", "//metrics", {});
  EXPECT_EQ(metrics.status, 200);
  EXPECT_NE(metrics.text.find("matvey_memory_bytes "), std::string::npos);
  EXPECT_NE(metrics.text.find("matvey_query_calls_total{"), std::string::npos);
  EXPECT_EQ(server.send({}, "GET", "//health", {}).body.at("status").as_string(), "ok");
}

INSTANTIATE_TEST_SUITE_P(Databases, WebHooksApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
