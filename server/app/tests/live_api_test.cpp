// The stream of changes goes on where the first read stood.
#include <algorithm>
#include <mutex>

#include "server/app/tests/api_testing.hpp"
#include "server/base/json.hpp"

namespace app {

namespace {

// Keeps what a listener is told: "hello", "change 7".
class Told : public http::EventStream {
 public:
  bool send(std::string_view event, std::string_view, std::string_view data) override {
    const std::lock_guard lock(mutex_);
    std::string line(event);
    if (event == "change") line += " " + json::serialize(json::parse(data).at("id"));
    lines_.push_back(std::move(line));
    return true;
  }
  bool is_open() const override { return true; }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  bool has(const std::string& line) const {
    const auto known = lines();
    return std::find(known.begin(), known.end(), line) != known.end();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class LiveApiTest : public ApiTest {
 protected:
  ApiServer server{GetParam()};
  const TestUser& admin = server.admin();

  std::shared_ptr<Told> listen(const std::string& position) {
    auto told = std::make_shared<Told>();
    server.live().add(told, {admin.key, true}, position);
    return told;
  }
  // Awaits that the event may be told: PostgreSQL tells none while an older transaction runs, be it in another test's base.
  std::string create() {
    const std::int64_t id = server.call(admin, "POST", "/companies", {{"name", "Ромашка"}}).id();
    EXPECT_TRUE(eventually([&] {
      const auto items = server.get(admin, "/events?entities=company&limit=1000").body.at("items").as_array();
      return std::any_of(items.begin(), items.end(), [&](const json::value& item) { return item.at("id") == id; });
    }));
    return "change " + std::to_string(id);
  }
};

TEST_P(LiveApiTest, TellsWhatCameBetweenTheFirstReadAndTheStream) {
  const std::string earlier = create();
  const std::string position(server.get(admin, "/session").body.at("live_position").as_string());
  const std::string between = create();
  const auto told = listen(position);
  ASSERT_TRUE(eventually([&] { return told->has("hello"); }));
  const std::string later = create();
  ASSERT_TRUE(eventually([&] { return told->has(later); }));
  auto lines = told->lines();
  std::erase_if(lines, [](const std::string& line) { return line == "notice" || line == "metadata"; });
  EXPECT_EQ(lines, (std::vector<std::string>{between, "hello", later})) << "not " << earlier;
}

TEST_P(LiveApiTest, WelcomesAllWhoComeAtOnce) {
  std::vector<std::shared_ptr<Told>> all;
  for (int at = 0; at < 50; ++at) all.push_back(listen(""));
  for (const auto& one : all) ASSERT_TRUE(eventually([&] { return one->has("hello"); }));
  const std::string change = create();
  for (const auto& one : all) EXPECT_TRUE(eventually([&] { return one->has(change); }));
}

INSTANTIATE_TEST_SUITE_P(Databases, LiveApiTest, store::kBothDatabases, store::database_name);

}  // namespace

}  // namespace app
