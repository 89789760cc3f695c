// Statements, transactions and their errors, on both databases.
#include "server/store/database.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <limits>
#include <thread>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"
#include "server/store/id_set.hpp"

namespace store {
namespace {

class DatabaseTest : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    scratch_ = std::make_unique<ScratchDatabase>(GetParam());
    database_ = scratch_->open();
    database_->change_schema([](Connection& connection) {
      std::string_view bytes = connection.dialect() == Dialect::kSqlite ? "BLOB" : "BYTEA";
      connection.execute(
          "CREATE TABLE item (id BIGINT PRIMARY KEY, name TEXT, amount BIGINT, ratio DOUBLE PRECISION, flag SMALLINT, "
          "data " +
          std::string(bytes) + ")");
      connection.execute("CREATE UNIQUE INDEX ix_item__name ON item (name)");
    });
  }

  void insert(std::int64_t id, std::string_view name) {
    database_->write({}, [&](Connection& connection) { insert(connection, id, name); });
  }
  static void insert(Connection& connection, std::int64_t id, std::string_view name) {
    connection.prepare("insert_item", "INSERT INTO item (id, name) VALUES ($1, $2)").bind(1, id).bind_text(2, name).run();
  }
  std::int64_t count() { return query_integer(*database_, "SELECT count(*) FROM item"); }

  std::unique_ptr<ScratchDatabase> scratch_;
  std::unique_ptr<Database> database_;
};

TEST_P(DatabaseTest, ValuesOfEveryKindComeBackAsTheyWent) {
  std::string bytes("\0\xff\x80 \\x41'\"", 9);
  database_->write({}, [&](Connection& connection) {
    Statement insert =
        connection.prepare("insert", "INSERT INTO item (id, name, amount, ratio, flag, data) VALUES ($1, $2, $3, $4, $5, $6)");
    insert.bind(1, 1)
        .bind_text(2, "Ёж 🦔 'x' \\ \"y\"")
        .bind(3, std::numeric_limits<std::int64_t>::min())
        .bind_real(4, 0.1)
        .bind(5, 1)
        .bind_blob(6, bytes);
    EXPECT_EQ(insert.run(), 1);
    insert.bind(1, 2).bind_null(2).bind(3, std::numeric_limits<std::int64_t>::max()).bind_real(4, -1e300).bind(5, 0).bind_blob(6, "");
    EXPECT_EQ(insert.run(), 1);
    insert.bind(1, 3).bind_text(2, "").bind_null(3).bind_null(4).bind_null(5).bind_null(6);
    EXPECT_EQ(insert.run(), 1);
  });

  database_->read({}, [&](Connection& connection) {
    Statement select = connection.prepare("select", "SELECT name, amount, ratio, flag, data FROM item ORDER BY id");
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.column_count(), 5);
    EXPECT_EQ(select.text(0), "Ёж 🦔 'x' \\ \"y\"");
    EXPECT_EQ(select.integer(1), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(select.real(2), 0.1);
    EXPECT_EQ(select.integer(3), 1);
    EXPECT_EQ(select.blob(4), bytes);
    ASSERT_TRUE(select.step());
    EXPECT_TRUE(select.is_null(0));
    EXPECT_EQ(select.text(0), "");
    EXPECT_EQ(select.integer(1), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(select.real(2), -1e300);
    EXPECT_FALSE(select.is_null(4));
    EXPECT_EQ(select.blob(4), "");
    ASSERT_TRUE(select.step());
    EXPECT_FALSE(select.is_null(0));
    for (int column = 1; column < 5; ++column) EXPECT_TRUE(select.is_null(column));
    EXPECT_EQ(select.integer(1), 0);
    EXPECT_FALSE(select.step());
    EXPECT_FALSE(select.step());
  });
}

TEST_P(DatabaseTest, TextsOfTenMegabytesComeBackWhole) {
  std::string text;
  while (text.size() < 10'000'000) text += "Ещё одна строка с ё, é и 漢字 № " + std::to_string(text.size()) + "\n";
  insert(1, "short");
  database_->write({}, [&](Connection& connection) {
    connection.execute(connection.dialect() == Dialect::kSqlite ? "DROP INDEX ix_item__name" : "DROP INDEX ix_item__name");
    connection.prepare("update", "UPDATE item SET name = $2 WHERE id = $1").bind(1, 1).bind_text(2, text).run();
  });
  EXPECT_EQ(query_text(*database_, "SELECT name FROM item"), text);
}

TEST_P(DatabaseTest, OddUnicodeComesBackAsItWent) {
  const std::string texts[] = {"\u202Eabc", "a\u0301", "\uFEFFx", "\U0010FFFF", "\x01\x1f\x7f", "\r\n\t", "👩‍👩‍👧‍👦",
                               "İıſK",      "\uFFFD"};
  std::int64_t id = 0;
  for (const std::string& text : texts) insert(++id, text);
  database_->read({}, [&](Connection& connection) {
    Statement select = connection.prepare("select", "SELECT name FROM item ORDER BY id");
    for (const std::string& text : texts) {
      ASSERT_TRUE(select.step());
      EXPECT_EQ(select.text(0), text);
    }
  });
}

TEST_P(DatabaseTest, TextThatIsNotUtf8OrHasNulIsRefused) {
  for (std::string_view text :
       {std::string_view("a\0b", 3), std::string_view("\xff"), std::string_view("\xed\xa0\x80"), std::string_view("abcdefgh\xc3")}) {
    EXPECT_EQ(error_key([&] { insert(1, text); }), "text_encoding");
  }
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, ParametersMayRepeatAndStandInAnyOrder) {
  database_->read({}, [&](Connection& connection) {
    Statement select = connection.prepare("select", "SELECT $2 || '-' || $1 || '-' || $2");
    select.bind_text(1, "a").bind_text(2, "b");
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.text(0), "b-a-b");
    EXPECT_THROW(select.bind_text(3, "c"), base::Error);
  });
}

