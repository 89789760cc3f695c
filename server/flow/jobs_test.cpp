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

}  // namespace
}  // namespace flow
