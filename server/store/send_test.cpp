// Statements that nobody waits for: what they do, and where their faults come out.
#include "server/store/send.hpp"

#include <gtest/gtest.h>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"

namespace store {
namespace {

class SendTest : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    database_->change_schema([](Connection& connection) { connection.execute("CREATE TABLE item (id BIGINT PRIMARY KEY, name TEXT)"); });
    database_->write({}, [](Connection& connection) { send_item(connection, 1); });
  }
  static void send_item(Connection& connection, std::int64_t id) {
    auto statement = connection.prepare("item_sent", "INSERT INTO item (id) VALUES ($1)");
    send(connection, statement.bind(1, id));
  }
  static void send_named(Connection& connection, std::int64_t id) {
    auto statement = connection.prepare("named_item_sent", "INSERT INTO item (id, name) VALUES ($1, $2)");
    send(connection, statement.bind(1, id).bind_text(2, "named"));
  }
  std::string error_of(const std::function<void(Connection&)>& body) {
    return error_key([&] { database_->write({}, body); });
  }
  std::int64_t count() { return query_integer(*database_, "SELECT count(*) FROM item"); }

  ScratchDatabase scratch_{GetParam()};
  std::unique_ptr<Database> database_ = scratch_.open();
};
INSTANTIATE_TEST_SUITE_P(Databases, SendTest, kBothDatabases, database_name);

TEST_P(SendTest, WhatFollowsSeesWhatWasSentAndTheCommitKeepsIt) {
  database_->write({}, [](Connection& connection) {
    for (int id = 2; id <= 300; ++id) send_item(connection, id);
    auto select = connection.prepare("count", "SELECT count(*) FROM item");
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.integer(0), 300);
    for (int id = 301; id <= 310; ++id) send_item(connection, id);
  });
  EXPECT_EQ(count(), 310);
}

TEST_P(SendTest, AFaultIsThrownByTheWriteAtTheLatestAndNothingStays) {
  EXPECT_EQ(error_of([](Connection& connection) {
              send_item(connection, 2);
              send_item(connection, 1);
              send_item(connection, 3);
            }),
            "unique_violation");
  EXPECT_EQ(error_of([](Connection& connection) {
              connection.transaction_id();
              send_item(connection, 1);
            }),
            "unique_violation");
  EXPECT_EQ(error_of([](Connection& connection) {
              send_item(connection, 1);
              for (int id = 2; id <= 200; ++id) send_item(connection, id);
            }),
            "unique_violation");
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(error_of([](Connection& connection) { send_item(connection, 2); }), "");
  EXPECT_EQ(count(), 2);
}

TEST_P(SendTest, AFaultStaysInItsSavepoint) {
  EXPECT_EQ(error_of([](Connection& connection) {
              send_item(connection, 2);
              EXPECT_EQ(error_key([&] {
                          connection.savepoint([&] {
                            send_item(connection, 3);
                            connection.savepoint([&] { send_item(connection, 4); });
                            send_item(connection, 1);
                          });
                        }),
                        "unique_violation");
              send_item(connection, 5);
              EXPECT_THROW(connection.savepoint([&] {
                send_item(connection, 6);
                throw 1;
              }),
                           int);
              connection.savepoint([&] { send_item(connection, 7); });
            }),
            "");
  EXPECT_EQ(query_integer(*database_, "SELECT sum(id) FROM item"), 1 + 2 + 5 + 7);
}

TEST_P(SendTest, ASavepointIsNotBlamedForWhatWasSentBeforeIt) {
  // given a fault under way
  bool is_entered = false;
  const auto fault = error_of([&](Connection& connection) {
    send_item(connection, 2);
    send_item(connection, 1);
    // when a savepoint begins whose own faults are caught
    try {
      connection.savepoint([&] {
        is_entered = true;
        throw 1;
      });
    } catch (int) {
    }
    send_item(connection, 3);
  });
  // then the write fails by what it sent
  EXPECT_EQ(fault, "unique_violation");
  EXPECT_FALSE(is_entered);
  EXPECT_EQ(count(), 1);
}

TEST_P(SendTest, AStatementThatWasPassedOverBehindAFaultWorksNextTime) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(error_of([](Connection& connection) {
                EXPECT_EQ(error_key([&] {
                            connection.savepoint([&] {
                              send_item(connection, 1);
                              send_named(connection, 2);
                              send_named(connection, 3);
                            });
                          }),
                          "unique_violation");
              }),
              "");
  }
  EXPECT_EQ(error_of([](Connection& connection) { send_named(connection, 2); }), "");
  EXPECT_EQ(query_text(*database_, "SELECT name FROM item WHERE id = 2"), "named");
}

TEST_P(SendTest, WhatABodyThrowsIsNotHiddenByWhatItSent) {
  EXPECT_EQ(error_of([](Connection& connection) {
              send_item(connection, 2);
              throw base::Error(base::ErrorCode::kConflict, "own_fault");
            }),
            "own_fault");
  EXPECT_EQ(count(), 1);
}

}  // namespace
}  // namespace store
