// Several nodes behind pgbouncer with transaction pooling (MATVEY_TEST_POOLER, from tools/test-postgres pooler).
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <latch>
#include <thread>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"

namespace store {
namespace {

class PostgresPoolerTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* pooler = std::getenv("MATVEY_TEST_POOLER");
    if (!pooler || !*pooler) GTEST_SKIP() << "MATVEY_TEST_POOLER is not set: ./dev test --long starts pgbouncer";
    scratch_ = std::make_unique<ScratchDatabase>(Dialect::kPostgres);
    options_ = scratch_->options();
    options_.direct_address = options_.address;
    std::string direct = options_.address, address = pooler;
    std::size_t name = direct.find('/', direct.find("//") + 2);
    options_.address = address.substr(0, address.rfind('/')) + direct.substr(name, direct.find('?') - name);
    options_.prepared_statements = false;
    options_.readers = 8;
  }
  std::unique_ptr<ScratchDatabase> scratch_;
  DatabaseOptions options_;
};

TEST_F(PostgresPoolerTest, TwoNodesShareOneDatabase) {
  auto first = Database::open(options_);
  auto second = Database::open(options_);
  const char* table = "CREATE TABLE item (id BIGINT PRIMARY KEY, node BIGINT, body TEXT)";
  migrate(*first, {{1, "item", table, table}});
  EXPECT_TRUE(is_migrated(*second, {{1, "item", table, table}}));

  std::atomic<int> messages{0};
  std::latch is_listening(1);
  std::atomic<bool> has_begun{false};
  auto subscription = second->subscribe("changes", [&](std::string_view payload) {
    if (payload.empty() && !has_begun.exchange(true)) is_listening.count_down();
    if (!payload.empty()) ++messages;
  });
  is_listening.wait();

  constexpr int kThreads = 8, kWrites = 40;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Database& node = t % 2 ? *first : *second;
      for (int i = 0; i < kWrites; ++i) {
        std::int64_t id = t * 1000 + i;
        node.write({}, [&](Connection& connection) {
          Statement insert = connection.prepare("insert", "INSERT INTO item VALUES ($1, $2, $3)");
          insert.bind(1, id).bind(2, t).bind_text(3, "ё").run();
          EXPECT_EQ(error_key([&] { connection.savepoint([&] { insert.run(); }); }), "unique_violation");
          if (i % 10 == 0) node.notify_on_commit(connection, "changes", std::to_string(id));
        });
        Database& other = t % 2 ? *second : *first;
        EXPECT_EQ(query_integer(other, "SELECT node FROM item WHERE id = " + std::to_string(id)), t);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(query_integer(*first, "SELECT count(*) FROM item"), kThreads * kWrites);
  while (messages < kThreads * kWrites / 10) std::this_thread::yield();
}

TEST_F(PostgresPoolerTest, AReadIsOneSnapshotAndIsInterrupted) {
  auto database = Database::open(options_);
  database->change_schema([](Connection& connection) { connection.execute("CREATE TABLE item (id BIGINT)"); });
  database->read({}, [&](Connection& connection) {
    Statement select = connection.prepare("count", "SELECT count(*) FROM item");
    ASSERT_TRUE(select.step());
    database->write({}, [](Connection& inner) { inner.prepare("insert", "INSERT INTO item VALUES (1)").run(); });
    Statement again = connection.prepare("again", "SELECT count(*) FROM item");
    ASSERT_TRUE(again.step());
    EXPECT_EQ(again.integer(0), 0);
  });
  EXPECT_EQ(error_key([&] {
              database->read({.deadline = std::chrono::milliseconds(50)}, [](Connection& connection) {
                connection.prepare("endless", "SELECT count(*) FROM generate_series(1, 1000000000000) AS n").step();
              });
            }),
            "query_too_slow");
  EXPECT_EQ(query_integer(*database, "SELECT count(*) FROM item"), 1);
}

}  // namespace
}  // namespace store
