#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"

namespace store {
namespace {

class BackupTest : public testing::TestWithParam<Dialect> {
 protected:
  BackupTest() {
    database_->change_schema([](Connection& connection) {
      std::string bytes = connection.dialect() == Dialect::kSqlite ? "BLOB" : "BYTEA";
      connection.execute("CREATE TABLE record (id BIGINT PRIMARY KEY, body TEXT, data " + bytes + ")");
      connection.execute("CREATE TABLE audit (id BIGINT PRIMARY KEY REFERENCES record (id), body TEXT)");
    });
  }

  void write_pair(std::int64_t id) {
    database_->write({}, [id](Connection& connection) {
      std::string body = "ё" + std::to_string(id * 7919);
      connection.prepare("record", "INSERT INTO record VALUES ($1, $2, $3)").bind(1, id).bind_text(2, body).bind_blob(3, "\0\xff").run();
      connection.prepare("audit", "INSERT INTO audit VALUES ($1, $2)").bind(1, id).bind_text(2, body).run();
    });
  }
  std::string contents() {
    std::string all;
    database_->read({.deadline = std::chrono::seconds(10)}, [&](Connection& connection) {
      Statement select =
          connection.prepare("all", "SELECT r.id, r.body, r.data, a.body FROM record r FULL JOIN audit a ON a.id = r.id ORDER BY 1");
      while (select.step()) {
        all += select.text(0);
        all += select.text(1);
        all += select.blob(2);
        all += select.text(3);
        all += '\n';
      }
    });
    return all;
  }
  void restore_here() {
    database_->close();
    database_.reset();
    restore(scratch_.options(), path_);
    database_ = scratch_.open();
  }

  ScratchDatabase scratch_{GetParam()};
  std::unique_ptr<Database> database_ = scratch_.open();
  std::string path_ = scratch_.folder() + "/copy";
};

TEST_P(BackupTest, WhatIsRestoredIsWhatWasBackedUp) {
  for (int id = 1; id <= 300; ++id) write_pair(id);
  std::string before = contents();
  database_->backup(path_);
  for (int id = 301; id <= 310; ++id) write_pair(id);
  database_->change_schema([](Connection& connection) { connection.execute("CREATE TABLE later (id BIGINT)"); });

  restore_here();
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(error_key([&] { query_integer(*database_, "SELECT count(*) FROM later"); }), "internal");
  EXPECT_TRUE(database_->check().empty());
  write_pair(1000);

  // and the restored one can be backed up and restored itself
  before = contents();
  database_->backup(path_);
  restore_here();
  EXPECT_EQ(contents(), before);
}

TEST_P(BackupTest, ABackupUnderWritesIsOneMomentOfThem) {
  for (int id = 1; id <= 2000; ++id) {
    if (id % 500 == 1) write_pair(id);
  }
  std::atomic<bool> is_done{false};
  std::atomic<std::int64_t> last{2000};
  std::vector<std::thread> writers;
  for (int t = 0; t < 2; ++t) {
    writers.emplace_back([&] {
      while (!is_done) write_pair(++last);
    });
  }
  while (last < 2050) std::this_thread::yield();
  database_->backup(path_);
  std::int64_t at_end = last;
  is_done = true;
  for (std::thread& writer : writers) writer.join();

  restore_here();
  std::int64_t records = query_integer(*database_, "SELECT count(*) FROM record");
  EXPECT_GE(records, 40);
  EXPECT_LE(records, at_end);
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM record r JOIN audit a ON a.id = r.id AND a.body = r.body"), records);
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM audit"), records);
  EXPECT_TRUE(database_->check().empty());
}

TEST_P(BackupTest, WhatIsNoBackupIsRefusedAndTheDatabaseStays) {
  write_pair(1);
  std::string before = contents();
  std::ofstream(path_) << "this is no backup";
  database_->close();
  EXPECT_EQ(error_key([&] { restore(scratch_.options(), path_); }), "backup_unreadable");
  EXPECT_EQ(error_key([&] { restore(scratch_.options(), path_ + ".missing"); }), "backup_unreadable");
  database_ = scratch_.open();
  EXPECT_EQ(contents(), before);
}

TEST_P(BackupTest, ATruncatedBackupIsRefusedAndTheDatabaseStays) {
  for (int id = 1; id <= 500; ++id) {
    if (id % 5 == 0) write_pair(id);
  }
  std::string before = contents();
  database_->backup(path_);
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) * 2 / 3);
  database_->close();
  EXPECT_NE(error_key([&] { restore(scratch_.options(), path_); }), "");
  database_ = scratch_.open();
  EXPECT_EQ(contents(), before);
}

TEST_P(BackupTest, AFolderThatIsNotThereIsTold) {
  EXPECT_NE(error_key([&] { database_->backup(scratch_.folder() + "/missing/copy"); }), "");
  write_pair(1);
}

INSTANTIATE_TEST_SUITE_P(Databases, BackupTest, kBothDatabases, database_name);

TEST(SqliteBackupTest, ADatabaseInUseIsNotReplaced) {
  ScratchDatabase scratch(Dialect::kSqlite);
  auto database = scratch.open();
  database->change_schema([](Connection& connection) { connection.execute("CREATE TABLE t (id BIGINT)"); });
  std::string path = scratch.folder() + "/copy";
  database->backup(path);
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
  EXPECT_EQ(error_key([&] { restore(scratch.options(), path); }), "database_in_use");
}

TEST(SqliteBackupTest, CheckTellsWhatIsBroken) {
  ScratchDatabase scratch(Dialect::kSqlite);
  std::string file = scratch.options().address.substr(7);
  {
    auto database = scratch.open();
    database->change_schema([](Connection& connection) {
      connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT); CREATE INDEX ix_t__body ON t (body)");
      Statement insert = connection.prepare("insert", "INSERT INTO t (body) VALUES ($1)");
      for (int i = 0; i < 2000; ++i) insert.bind_text(1, std::to_string(i) + std::string(50, 'x')).run();
    });
    EXPECT_TRUE(database->check().empty());
  }
  {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(8 * 4096 + 100);
    stream << std::string(2000, 'Z');
  }
  EXPECT_FALSE(scratch.open()->check().empty());
}

}  // namespace
}  // namespace store
