// Lost connections, conflicts and refusals of PostgreSQL.
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"
#include "server/store/postgres/lossy_proxy_testing.hpp"
#include "server/store/send.hpp"

namespace store {
namespace {

constexpr std::string_view kKillOthers =
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    "pg_backend_pid()";

class PostgresFaultTest : public testing::Test {
 protected:
  PostgresFaultTest() {
    admin_->change_schema(
        [](Connection& connection) { connection.execute("CREATE TABLE item (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL DEFAULT 0)"); });
  }
  static void insert(Connection& connection, std::int64_t id) {
    connection.prepare("insert", "INSERT INTO item (id) VALUES ($1)").bind(1, id).run();
  }
  static void send_item(Connection& connection, std::int64_t id) {
    auto statement = connection.prepare("sent", "INSERT INTO item (id) VALUES ($1)");
    send(connection, statement.bind(1, id));
  }
  void insert_twice() {
    database_->write({}, [](Connection& connection) {
      insert(connection, 1);
      insert(connection, 2);
    });
  }
  std::int64_t count() { return query_integer(*admin_, "SELECT count(*) FROM item"); }
  // As a restart of the server looks to its clients.
  void kill_others() { query_integer(*admin_, kKillOthers); }

  ScratchDatabase scratch_{Dialect::kPostgres};
  std::unique_ptr<Database> admin_ = scratch_.open();
  std::unique_ptr<Database> database_ = scratch_.open();
};

TEST_F(PostgresFaultTest, ConnectionsThatDiedIdleAreReplacedUnnoticed) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(query_integer(*database_, "SELECT 42"), 42);
    kill_others();
    EXPECT_EQ(query_integer(*database_, "SELECT 42"), 42);
    kill_others();
    database_->write({}, [i](Connection& connection) { insert(connection, i); });
  }
  EXPECT_EQ(count(), 3);
}

TEST_F(PostgresFaultTest, AWriteWhoseConnectionDiesRunsAgain) {
  int runs = 0;
  database_->write({}, [&](Connection& connection) {
    insert(connection, 1);
    if (++runs == 1) kill_others();
    insert(connection, 2);
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count(), 2);
}

TEST_F(PostgresFaultTest, AReadWhoseFirstStatementFindsTheConnectionDeadRunsOn) {
  int runs = 0;
  database_->read({}, [&](Connection& connection) {
    ++runs;
    kill_others();
    Statement select = connection.prepare("select", "SELECT $1::bigint + 1");
    select.bind(1, 41);
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.integer(0), 42);
  });
  EXPECT_EQ(runs, 1);
}

// The same keys as on SQLite: people read one text for one fault. Codes: appendix A of the PostgreSQL manual.
TEST_F(PostgresFaultTest, FaultsOfTheServersDiskAreToldByName) {
  const auto told = [&](const std::string& state) {
    return error_key([&] {
      database_->write({}, [&](Connection& connection) {
        insert(connection, 1);
        connection.execute("DO $$ BEGIN RAISE EXCEPTION 'as the server would' USING ERRCODE = '" + state + "'; END $$");
      });
    });
  };
  EXPECT_EQ(told("53100"), "disk_full");
  EXPECT_EQ(told("58030"), "disk_error");
  EXPECT_EQ(told("25006"), "database_readonly");
  EXPECT_EQ(told("XX001"), "database_corrupt");
  EXPECT_EQ(count(), 0) << "nothing of a refused write stays";
  database_->write({}, [](Connection& connection) { insert(connection, 1); });
  EXPECT_EQ(count(), 1) << "the next write needs no help";
}

TEST_F(PostgresFaultTest, CheckTellsOfAnIndexThatACrashLeftBehind) {
  EXPECT_TRUE(admin_->check().empty());
  insert_twice();
  EXPECT_NE(error_key([&] { admin_->execute_outside_transaction("CREATE UNIQUE INDEX CONCURRENTLY ix_item__amount ON item(amount)"); }),
            "");
  const auto problems = admin_->check();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems.front().find("ix_item__amount"), std::string::npos);
}

