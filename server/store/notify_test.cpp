#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"
#include "server/store/send.hpp"

namespace store {
namespace {

// What a subscriber has got; waits instead of sleeping.
class Inbox {
 public:
  auto handler() {
    return [this](std::string_view payload) {
      std::lock_guard lock(mutex_);
      received_.emplace_back(payload);
      changed_.notify_all();
    };
  }
  // True when `payload` is or comes there within 10 s.
  bool has(std::string_view payload, int times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10),
                             [&] { return std::count(received_.begin(), received_.end(), payload) >= times; });
  }
  std::vector<std::string> received() {
    std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> received_;
};

class NotifyTest : public testing::TestWithParam<Dialect> {
 protected:
  void send(std::string_view payload) {
    database_->write({}, [&](Connection& connection) { database_->notify_on_commit(connection, "changes", payload); });
  }
  ScratchDatabase scratch_{GetParam()};
  std::unique_ptr<Database> database_ = scratch_.open();
};

TEST_P(NotifyTest, SubscribersGetWhatWasCommittedInOrder) {
  Inbox inbox, other;
  auto subscription = database_->subscribe("changes", inbox.handler());
  auto other_subscription = database_->subscribe("something_else", other.handler());
  ASSERT_TRUE(inbox.has(""));
  ASSERT_TRUE(other.has(""));
  send("1");
  EXPECT_THROW(database_->write({},
                                [&](Connection& connection) {
                                  database_->notify_on_commit(connection, "changes", "never");
                                  throw 1;
                                }),
               int);
  database_->write({}, [&](Connection& connection) {
    database_->notify_on_commit(connection, "changes", "2 ё");
    EXPECT_THROW(connection.savepoint([&] {
      database_->notify_on_commit(connection, "changes", "never");
      throw 1;
    }),
                 int);
    database_->notify_on_commit(connection, "changes", "3");
  });
  ASSERT_TRUE(inbox.has("3"));
  EXPECT_EQ(inbox.received(), (std::vector<std::string>{"", "1", "2 ё", "3"}));
  EXPECT_EQ(other.received(), std::vector<std::string>{""});
}

TEST_P(NotifyTest, AMessageWantedOnceComesOnceInATransaction) {
  // given
  Inbox inbox;
  auto subscription = database_->subscribe("changes", inbox.handler());
  ASSERT_TRUE(inbox.has(""));
  // when
  database_->write({}, [&](Connection& connection) {
    EXPECT_THROW(connection.savepoint([&] {
      notify_once(connection, "changes", "written");
      throw 1;
    }),
                 int);
    notify_once(connection, "changes", "written");
    connection.savepoint([&] { notify_once(connection, "changes", "written"); });
  });
  send("end");
  // then
  ASSERT_TRUE(inbox.has("end"));
  EXPECT_EQ(inbox.received(), (std::vector<std::string>{"", "written", "end"}));
  EXPECT_THROW(database_->read({}, [](Connection& connection) { notify_once(connection, "changes", "x"); }), base::Error);
}

TEST_P(NotifyTest, ASubscriptionEndsWithItsHandle) {
  Inbox first, second;
  auto subscription = database_->subscribe("changes", first.handler());
  auto stays = database_->subscribe("changes", second.handler());
  ASSERT_TRUE(first.has(""));
  ASSERT_TRUE(second.has(""));
  subscription.reset();
  std::size_t before = first.received().size();
  send("1");
  ASSERT_TRUE(second.has("1"));
  EXPECT_EQ(first.received().size(), before);
}

TEST_P(NotifyTest, ASubscriptionMayBeRenewed) {
  Inbox inbox;
  auto subscription = database_->subscribe("changes", inbox.handler());
  ASSERT_TRUE(inbox.has(""));
  subscription.reset();
  subscription = database_->subscribe("changes", inbox.handler());
  ASSERT_TRUE(inbox.has("", 2));
  send("1");
  EXPECT_TRUE(inbox.has("1"));
}

TEST_P(NotifyTest, MessagesThatCannotBeSentAreRefused) {
  EXPECT_THROW(send(""), base::Error);
  EXPECT_THROW(send(std::string(8000, 'x')), base::Error);
  EXPECT_THROW(database_->read({}, [&](Connection& connection) { database_->notify_on_commit(connection, "changes", "x"); }), base::Error);
  EXPECT_THROW(database_->subscribe("Bad Channel", [](std::string_view) {}), base::Error);
}

INSTANTIATE_TEST_SUITE_P(Databases, NotifyTest, kBothDatabases, database_name);

TEST(PostgresNotifyTest, OtherNodesHearItAndALostListenerComesBack) {
  ScratchDatabase scratch(Dialect::kPostgres);
  auto here = scratch.open();
  auto there = scratch.open();
  Inbox inbox;
  auto subscription = there->subscribe("changes", inbox.handler());
  ASSERT_TRUE(inbox.has(""));
  auto send = [&](std::string_view payload) {
    here->write({}, [&](Connection& connection) { here->notify_on_commit(connection, "changes", payload); });
  };
  send("1");
  ASSERT_TRUE(inbox.has("1"));
  query_integer(*here,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND "
                "query LIKE 'LISTEN%'");
  ASSERT_TRUE(inbox.has("", 2));  // "there was a gap", and the subscription is in force again
  send("2");
  EXPECT_TRUE(inbox.has("2"));
}

}  // namespace
}  // namespace store
