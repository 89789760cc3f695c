// Writes that wait for the commit, and steps that share savepoints.
#include "server/store/late_write.hpp"

#include <gtest/gtest.h>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"
#include "server/store/shared_savepoint.hpp"

namespace store {
namespace {

class LateWriteTest : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    scratch_ = std::make_unique<ScratchDatabase>(GetParam());
    database_ = scratch_->open();
    database_->change_schema([](Connection& connection) {
      if (connection.dialect() == Dialect::kSqlite)
        connection.execute("CREATE VIRTUAL TABLE page__fts USING fts5(tokens)");
      else
        connection.execute("CREATE TABLE page__fts (rowid BIGINT PRIMARY KEY, tokens TEXT)");
      connection.execute("CREATE TABLE item (id BIGINT PRIMARY KEY)");
    });
  }
  static void add(Connection& connection, std::int64_t row, std::string text) {
    write_late(connection, {"page_add", "page__fts", "INSERT INTO page__fts(rowid, tokens) VALUES($1, $2)", row, std::move(text)});
  }
  static void remove(Connection& connection, std::int64_t row) {
    write_late(connection, {"page_remove", "page__fts", "DELETE FROM page__fts WHERE rowid = $1 AND $2 = ''", row, ""});
  }
  static std::int64_t count(Connection& connection) {
    auto statement = connection.prepare("page_count", "SELECT count(*) FROM page__fts");
    statement.step();
    return statement.integer(0);
  }
  std::int64_t count() { return query_integer(*database_, "SELECT count(*) FROM page__fts"); }

  std::unique_ptr<ScratchDatabase> scratch_;
  std::unique_ptr<Database> database_;
};
INSTANTIATE_TEST_SUITE_P(Databases, LateWriteTest, kBothDatabases, database_name);

TEST_P(LateWriteTest, WhatIsWrittenLateIsThereAfterTheCommitInTheOrderOfTheCalls) {
  database_->write({}, [](Connection& connection) {
    add(connection, 2, "two");
    add(connection, 1, "one");
    remove(connection, 2);
    add(connection, 2, "again");
  });
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM page__fts WHERE rowid = 2 AND tokens = 'again'"), 1);
}

TEST_P(LateWriteTest, AStatementThatNamesTheTableSeesWhatWasWrittenLateBefore) {
  database_->write({}, [](Connection& connection) {
    add(connection, 1, "one");
    EXPECT_EQ(count(connection), 1);
    add(connection, 2, "two");
    connection.execute("DELETE FROM page__fts");
    add(connection, 3, "three");
  });
  EXPECT_EQ(count(), 1);
}

TEST_P(LateWriteTest, LateWritesGoWithTheirSavepointAndOlderOnesStay) {
  database_->write({}, [](Connection& connection) {
    add(connection, 1, "one");
    try {
      connection.savepoint([&] {
        add(connection, 2, "two");
        EXPECT_EQ(count(connection), 2);  // the first is made inside the savepoint as well
        throw base::Error::internal("no");
      });
    } catch (const base::Error&) {
    }
    add(connection, 3, "three");
  });
  EXPECT_EQ(query_integer(*database_, "SELECT sum(rowid) FROM page__fts"), 4);
}

TEST_P(LateWriteTest, AWriteThatThrowsLeavesNothingToTheNextOne) {
  EXPECT_THROW(database_->write({},
                                [](Connection& connection) {
                                  add(connection, 1, "one");
                                  throw base::Error::internal("no");
                                }),
               base::Error);
  database_->write({}, [](Connection& connection) { add(connection, 2, "two"); });
  EXPECT_EQ(query_integer(*database_, "SELECT sum(rowid) FROM page__fts"), 2);
}

TEST_P(LateWriteTest, OfStepsThatShareASavepointOnlyThoseThatThrowAreUndone) {
  std::vector<std::size_t> faults;
  std::size_t calls = 0;
  database_->write({}, [&](Connection& connection) {
    faults.clear();
    calls = 0;
    SharedSavepoint savepoint;
    const auto step = [&](std::size_t i) {
      ++calls;
      connection.prepare("add", "INSERT INTO item VALUES ($1)").bind(1, static_cast<std::int64_t>(i)).run();
      add(connection, static_cast<std::int64_t>(i), "text");
      if (i == 5 || i == 40) throw base::Error::internal("no");
    };
    for (std::size_t at = 0; at < 100;) {
      const std::size_t before = at;
      at = savepoint.make_some(connection, at, 100, step, [&](std::size_t i, const base::Error&) { faults.push_back(i); });
      EXPECT_GT(at, before);
    }
  });
  EXPECT_EQ(faults, (std::vector<std::size_t>{5, 40}));
  EXPECT_EQ(query_integer(*database_, "SELECT count(*) FROM item"), 98);
  EXPECT_EQ(count(), 98);
  EXPECT_LT(calls, 140u);
}

TEST_P(LateWriteTest, StepsThatShareASavepointEndWithTheirSlice) {
  std::vector<std::size_t> ends;
  database_->write({}, [&](Connection& connection) {
    const Slice over(connection, Slice::Duration::zero(), Slice::Duration::zero());
    SharedSavepoint savepoint;
    const auto step = [](std::size_t i) {
      if (i == 11) throw base::Error::internal("no");
    };
    const auto make = [&](std::size_t from) {
      return savepoint.make_some(connection, from, 100, step, [](std::size_t, const base::Error&) {});
    };
    ends.clear();
    savepoint.begin(&over);
    ends.push_back(make(0));
    ends.push_back(make(11));
    savepoint.begin(nullptr);
    ends.push_back(make(20));
  });
  ASSERT_EQ(ends.size(), 3u);
  EXPECT_EQ(ends[0], 1u);
  EXPECT_EQ(ends[1], 12u);
  EXPECT_GT(ends[2], 20u);
}

TEST_P(LateWriteTest, StepsStopAtAFaultOfTheDatabase) {
  const auto unavailable = [](std::size_t) { throw base::Error(base::ErrorCode::kUnavailable, "disk_full"); };
  EXPECT_EQ(error_key([&] {
              database_->write({}, [&](Connection& connection) {
                SharedSavepoint().make_some(connection, 0, 10, unavailable, [](std::size_t, const base::Error&) {});
              });
            }),
            "disk_full");
}

}  // namespace
}  // namespace store