TEST_P(DatabaseTest, OneParameterMayBeNullOnceAndAValueNext) {
  insert(1, "a");
  database_->write({}, [&](Connection& connection) {
    Statement update = connection.prepare("update", "UPDATE item SET amount = $1, name = $2, flag = $3 WHERE id = 1");
    update.bind_null(1).bind_null(2).bind_null(3).run();
    update.bind(1, 5).bind_text(2, "b").bind(3, 1).run();
    update.bind_null(1).bind_text(2, "c").bind_null(3).run();
    update.bind(1, 7).bind_null(2).bind(3, 0).run();
  });
  EXPECT_EQ(query_integer(*database_, "SELECT amount FROM item WHERE name IS NULL AND flag = 0"), 7);
}

TEST_P(DatabaseTest, ListsOfIntegersAreOneParameter) {
  for (int i = 1; i <= 5; ++i) insert(i, std::to_string(i));
  database_->read({}, [&](Connection& connection) {
    Statement select = connection.prepare("select", "SELECT count(*) FROM item WHERE id IN (" + connection.int_list_sql(1) + ")");
    select.bind_int_list(1, {2, 4, 99, -1});
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.integer(0), 2);
    select.bind_int_list(1, {});
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.integer(0), 0);
  });
}

TEST_P(DatabaseTest, TruthValuesAndSumsReadAsIntegers) {
  insert(1, "a");
  EXPECT_EQ(query_integer(*database_, "SELECT EXISTS (SELECT 1 FROM item)"), 1);
  EXPECT_EQ(query_integer(*database_, "SELECT EXISTS (SELECT 1 FROM item WHERE id = 7)"), 0);
  EXPECT_EQ(query_integer(*database_, "SELECT sum(id) FROM item"), 1);
}

