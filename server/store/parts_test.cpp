// Reads in parts: one snapshot for all threads, one deadline, one error.
#include "server/store/parts.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"

namespace store {
namespace {

constexpr int kParts = 8;
constexpr std::string_view kEndless = "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n) SELECT count(*) FROM n";

class PartsTest : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    if (GetParam() == Dialect::kSqlite && std::thread::hardware_concurrency() < 2)
      GTEST_SKIP() << "one processor: SQLite reads with one thread";
    scratch_ = std::make_unique<ScratchDatabase>(GetParam());
    database_ = scratch_->open();
    database_->change_schema(
        [](Connection& connection) { connection.execute("CREATE TABLE account (id BIGINT PRIMARY KEY, balance BIGINT)"); });
    database_->write({}, [](Connection& connection) {
      auto insert = connection.prepare("insert", "INSERT INTO account (id, balance) VALUES ($1, 100)");
      for (int id = 0; id < 80; ++id) insert.bind(1, id).run();
    });
  }

  static std::int64_t sum(Connection& connection, int part) {
    auto select = connection.prepare("sum", "SELECT coalesce(sum(balance), 0) FROM account WHERE id % $2 = $1");
    return select.bind(1, part).bind(2, kParts).step() ? select.integer(0) : -1;
  }
  void move(std::int64_t from, std::int64_t to) {
    database_->write({}, [&](Connection& connection) {
      auto update = connection.prepare("move", "UPDATE account SET balance = balance + $2 WHERE id = $1");
      update.bind(1, from).bind(2, -7).run();
      update.bind(1, to).bind(2, 7).run();
    });
  }

  std::unique_ptr<ScratchDatabase> scratch_;
  std::unique_ptr<Database> database_;
};

TEST_P(PartsTest, AllPartsSeeOneSnapshotWhileOthersWrite) {
  database_->close();
  DatabaseOptions options = scratch_->options();
  options.readers = 8;  // half of them stays free beside this read and the writer, who both hold one on PostgreSQL
  database_ = Database::open(options);
  std::atomic<int> moves = 0;
  const std::jthread writer([&](const std::stop_token& stop) {
    for (std::int64_t i = 0; !stop.stop_requested(); ++i, ++moves) move(i % 80, (i * 37 + 11) % 80);
  });
  int in_company = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::int64_t> sums(kParts), again(kParts);
    read_together(*database_, {}, 2, [&](Connection& connection) {
      if (count_workers(connection) > 1) ++in_company;
      in_parts(connection, kParts, [&](const Part& part) {
        sums[static_cast<std::size_t>(part.number)] = sum(part.connection, part.number);
        if (round % 10 == 0 && part.number == 0) {  // at least one more write is done before the other parts are read
          for (const int before = moves; moves == before;) std::this_thread::yield();
        }
      });
      for (int part = 0; part < kParts; ++part) again[static_cast<std::size_t>(part)] = sum(connection, part);
    });
    ASSERT_EQ(sums, again) << "round " << round;
    std::int64_t total = 0;
    for (const auto each : sums) total += each;
    ASSERT_EQ(total, 8000) << "round " << round;
  }
  EXPECT_GT(in_company, 0);
}

TEST_P(PartsTest, TheFirstErrorOfAPartEndsTheOthersAndTheNextReadIsWell) {
  const bool is_sqlite = GetParam() == Dialect::kSqlite;
  constexpr int kMany = 1'000'000;
  std::atomic<int> begun = 0;
  const auto read = [&] {
    read_together(*database_, {.deadline = std::chrono::minutes(1)}, 2, [&](Connection& connection) {
      ASSERT_GT(count_workers(connection), 1);
      in_parts(connection, kMany, [&](const Part& part) {
        ++begun;
        if (part.worker == 1) {
          while (begun < 2) std::this_thread::yield();
          throw base::Error(base::ErrorCode::kConflict, "planned");
        }
        while (begun < 2) std::this_thread::yield();
        // Only an interruption ends the endless one so early.
        if (is_sqlite) part.connection.prepare("endless", kEndless).step();
        sum(part.connection, 0);
      });
    });
  };
  EXPECT_EQ(error_key(read), "planned");
  EXPECT_LT(begun, kMany);
  std::vector<std::int64_t> sums(kParts);
  read_together(*database_, {}, 2, [&](Connection& connection) {
    in_parts(connection, kParts,
             [&](const Part& part) { sums[static_cast<std::size_t>(part.number)] = sum(part.connection, part.number); });
  });
  EXPECT_EQ(sums, std::vector<std::int64_t>(kParts, 1000));
}

TEST_P(PartsTest, TheDeadlineOfTheReadIsThatOfEveryPart) {
  std::atomic<bool> has_begun = false;
  const auto read = [&] {
    read_together(*database_, {.deadline = std::chrono::milliseconds(150)}, 2, [&](Connection& connection) {
      ASSERT_GT(count_workers(connection), 1);
      in_parts(connection, 2, [&](const Part& part) {
        if (part.worker != 0) has_begun = true;
        while (!has_begun) std::this_thread::yield();
        if (part.worker != 0) part.connection.prepare("endless", kEndless).step();
      });
    });
  };
  EXPECT_EQ(error_key(read), "query_too_slow");
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM account"), 80);
}

TEST_P(PartsTest, HalfOfTheConnectionsStaysFreeForOthers) {
  read_together(*database_, {}, 8, [&](Connection& connection) {
    EXPECT_EQ(count_workers(connection), 2);
    int second = 9;
    std::jthread([&] { read_together(*database_, {}, 8, [&](Connection& other) { second = count_workers(other); }); }).join();
    EXPECT_EQ(second, 1);
  });
  database_->read({}, [](Connection& connection) { EXPECT_EQ(count_workers(connection), 1); });
}

TEST_P(PartsTest, WithoutConnectionsBesideOneThreadDoesAllPartsInTurn) {
  std::vector<int> numbers;
  database_->read({}, [&](Connection& connection) {
    in_parts(connection, 5, [&](const Part& part) {
      EXPECT_EQ(part.worker, 0);
      numbers.push_back(part.number);
    });
  });
  EXPECT_EQ(numbers, (std::vector<int>{0, 1, 2, 3, 4}));
}

INSTANTIATE_TEST_SUITE_P(Databases, PartsTest, kBothDatabases, database_name);

}  // namespace
}  // namespace store
