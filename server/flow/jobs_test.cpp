// Jobs shared by nodes: one at a time where the kind says so, the lease of long steps, what ends a job.
#include "server/flow/jobs.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "server/base/error.hpp"
#include "server/store/database_testing.hpp"

namespace flow {
namespace {

class JobsTest : public testing::TestWithParam<store::Dialect> {
 protected:
  void SetUp() override {
    scratch_ = std::make_unique<store::ScratchDatabase>(GetParam());
    database_ = scratch_->open();
    store::migrate(*database_, flow_migrations());
    // A second node has a connection of its own where the base can be shared.
    if (GetParam() == store::Dialect::kPostgres) other_ = scratch_->open();
  }
  void TearDown() override {
    database_->close();
    if (other_) other_->close();
  }
  store::Database& second() { return other_ ? *other_ : *database_; }

  std::unique_ptr<store::ScratchDatabase> scratch_;
  std::unique_ptr<store::Database> database_, other_;
  base::SystemClock clock_;
};
INSTANTIATE_TEST_SUITE_P(Databases, JobsTest, store::kBothDatabases, store::database_name);

TEST_P(JobsTest, RunsAnExclusiveKindOnOneNodeAtATime) {
  std::atomic<int> running{0}, most{0}, ran{0};
  const auto handler = [&](JobRun& run) {
    const int now = ++running;
    most = std::max(most.load(), now);
    for (int i = 0; i < 20; ++i) run.check_cancelled();  // some queries long
    --running;
    ++ran;
  };
  Jobs first(*database_, clock_, "one", 2), second_node(second(), clock_, "two", 2);
  for (auto* jobs : {&first, &second_node}) jobs->add_kind("alone", handler, Jobs::Runs::kOneAtATime);
  constexpr int kJobs = 12;
  for (int i = 0; i < kJobs; ++i) first.submit("alone", {}, 1, false);
  // Both nodes look for work at the same moment, as often as it takes.
  const auto work = [&](Jobs& jobs) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (ran < kJobs && std::chrono::steady_clock::now() < end) jobs.run_one();
  };
  std::vector<std::thread> threads;
  for (auto* jobs : {&first, &second_node, &first, &second_node}) threads.emplace_back([&work, jobs] { work(*jobs); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ran, kJobs);
  EXPECT_EQ(most, 1);
  for (const auto& row : first.list(1, true, 100)) EXPECT_EQ(row.state, "done") << row.problem;
}

TEST_P(JobsTest, EndsAsFailedWhateverTheHandlerThrows) {
  Jobs jobs(*database_, clock_, "one");
  jobs.add_kind("broken", [](JobRun&) { throw std::runtime_error("not ours"); });
  jobs.add_kind("refused", [](JobRun&) { throw base::Error(base::ErrorCode::kFailedPrecondition, "job_ended"); });
  const auto broken = jobs.submit("broken", {}, 1, false);
  const auto refused = jobs.submit("refused", {}, 1, false);
  EXPECT_TRUE(jobs.run_one());
  EXPECT_TRUE(jobs.run_one());
  EXPECT_EQ(jobs.find(broken)->state, "failed");
  EXPECT_EQ(jobs.find(broken)->problem, "internal");
  EXPECT_EQ(jobs.find(refused)->problem, "job_ended");
}

TEST_P(JobsTest, LetsANodeStoreNothingOnceAnotherHasTakenItsJob) {
  Jobs late(*database_, clock_, "late"), next(second(), clock_, "next");
  std::int64_t job = 0;
  late.add_kind("slow", [&](JobRun& run) {
    // The node slept past its lease: the other one goes on meanwhile.
    next.take_over();
    EXPECT_TRUE(next.run_one());
    database_->write({.name = "step"}, [&](store::Connection& connection) { run.checkpoint_in(connection, {{"at", "late"}}, 1, 2); });
  });
  next.add_kind("slow", [](JobRun& run) {
    run.progress(2, 2);
    run.set_result({{"by", "next"}});
  });
  job = late.submit("slow", {}, 1, false);
  EXPECT_TRUE(late.run_one());
  const auto row = late.find(job);
  EXPECT_EQ(row->state, "done");
  EXPECT_EQ(row->done, 2);
  EXPECT_EQ(base::json_string(row->result, "by"), "next");
  EXPECT_FALSE(row->checkpoint.contains("at"));
}

TEST_P(JobsTest, TakesOverTheJobsOfItsOwnFolderAlone) {
  Jobs dead(*database_, clock_, "folder.first"), alive(second(), clock_, "other.first"), next(*database_, clock_, "folder.second");
  const auto handler = [&](JobRun& run) {
    if (run.row().checkpoint.empty()) throw base::Error(base::ErrorCode::kInternal, "kept");
  };
  for (auto* jobs : {&dead, &alive, &next}) jobs->add_kind("work", handler);
  const auto mine = dead.submit("work", {}, 1, false), others = dead.submit("work", {}, 1, false);
  database_->write({.name = "die"}, [&](store::Connection& connection) {
    auto die = connection.prepare(
        "die", "UPDATE sys_job SET state = 'running', node = $1, lease_until = $2, checkpoint = '{\"a\":1}' WHERE id = $3");
    const auto until = base::to_micros(clock_.now() + std::chrono::seconds(30));
    die.bind_text(1, "folder.first").bind(2, until).bind(3, mine).run();
    die.bind_text(1, "other.first").bind(2, until).bind(3, others).run();
  });
  EXPECT_FALSE(next.run_one());
  next.take_over("folder.");
  EXPECT_TRUE(next.run_one());
  EXPECT_FALSE(next.run_one());
  EXPECT_EQ(next.find(mine)->state, "done");
  EXPECT_EQ(next.find(others)->state, "running");
}

TEST_P(JobsTest, IsUndoneByOneOfTwoWhoAskAtOnce) {
  Jobs jobs(*database_, clock_, "one");
  jobs.add_kind("change", [](JobRun&) {});
  jobs.add_kind("change.undo", [](JobRun&) {});
  const auto job = jobs.submit("change", {}, 1, true);
  EXPECT_TRUE(jobs.run_one());
  std::atomic<int> taken{0}, refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      try {
        jobs.undo(job, 1);
        ++taken;
      } catch (const base::Error& error) {
        EXPECT_EQ(error.key(), "job_cannot_be_undone");
        ++refused;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(jobs.list(1, true, 100).size(), 2u);
}

}  // namespace
}  // namespace flow
