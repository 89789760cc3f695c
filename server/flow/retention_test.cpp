#include "server/flow/retention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "server/base/error.hpp"
#include "server/entity/caller_directory.hpp"
#include "server/entity/files.hpp"
#include "server/entity/metadata/catalog_testing.hpp"
#include "server/entity/metadata/migrations.hpp"
#include "server/entity/write/migrations.hpp"
#include "server/entity/write/record_service_impl.hpp"
#include "server/flow/jobs.hpp"

namespace flow {
namespace {

using std::chrono::days;
using std::chrono::hours;

class RetentionTest : public entity::CatalogTest {
 protected:
  void SetUp() override {
    auto files = entity::test_entity_files();
    files.push_back(
        {"", "signal.json",
         R"({"key": "signal", "id": 90, "plural": "signals", "table": "signal", "kind": "log", "retention_days": 10, "fields": [{"key": "name", "id": 1, "type": "text"}, {"key": "tags", "id": 2, "type": "tags"}]})"});
    start(std::move(files));
    std::vector<store::Migration> migrations(entity::metadata_migrations());
    for (const auto* more : {&entity::write_migrations(), &flow_migrations(), &entity::file_migrations()})
      migrations.insert(migrations.end(), more->begin(), more->end());
    std::sort(migrations.begin(), migrations.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    store::migrate(database(), migrations);
    records_ = entity::make_record_service(database(), catalog(), clock_, random_);
    callers_ = entity::make_caller_directory(database(), catalog(), clock_);
    services_ = std::make_unique<entity::Services>(entity::Services{database(), catalog(), *records_, *callers_, clock_, random_});
    admin_.user_id = 1;
    admin_.is_admin = true;
  }
  void TearDown() override {
    services_.reset();
    callers_.reset();
    records_.reset();
    CatalogTest::TearDown();
  }
  std::int64_t create(std::string_view key, const json::object& values, std::optional<std::string> idempotency = {}) {
    entity::SaveOptions options;
    options.on_duplicate = "create";
    options.idempotency_key = std::move(idempotency);
    return records_->create(admin_, entity(key), values, options).id;
  }
  std::int64_t count(const std::string& table) { return store::query_integer(database(), "SELECT count(*) FROM " + table); }
  // What ran out after the clock moved on: the first run only notices the jump.
  std::map<std::string, std::int64_t> run_after(Retention& retention, std::chrono::microseconds time) {
    clock_.advance(time);
    if (time > hours(24)) {
      EXPECT_EQ(store::error_key([&] { retention.run(); }), "clock_jumped");
    }
    const auto removed = retention.run();
    return {removed.begin(), removed.end()};
  }

  base::ManualClock clock_{base::from_micros(1'795'000'000'000'000)};  // 2026-11-18
  std::unique_ptr<entity::RecordService> records_;
  std::unique_ptr<entity::CallerDirectory> callers_;
  std::unique_ptr<entity::Services> services_;
  entity::Caller admin_;
};
INSTANTIATE_TEST_SUITE_P(Databases, RetentionTest, store::kBothDatabases, store::database_name);

TEST_P(RetentionTest, RemovesEntriesOfALogAfterItsDaysInSlices) {
  Retention retention(*services_, {});
  for (int i = 0; i < 1203; ++i) insert("signal", {{"name", "old"}});
  database().write({}, [&](store::Connection& connection) {
    connection.execute("UPDATE signal SET created_at = " + std::to_string(base::to_micros(clock_.now())));
  });
  create("signal", {{"name", "old"}, {"tags", {"a", "b"}}});
  retention.run();
  EXPECT_EQ(count("signal"), 1204);
  run_after(retention, days(9));
  EXPECT_EQ(count("signal"), 1204);
  create("signal", {{"name", "young"}, {"tags", {"c"}}});
  EXPECT_EQ(run_after(retention, days(2)).at("log_entries"), 1204);
  EXPECT_EQ(count("signal"), 1);
  EXPECT_EQ(count("signal__tags"), 1);
}

TEST_P(RetentionTest, EmptiesTheBinAfterItsTimeAndNotSooner) {
  Retention retention(*services_, {});
  retention.run();
  const auto kept = create("thing", {{"name", "kept"}});
  const auto gone = create("thing", {{"name", "gone"}, {"tags", {"x"}}});
  records_->remove(admin_, entity("thing"), gone);
  EXPECT_EQ(run_after(retention, days(29)).at("bin"), 0);
  EXPECT_EQ(run_after(retention, days(2)).at("bin"), 1);
  EXPECT_EQ(store::query_integer(database(), "SELECT id FROM thing"), kept);
  EXPECT_EQ(count("thing__tags"), 0);
  EXPECT_EQ(store::query_integer(database(), "SELECT count(*) FROM sys_audit WHERE record_id = " + std::to_string(gone)), 0);
}

TEST_P(RetentionTest, TrimsHistoryEventsAndKeysAgainstRepetition) {
  Retention retention(*services_, {});
  retention.run();
  for (int i = 0; i < 600; ++i) create("thing", {{"name", "one"}}, i == 0 ? std::optional<std::string>("key") : std::nullopt);
  EXPECT_EQ(run_after(retention, hours(23)).at("idempotency"), 0);
  EXPECT_EQ(run_after(retention, hours(2)).at("idempotency"), 1);
  EXPECT_EQ(count("sys_outbox"), 600);
  EXPECT_EQ(run_after(retention, days(8)).at("outbox"), 600);
  EXPECT_EQ(count("sys_audit"), 600);
  create("thing", {{"name", "late"}});
  EXPECT_EQ(run_after(retention, days(5 * 365)).at("audit"), 600);
  EXPECT_EQ(count("sys_audit"), 1);
}

TEST_P(RetentionTest, KeepsEventsThatAConsumerHasNotSeen) {
  Retention retention(*services_, {});
  retention.run();
  database().write({}, [](store::Connection& connection) {
    connection.execute("INSERT INTO sys_consumer(name, tx, seq, updated_at) VALUES('slow', 0, 0, 0)");
  });
  create("thing", {{"name", "one"}});
  EXPECT_EQ(run_after(retention, days(30)).at("outbox"), 0);
  EXPECT_EQ(count("sys_outbox"), 1);
}

TEST_P(RetentionTest, RemovesEndedJobsWithTheirErrorsAlone) {
  Jobs jobs(database(), clock_, "one");
  jobs.add_kind("work", [](JobRun& run) { run.add_error("a", "b"); });
  jobs.submit("work", {}, 1, false);
  ASSERT_TRUE(jobs.run_one());
  const auto waiting = jobs.submit("work", {}, 1, false);
  Retention retention(*services_, {});
  retention.run();
  EXPECT_EQ(run_after(retention, days(91)).at("jobs"), 1);
  EXPECT_EQ(store::query_integer(database(), "SELECT id FROM sys_job"), waiting);
  EXPECT_EQ(count("sys_job_error"), 0);
}

TEST_P(RetentionTest, KeepsForEverWhatHasNoPeriodAndGoesOnAfterAFault) {
  RetentionPeriods periods;
  periods.bin = periods.audit = std::chrono::seconds(0);
  Retention retention(*services_, periods);
  int later = 0;
  retention.add("broken", []() -> std::int64_t { throw base::Error(base::ErrorCode::kUnavailable, "disk_full"); });
  retention.add("later", [&]() -> std::int64_t { return ++later; });
  const auto id = create("thing", {{"name", "kept"}});
  records_->remove(admin_, entity("thing"), id);
  EXPECT_EQ(store::error_key([&] { retention.run(); }), "disk_full");
  EXPECT_EQ(later, 1);
  clock_.advance(days(4000));
  EXPECT_EQ(store::error_key([&] { retention.run(); }), "clock_jumped");
  EXPECT_EQ(later, 1);
  EXPECT_EQ(store::error_key([&] { retention.run(); }), "disk_full");
  EXPECT_EQ(later, 2);
  EXPECT_EQ(count("thing"), 1);
  EXPECT_GT(count("sys_audit"), 0);
}

TEST_P(RetentionTest, SavesAndTheirOrderOutliveAClockThatJumps) {
  const auto id = create("thing", {{"name", "first"}});
  clock_.set(clock_.now() - days(3 * 365));
  records_->update(admin_, entity("thing"), id, {{"name", "back"}});
  clock_.set(clock_.now() + days(20 * 365));
  records_->update(admin_, entity("thing"), id, {{"name", "ahead"}});
  std::vector<std::int64_t> versions;
  database().read({}, [&](store::Connection& connection) {
    auto statement = connection.prepare("outbox", "SELECT version FROM sys_outbox ORDER BY tx, seq");
    while (statement.step()) versions.push_back(statement.integer(0));
  });
  EXPECT_EQ(versions, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(store::query_text(database(), "SELECT name FROM thing"), "ahead");
  EXPECT_EQ(count("sys_audit"), 3);
}

TEST_P(RetentionTest, ANodeWhoseClockGoesBackRemovesNothingEarly) {
  Retention retention(*services_, {});
  retention.run();
  const auto id = create("thing", {{"name", "gone"}});
  records_->remove(admin_, entity("thing"), id);
  clock_.set(clock_.now() - days(365));
  retention.run();
  EXPECT_EQ(count("thing"), 1);
}

}  // namespace
}  // namespace flow