TEST_F(PostgresFaultTest, AReadThatLosesItsSnapshotIsTold) {
  EXPECT_EQ(error_key([&] {
              database_->read({}, [&](Connection& connection) {
                connection.prepare("one", "SELECT 1").step();
                kill_others();
                connection.prepare("two", "SELECT 2").step();
              });
            }),
            "database_unreachable");
}

TEST_F(PostgresFaultTest, ACommitThatTheServerBrokeOffIsDoneAgain) {
  // Dies once inside COMMIT; a sequence does not roll back, so it counts attempts.
  admin_->change_schema([](Connection& connection) {
    connection.execute(
        "CREATE SEQUENCE attempt; CREATE FUNCTION die_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF nextval('attempt') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); END IF; "
        "RETURN NULL; END $$; "
        "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE "
        "FUNCTION die_once()");
  });
  int runs = 0;
  database_->write({}, [&](Connection& connection) {
    ++runs;
    insert(connection, 1);
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count(), 1);
}

TEST_F(PostgresFaultTest, ACommitWhoseAnswerIsLostIsNotDoneTwice) {
  LossyProxy proxy(scratch_.options().address);
  DatabaseOptions options = scratch_.options();
  options.address = proxy.address();
  auto database = Database::open(options);
  int runs = 0;
  proxy.set_loss(LossyProxy::Loss::kAnswerToCommit);
  database->write({}, [&](Connection& connection) {
    ++runs;
    insert(connection, 1);
  });
  EXPECT_TRUE(proxy.has_struck());
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(count(), 1);
}

TEST_F(PostgresFaultTest, ACommitThatDidNotArriveIsDoneAgain) {
  LossyProxy proxy(scratch_.options().address);
  DatabaseOptions options = scratch_.options();
  options.address = proxy.address();
  auto database = Database::open(options);
  int runs = 0;
  proxy.set_loss(LossyProxy::Loss::kCommit);
  database->write({}, [&](Connection& connection) {
    ++runs;
    insert(connection, 1);
  });
  EXPECT_TRUE(proxy.has_struck());
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count(), 1);
}

TEST_F(PostgresFaultTest, AWriteThatOnlySentRunsAgainWhenItsConnectionDies) {
  int runs = 0;
  database_->write({}, [&](Connection& connection) {
    send_item(connection, 1);
    if (++runs == 1) {
      connection.savepoint([] {});
      kill_others();
    }
    send_item(connection, 2);
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count(), 2);
}

TEST_F(PostgresFaultTest, ALostCommitOfWhatWasSentIsDoneOnce) {
  LossyProxy proxy(scratch_.options().address);
  DatabaseOptions options = scratch_.options();
  options.address = proxy.address();
  auto database = Database::open(options);
  std::int64_t id = 0;
  for (const auto& [loss, expected] : {std::pair{LossyProxy::Loss::kAnswerToCommit, 1}, std::pair{LossyProxy::Loss::kCommit, 2}}) {
    int runs = 0;
    proxy.set_loss(loss);
    ++id;
    database->write({}, [&](Connection& connection) {
      ++runs;
      send_item(connection, 2 * id);
      send_item(connection, 2 * id + 1);
    });
    EXPECT_TRUE(proxy.has_struck());
    EXPECT_EQ(runs, expected);
    EXPECT_EQ(count(), 2 * id);
  }
}

TEST_F(PostgresFaultTest, SerializationFailuresRunAgainUpToTheLimit) {
  int runs = 0;
  auto fail_until = [&](int last) {
    return [&runs, last](Connection& connection) {
      insert(connection, ++runs);
      if (runs < last) connection.execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$");
    };
  };
  database_->write({.attempts = 3}, fail_until(3));
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(count(), 1);
  runs = 10;
  EXPECT_EQ(error_key([&] { database_->write({.attempts = 3}, fail_until(99)); }), "serialization_failure");
  EXPECT_EQ(runs, 13);
  EXPECT_EQ(count(), 1);
}

TEST_F(PostgresFaultTest, ADeadlockIsResolvedByRunningOneAgain) {
  admin_->write({}, [](Connection& connection) {
    insert(connection, 1);
    insert(connection, 2);
  });
  std::latch both_hold_one(2);
  std::atomic<int> runs{0};
  auto add = [&](std::int64_t first, std::int64_t second) {
    bool is_first_run = true;
    database_->write({}, [&](Connection& connection) {
      ++runs;
      Statement update = connection.prepare("update", "UPDATE item SET amount = amount + 1 WHERE id = $1");
      update.bind(1, first).run();
      if (std::exchange(is_first_run, false)) both_hold_one.arrive_and_wait();
      update.bind(1, second).run();
    });
  };
  std::thread other([&] { add(2, 1); });
  add(1, 2);
  other.join();
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(query_integer(*admin_, "SELECT sum(amount) FROM item"), 4);
}

TEST_F(PostgresFaultTest, TransactionIdsAreThoseOfTheServer) {
  std::int64_t id = 0;
  database_->write({}, [&](Connection& connection) {
    id = connection.transaction_id();
    Statement select = connection.prepare("xid", "SELECT pg_current_xact_id()::text::bigint");
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.integer(0), id);
  });
  EXPECT_GT(id, 0);
  database_->read({}, [](Connection& connection) { EXPECT_EQ(connection.transaction_id(), 0); });
}