TEST_P(DatabaseTest, RunCountsChangedRows) {
  for (int i = 1; i <= 3; ++i) insert(i, std::to_string(i));
  database_->write({}, [&](Connection& connection) {
    EXPECT_EQ(connection.prepare("update", "UPDATE item SET amount = 1 WHERE id > 1").run(), 2);
    EXPECT_EQ(connection.prepare("update_none", "UPDATE item SET amount = 1 WHERE id > 100").run(), 0);
    EXPECT_EQ(connection.prepare("select", "SELECT * FROM item").run(), 0);
    EXPECT_EQ(connection.prepare("ddl", "CREATE TABLE other (id BIGINT)").run(), 0);
    EXPECT_EQ(connection.prepare("delete", "DELETE FROM item").run(), 3);
  });
}

TEST_P(DatabaseTest, InsertReturnsTheRowItMade) {
  database_->write({}, [&](Connection& connection) {
    Statement statement = connection.prepare("insert", "INSERT INTO item (id, name) VALUES ($1, $2) RETURNING id + 1");
    statement.bind(1, 41).bind_text(2, "x");
    ASSERT_TRUE(statement.step());
    EXPECT_EQ(statement.integer(0), 42);
    EXPECT_FALSE(statement.step());
  });
  EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseTest, TheSameTextMayBeBorrowedTwice) {
  for (int i = 1; i <= 3; ++i) insert(i, std::to_string(i));
  database_->read({}, [&](Connection& connection) {
    int pairs = 0;
    Statement outer = connection.prepare("outer", "SELECT id FROM item ORDER BY id");
    while (outer.step()) {
      Statement inner = connection.prepare("inner", "SELECT id FROM item ORDER BY id");
      while (inner.step()) pairs += outer.integer(0) <= inner.integer(0) ? 1 : 0;
    }
    EXPECT_EQ(pairs, 6);
  });
}

TEST_P(DatabaseTest, ManyDifferentStatementsAreMoreThanTheCacheHolds) {
  database_->read({}, [&](Connection& connection) {
    Statement held = connection.prepare("held", "SELECT 12345");
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 600; ++i) {
        Statement select = connection.prepare("many", "SELECT " + std::to_string(i));
        ASSERT_TRUE(select.step());
        ASSERT_EQ(select.integer(0), i);
      }
    }
    ASSERT_TRUE(held.step());
    EXPECT_EQ(held.integer(0), 12345);
  });
}

TEST_P(DatabaseTest, BadSqlIsOurBugAndNamesTheQuery) {
  try {
    database_->read({}, [](Connection& connection) { connection.prepare("the_bad_one", "SELEKT 1").step(); });
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kInternal);
    EXPECT_NE(std::string(error.what()).find("the_bad_one"), std::string::npos) << error.what();
  }
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, TwoStatementsInOneTextAreRefused) {
  EXPECT_NE(error_key([&] {
              database_->read({}, [](Connection& connection) { connection.prepare("two", "SELECT 1; DROP TABLE item").step(); });
            }),
            "");
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, ReadersCannotWrite) {
  EXPECT_EQ(error_key([&] { database_->read({}, [](Connection& connection) { connection.prepare("w", "DELETE FROM item").run(); }); }),
            "database_readonly");
}

TEST_P(DatabaseTest, UniqueViolationNamesTableAndColumns) {
  insert(1, "a");
  try {
    insert(2, "a");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kConflict);
    EXPECT_EQ(error.key(), "unique_violation");
    std::string table, columns;
    for (const auto& [name, value] : error.args()) {
      if (name == "table") table = value;
      if (name == "columns") columns = value;
    }
    EXPECT_EQ(table, "item");
    EXPECT_EQ(columns, "name");
  }
}

TEST_P(DatabaseTest, ForeignKeysHold) {
  database_->change_schema([](Connection& connection) { connection.execute("CREATE TABLE part (item_id BIGINT REFERENCES item (id))"); });
  EXPECT_EQ(error_key([&] {
              database_->write({}, [](Connection& connection) { connection.prepare("part", "INSERT INTO part VALUES (77)").run(); });
            }),
            "foreign_key_violation");
}

