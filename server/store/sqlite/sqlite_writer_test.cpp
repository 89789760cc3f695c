// Group commit and the two lanes.
#include "server/store/sqlite/sqlite_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <semaphore>
#include <thread>
#include <utility>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"
#include "server/store/fault_vfs_testing.hpp"
#include "server/store/slice.hpp"

namespace store {
namespace {

class SqliteWriterTest : public testing::Test {
 protected:
  SqliteWriterTest() {
    DatabaseOptions options = scratch_.options();
    options.sqlite_vfs = vfs_.name();
    database_ = Database::open(options);
    database_->change_schema([](Connection& connection) { connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY)"); });
  }
  ~SqliteWriterTest() override {
    join();
    database_.reset();
  }
  void join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  static void insert(Connection& connection, std::int64_t id) {
    connection.prepare("insert", "INSERT INTO item VALUES ($1)").bind(1, id).run();
  }
  // Keeps the writer busy until release(); returns when it is.
  void hold_writer() {
    threads_.emplace_back([this] {
      bool is_first = true;  // it runs again when another of its group fails
      database_->write({}, [this, &is_first](Connection&) {
        if (!std::exchange(is_first, false)) return;
        held_.release();
        go_on_.acquire();
      });
    });
    held_.acquire();
  }
  void release_writer() { go_on_.release(); }
  // Queues a write from a thread of its own, after those queued before.
  void queue(Lane lane, std::function<void(Connection&)> body) {
    std::size_t before = queued_;
    threads_.emplace_back([this, lane, body = std::move(body)] {
      ++queued_;
      try {
        database_->write({.lane = lane}, body);
      } catch (const base::Error&) {
        ++failed_;
      }
      ++finished_;
    });
    // The last step to the queue cannot be seen from outside; a yielding look at the thread's start comes close.
    while (queued_ == before) std::this_thread::yield();
  }
  void wait_until_finished(int count) {
    while (finished_ < count) std::this_thread::yield();
  }

  ScratchDatabase scratch_{Dialect::kSqlite};
  FaultVfs vfs_{1};
  std::unique_ptr<Database> database_;
  std::vector<std::thread> threads_;
  std::binary_semaphore held_{0}, go_on_{0};
  std::atomic<std::size_t> queued_{0};
  std::atomic<int> finished_{0}, failed_{0};
};

TEST_F(SqliteWriterTest, ASliceOfABulkJobGoesOnUntilAnInteractiveWriteWaits) {
  bool was_over_alone = true, was_over_waited_for = false;
  database_->write({.lane = Lane::kBulk}, [&](Connection& connection) {
    const Slice alone(connection, Slice::Duration::zero(), std::chrono::hours(1));
    was_over_alone = alone.is_over();
    queue(Lane::kInteractive, [](Connection& inner) { insert(inner, 1); });
    while (!alone.is_over()) std::this_thread::yield();
    was_over_waited_for = true;
  });
  EXPECT_FALSE(was_over_alone);
  EXPECT_TRUE(was_over_waited_for);
  wait_until_finished(1);
  bool is_over_later = true;
  database_->write({.lane = Lane::kBulk}, [&](Connection& connection) {
    is_over_later = Slice(connection, Slice::Duration::zero(), std::chrono::hours(1)).is_over();
  });
  EXPECT_FALSE(is_over_later);
}

TEST_F(SqliteWriterTest, ASliceIsOverAfterItsLongestTimeThoughNobodyWaits) {
  bool is_over = false;
  database_->write({.lane = Lane::kBulk}, [&](Connection& connection) {
    is_over = Slice(connection, Slice::Duration::zero(), Slice::Duration::zero()).is_over();
  });
  EXPECT_TRUE(is_over);
}

TEST_F(SqliteWriterTest, InteractiveWritesThatWaitShareTheCommitOfABulkOne) {
  std::int64_t bulk_rows_of_others = -1;
  database_->write({.lane = Lane::kBulk}, [&](Connection& connection) {
    insert(connection, 1);
    queue(Lane::kInteractive, [&](Connection& inner) {
      bulk_rows_of_others = std::async(std::launch::async, [&] { return query_integer(*database_, "SELECT count(*) FROM item"); }).get();
      insert(inner, 2);
    });
    const Slice slice(connection, Slice::Duration::zero(), std::chrono::hours(1));
    while (!slice.is_over()) std::this_thread::yield();
  });
  wait_until_finished(1);
  EXPECT_EQ(bulk_rows_of_others, 0);  // not committed before
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM item"), 2);
}

TEST_F(SqliteWriterTest, AnInteractiveWriteThatFailsMakesNoBulkOneRunAgain) {
  int runs = 0;
  database_->write({.lane = Lane::kBulk}, [&](Connection& connection) {
    ++runs;
    insert(connection, 1);
    for (int id = 2; id <= 4; ++id) {
      queue(Lane::kInteractive, [id](Connection& inner) {
        insert(inner, id);
        if (id == 3) throw base::Error::internal("no");
      });
    }
    const Slice slice(connection, Slice::Duration::zero(), std::chrono::hours(1));
    while (!slice.is_over()) std::this_thread::yield();
  });
  wait_until_finished(3);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(failed_, 1);
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM item"), 3);
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM item WHERE id = 3"), 0);
}

TEST_F(SqliteWriterTest, WritesThatWaitTogetherAreSyncedTogether) {
  hold_writer();
  for (int id = 1; id <= 40; ++id) queue(Lane::kInteractive, [id](Connection& connection) { insert(connection, id); });
  std::int64_t syncs = vfs_.sync_count();
  release_writer();
  wait_until_finished(40);
  EXPECT_LE(vfs_.sync_count() - syncs, 10);  // by themselves: 40 and more
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM item"), 40);
}

TEST_F(SqliteWriterTest, OneThatFailsTakesNoOtherOfItsGroupAlong) {
  hold_writer();
  for (int id = 1; id <= 30; ++id) {
    queue(Lane::kInteractive, [id](Connection& connection) {
      insert(connection, id);
      if (id % 3 == 0) insert(connection, id);  // unique violation
      if (id % 5 == 0) throw base::Error::internal("no");
    });
  }
  release_writer();
  wait_until_finished(30);
  EXPECT_EQ(failed_, 14);
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM item"), 16);
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM item WHERE id % 3 = 0 OR id % 5 = 0"), 0);
}

TEST_F(SqliteWriterTest, OneThatFailsBehindItsOwnChangesMakesTheOthersRunAgainOnce) {
  std::atomic<int> runs{0};
  hold_writer();
  for (int id = 1; id <= 10; ++id) {
    queue(Lane::kInteractive, [id, &runs](Connection& connection) {
      ++runs;
      insert(connection, id);
      if (id == 10) throw base::Error::internal("no");
    });
  }
  release_writer();
  wait_until_finished(10);
  EXPECT_EQ(failed_, 1);
  EXPECT_LE(runs, 19);
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM item"), 9);
}

TEST_F(SqliteWriterTest, OneThatFailsBeforeItChangedAnythingMakesNobodyRunAgain) {
  std::atomic<int> runs{0};
  hold_writer();
  for (int id = 1; id <= 10; ++id) {
    queue(Lane::kInteractive, [id, &runs](Connection& connection) {
      ++runs;
      if (id % 2 == 0) throw base::Error::internal("no");
      insert(connection, id);
    });
  }
  release_writer();
  wait_until_finished(10);
  EXPECT_EQ(runs, 10);
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM item"), 5);
}

TEST_F(SqliteWriterTest, InteractiveWritesOvertakeBulkOnes) {
  std::mutex mutex;
  std::string order;
  auto note = [&](char c) {
    return [&, c](Connection&) {
      std::lock_guard lock(mutex);
      order += c;
    };
  };
  hold_writer();
  queue(Lane::kInteractive, note('i'));
  for (int i = 0; i < 5; ++i) queue(Lane::kBulk, note('b'));
  release_writer();
  join();
  // At most one bulk write goes before: the one that has waited its 15 ms.
  EXPECT_LE(order.find('i'), 1u) << order;
}

// Pages dirtied again and again, faster than they are moved: without a pause of bulk writes the WAL would only grow.
TEST_F(SqliteWriterTest, ABulkLoadDoesNotLetTheWalGrowWithoutBound) {
  ScratchDatabase scratch(Dialect::kSqlite);
  DatabaseOptions options = scratch.options();
  options.sqlite_checkpoint_pages = 8;
  auto database = Database::open(options);
  constexpr int kRows = 256;  // about a page each
  database->change_schema([](Connection& connection) {
    connection.execute("CREATE TABLE wide (id INTEGER PRIMARY KEY, filling BLOB)");
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 256) INSERT INTO wide SELECT i, "
        "randomblob(3500) FROM n");
  });
  std::uintmax_t longest = 0, written = 0;
  std::vector<std::thread> loaders;
  std::mutex mutex;
  for (int t = 0; t < 4; ++t) {
    loaders.emplace_back([&] {
      for (int slice = 0; slice < 40; ++slice) {
        database->write({.lane = Lane::kBulk},
                        [](Connection& connection) { connection.execute("UPDATE wide SET filling = randomblob(3500)"); });
        std::lock_guard lock(mutex);
        written += kRows * 4096;
        longest = std::max(longest, std::filesystem::file_size(options.address.substr(options.address.find(":") + 1) + "-wal"));
      }
    });
  }
  for (std::thread& loader : loaders) loader.join();
  EXPECT_LT(longest, written / 4) << written;
}

TEST_F(SqliteWriterTest, BulkWritesComeToTheirTurnUnderInteractiveLoad) {
  std::atomic<bool> is_done{false};
  std::atomic<std::int64_t> next_id{1};
  for (int t = 0; t < 4; ++t) {
    threads_.emplace_back([&] {
      while (!is_done) database_->write({}, [&](Connection& connection) { insert(connection, next_id++); });
    });
  }
  // Without a share of their own these would never end.
  for (int slice = 0; slice < 30; ++slice) {
    database_->write({.lane = Lane::kBulk}, [&](Connection& connection) {
      for (int i = 0; i < 20; ++i) insert(connection, next_id++);
    });
  }
  is_done = true;
  join();
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM item"), next_id - 1);
}

TEST_F(SqliteWriterTest, QueuedWritesAreDoneBeforeClosing) {
  hold_writer();
  for (int id = 1; id <= 10; ++id) queue(Lane::kInteractive, [id](Connection& connection) { insert(connection, id); });
  std::thread closing([this] { database_->close(); });
  release_writer();
  closing.join();
  wait_until_finished(10);
  auto again = scratch_.open();
  EXPECT_EQ(query_integer(*again, "SELECT count(*) FROM item"), 10 - failed_);
}

TEST_F(SqliteWriterTest, ReadersWaitForAFreeConnectionNoLongerThanTheirDeadline) {
  DatabaseOptions options = scratch_.options();
  options.readers = 1;
  auto narrow = Database::open(options);
  narrow->read({}, [&](Connection&) {
    EXPECT_EQ(error_key([&] { narrow->read({.deadline = std::chrono::milliseconds(20)}, [](Connection&) {}); }), "database_busy");
  });
  narrow->read({}, [](Connection&) {});
}

}  // namespace
}  // namespace store