TEST_F(PostgresFaultTest, WithoutPreparedStatementsEverythingWorksAsWell) {
  DatabaseOptions options = scratch_.options();
  options.prepared_statements = false;
  auto database = Database::open(options);
  for (int i = 1; i <= 5; ++i) database->write({}, [i](Connection& connection) { insert(connection, i); });
  EXPECT_EQ(query_integer(*database, "SELECT sum(id) FROM item"), 15);
  EXPECT_EQ(query_integer(*database, "SELECT count(*) FROM pg_prepared_statements"), 0);
  EXPECT_EQ(error_key([&] { database->write({}, [](Connection& connection) { insert(connection, 1); }); }), "unique_violation");
}

TEST_F(PostgresFaultTest, AServerThatMayLoseWritesIsRefused) {
  std::string name = query_text(*admin_, "SELECT current_database()");
  auto alter = [&](const std::string& what) {
    admin_->write({}, [&](Connection& connection) { connection.execute("ALTER DATABASE " + name + " " + what); });
  };
  alter("SET synchronous_commit = off");
  EXPECT_EQ(error_key([&] { scratch_.open(); }), "database_not_durable");
  alter("RESET synchronous_commit");
  scratch_.open();
}

TEST_F(PostgresFaultTest, APoolThatIsUsedUpIsTold) {
  DatabaseOptions options = scratch_.options();
  options.readers = 1;
  auto narrow = Database::open(options);
  narrow->read({}, [&](Connection&) {
    EXPECT_EQ(error_key([&] { narrow->read({.deadline = std::chrono::milliseconds(20)}, [](Connection&) {}); }), "database_busy");
  });
  EXPECT_EQ(query_integer(*narrow, "SELECT 1"), 1);
}

TEST_F(PostgresFaultTest, AnInvalidIndexIsFoundByTheCheck) {
  admin_->write({}, [](Connection& connection) {
    insert(connection, 1);
    insert(connection, 2);
  });
  EXPECT_TRUE(admin_->check().empty());
  // Building it concurrently fails over two equal amounts and leaves it invalid.
  EXPECT_THROW(admin_->execute_outside_transaction("CREATE UNIQUE INDEX CONCURRENTLY ix_item__amount ON item (amount)"), base::Error);
  EXPECT_EQ(admin_->check().size(), 1u);
}

TEST_F(PostgresFaultTest, ASchemaChangeWaitsForALockAndComesAgain) {
  std::latch is_locked(1);
  std::thread holder([&] {
    database_->write({}, [&](Connection& connection) {
      insert(connection, 1);
      is_locked.count_down();
      // until the other one has waited and given up once
      bool has_waited = false, is_waiting = false;
      do {
        Statement waiting = connection.prepare("waiting", "SELECT count(*) FROM pg_locks WHERE NOT granted");
        waiting.step();
        is_waiting = waiting.integer(0) > 0;
        has_waited = has_waited || is_waiting;
      } while (is_waiting || !has_waited);
    });
  });
  is_locked.wait();
  admin_->change_schema([](Connection& connection) { connection.execute("ALTER TABLE item ADD COLUMN note TEXT"); });
  holder.join();
  EXPECT_EQ(count(), 1);
}

}  // namespace
}  // namespace store