TEST_P(DatabaseTest, WhatABodyThrowsComesOutAndNothingIsWritten) {
  struct Special {};
  EXPECT_THROW(database_->write({},
                                [&](Connection& connection) {
                                  insert(connection, 1, "a");
                                  throw Special();
                                }),
               Special);
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, ASwallowedErrorStillUndoesTheWrite) {
  insert(1, "a");
  EXPECT_EQ(error_key([&] {
              database_->write({}, [&](Connection& connection) {
                insert(connection, 2, "b");
                EXPECT_EQ(error_key([&] { insert(connection, 3, "a"); }), "unique_violation");
              });
            }),
            "unique_violation");
  EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseTest, AStatementAfterAFailedOneIsRefused) {
  insert(1, "a");
  database_->read({}, [](Connection&) {});
  bool is_refused = false;
  EXPECT_THROW(database_->write({},
                                [&](Connection& connection) {
                                  EXPECT_EQ(error_key([&] { insert(connection, 3, "a"); }), "unique_violation");
                                  try {
                                    insert(connection, 4, "d");
                                  } catch (const base::Error&) {
                                    is_refused = true;
                                  }
                                }),
               base::Error);
  EXPECT_TRUE(is_refused);
  EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseTest, ASavepointUndoesItsPartAlone) {
  insert(1, "a");
  database_->write({}, [&](Connection& connection) {
    insert(connection, 2, "b");
    EXPECT_EQ(error_key([&] {
                connection.savepoint([&] {
                  insert(connection, 3, "c");
                  connection.savepoint([&] { insert(connection, 4, "d"); });
                  insert(connection, 5, "a");
                });
              }),
              "unique_violation");
    connection.savepoint([&] { insert(connection, 6, "f"); });
    connection.savepoint([] {});
    EXPECT_THROW(connection.savepoint([] { throw 1; }), int);
    insert(connection, 7, "g");
  });
  EXPECT_EQ(query_text(*database_, GetParam() == Dialect::kSqlite ? "SELECT group_concat(name, '') FROM (SELECT name FROM item ORDER BY id)"
                                                                  : "SELECT string_agg(name, '' ORDER BY id) FROM item"),
            "abfg");
}

TEST_P(DatabaseTest, AReadIsOneSnapshot) {
  insert(1, "a");
  database_->read({}, [&](Connection& connection) {
    auto count_here = [&] {
      Statement select = connection.prepare("count", "SELECT count(*) FROM item");
      select.step();
      return select.integer(0);
    };
    EXPECT_EQ(count_here(), 1);
    std::thread([&] { insert(2, "b"); }).join();
    EXPECT_EQ(count_here(), 1);
  });
  EXPECT_EQ(count(), 2);
  database_->read({.snapshot = false}, [&](Connection& connection) {
    Statement select = connection.prepare("count", "SELECT count(*) FROM item");
    select.step();
    EXPECT_EQ(select.integer(0), 2);
  });
}

TEST_P(DatabaseTest, AReadThatTakesTooLongIsInterrupted) {
  std::string_view endless = GetParam() == Dialect::kSqlite
                                 ? "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
                                 : "SELECT count(*) FROM generate_series(1, 1000000000000) AS n";
  auto started_at = std::chrono::steady_clock::now();
  EXPECT_EQ(error_key([&] {
              database_->read({.name = "endless", .deadline = std::chrono::milliseconds(50)},
                              [&](Connection& connection) { connection.prepare("endless", endless).step(); });
            }),
            "query_too_slow");
  EXPECT_LT(std::chrono::steady_clock::now() - started_at, std::chrono::seconds(10));
  EXPECT_EQ(count(), 0);  // the connection serves on
}

TEST_P(DatabaseTest, WritesDoNotNest) {
  EXPECT_THROW(database_->write({}, [&](Connection&) { insert(1, "a"); }), base::Error);
  EXPECT_EQ(count(), 0);
}

TEST_P(DatabaseTest, AReadInsideAWriteSeesTheStateBefore) {
  database_->write({}, [&](Connection& connection) {
    insert(connection, 1, "a");
    EXPECT_EQ(count(), 0);
  });
  EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseTest, QueriesAreCountedByName) {
  for (int i = 1; i <= 3; ++i) insert(i, std::to_string(i));
  database_->read({}, [](Connection& connection) {
    Statement select = connection.prepare("list_items", "SELECT id FROM item");
    while (select.step()) {
    }
  });
  bool is_found = false;
  for (const QueryStats& stats : database_->statistics()) {
    if (stats.name == "list_items") {
      is_found = true;
      EXPECT_EQ(stats.calls, 1);
      EXPECT_EQ(stats.rows, 3);
    }
    if (stats.name == "insert_item") {
      EXPECT_EQ(stats.calls, 3);
      EXPECT_EQ(stats.rows, 3);
      EXPECT_GE(stats.max_us * 3, stats.total_us - 3);
    }
  }
  EXPECT_TRUE(is_found);
}

TEST_P(DatabaseTest, SchemaChangesReachPreparedStatements) {
  insert(1, "a");
  auto columns = [&] {
    int count = 0;
    database_->read({}, [&](Connection& connection) {
      Statement select = connection.prepare("star", "SELECT * FROM item");
      select.step();
      count = select.column_count();
    });
    return count;
  };
  EXPECT_EQ(columns(), 6);
  database_->change_schema([](Connection& connection) { connection.execute("ALTER TABLE item ADD COLUMN x_more TEXT"); });
  EXPECT_EQ(columns(), 7);
}

TEST_P(DatabaseTest, AnotherNodesSchemaChangeReachesPreparedStatements) {
  insert(1, "a");
  auto columns = [&] {
    int count = 0;
    database_->read({}, [&](Connection& connection) {
      Statement select = connection.prepare("star", "SELECT * FROM item");
      select.step();
      count = select.column_count();
    });
    return count;
  };
  EXPECT_EQ(columns(), 6);
  scratch_->open()->change_schema([](Connection& connection) { connection.execute("ALTER TABLE item ADD COLUMN x_more TEXT"); });
  EXPECT_EQ(columns(), 7);
}

TEST_P(DatabaseTest, AStatementGivesUpAfterSoMuchWorkAndItsTransactionGoesOn) {
  for (std::int64_t id = 1; id <= 3; ++id) insert(id, std::to_string(id));
  database_->read({}, [&](Connection& connection) {
    const std::string many =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT max(i) FROM n UNION ALL SELECT -1";
    {
      auto statement = connection.prepare("many", many);
      statement.give_up_after(50'000);
      const bool has_row = statement.step();
      EXPECT_EQ(statement.has_given_up(), GetParam() == Dialect::kSqlite);
      EXPECT_EQ(has_row, GetParam() == Dialect::kPostgres);
    }
    // then the next borrower of the same text is not limited
    auto again = connection.prepare("many", many);
    ASSERT_TRUE(again.step());
    EXPECT_EQ(again.integer(0), 100000);
    EXPECT_FALSE(again.has_given_up());
    EXPECT_TRUE(connection.prepare("count", "SELECT count(*) FROM item").step());
  });
}

TEST_P(DatabaseTest, SqliteAsksASetOfIds) {
  if (GetParam() != Dialect::kSqlite) GTEST_SKIP() << "PostgreSQL makes bitmaps of its own";
  for (std::int64_t id = 1; id <= 200; ++id) insert(id, std::to_string(id));
  IdSet ids, others;
  for (const std::int64_t id : {3, 64, 128, 199, 500}) EXPECT_TRUE(ids.add(id));
  for (const std::int64_t id : {64, 500}) others.add(id);
  EXPECT_FALSE(ids.add(IdSet::kLimit));
  ids.subtract(others);
  EXPECT_EQ(ids.size(), 3);
  std::vector<std::int64_t> found;
  database_->read({}, [&](Connection& connection) {
    auto statement = connection.prepare("in_set", "SELECT id FROM item WHERE mv_in_set($1, id) ORDER BY id");
    statement.bind_id_set(1, ids);
    while (statement.step()) found.push_back(statement.integer(0));
  });
  EXPECT_EQ(found, ids.ids());
  EXPECT_EQ(found, (std::vector<std::int64_t>{3, 128, 199}));
}

TEST_P(DatabaseTest, AFailedSchemaChangeLeavesNothing) {
  EXPECT_THROW(database_->change_schema([](Connection& connection) {
    connection.execute("CREATE TABLE fresh (id BIGINT)");
    connection.execute("CREATE TABLE fresh (id BIGINT)");
  }),
               base::Error);
  EXPECT_EQ(error_key([&] { query_integer(*database_, "SELECT count(*) FROM fresh"); }), "internal");
}

TEST_P(DatabaseTest, IndexesAreBuiltOutsideATransaction) {
  database_->execute_outside_transaction(GetParam() == Dialect::kSqlite ? "CREATE INDEX ix_item__amount ON item (amount)"
                                                                        : "CREATE INDEX CONCURRENTLY ix_item__amount ON item (amount)");
  EXPECT_TRUE(database_->check().empty());
  database_->optimize();
}

TEST_P(DatabaseTest, ThePlannerLearnsHowManyRowsThereAre) {
  if (GetParam() == Dialect::kSqlite) GTEST_SKIP() << "SQLite plans better without statistics";
  for (int id = 1; id <= 20; ++id) insert(id, std::to_string(id));
  database_->optimize();
  EXPECT_EQ(query_integer(*database_, "SELECT reltuples::bigint FROM pg_class WHERE relname = 'item'"), 20);
}

TEST_P(DatabaseTest, NumbersTravelAsBytesWhereTheyAreAskedSo) {
  if (GetParam() == Dialect::kSqlite) GTEST_SKIP() << "of PostgreSQL's wire";
  database_->read({}, [](Connection& connection) {
    Statement select = connection.prepare("bytes", "SELECT string_agg(int8send(n), '') FROM unnest('{1,-2}'::bigint[]) n");
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.blob(0), std::string_view("\0\0\0\0\0\0\0\1\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE", 16));
  });
}

TEST_P(DatabaseTest, ManyThreadsReadAndWriteAtOnce) {
  constexpr int kThreads = 8, kWrites = 40;
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (int i = 0; i < kWrites; ++i) {
        std::int64_t id = t * 1000 + i;
        insert(id, std::to_string(id));
        // what one has written oneself is seen at once
        EXPECT_EQ(query_integer(*database_, "SELECT id FROM item WHERE id = " + std::to_string(id)), id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count(), kThreads * kWrites);
}

TEST_P(DatabaseTest, AfterCloseEverythingIsRefused) {
  database_->close();
  database_->close();
  EXPECT_EQ(error_key([&] { insert(1, "a"); }), "database_closed");
  EXPECT_EQ(error_key([&] { count(); }), "database_closed");
}

INSTANTIATE_TEST_SUITE_P(Databases, DatabaseTest, kBothDatabases, database_name);

TEST(DatabaseOpenTest, AddressesOfOtherKindsAreRefused) {
  EXPECT_EQ(error_key([] { Database::open({.address = "mysql://x"}); }), "database_address");
  EXPECT_EQ(error_key([] { Database::open({.address = "sqlite:/nonexistent/folder/matvey.db"}); }), "database_unreachable");
  EXPECT_EQ(error_key([] { Database::open({.address = "postgresql://127.0.0.1:1/x"}); }), "database_unreachable");
}

TEST(QuoteIdentifierTest, OnlyPlainNamesPass) {
  EXPECT_EQ(quote_identifier("order"), "\"order\"");
  for (std::string_view bad : {"", "Order", "a b", "a\"", "имя", "a;b"}) EXPECT_THROW(quote_identifier(bad), base::Error) << bad;
}

}  // namespace
}  // namespace store
