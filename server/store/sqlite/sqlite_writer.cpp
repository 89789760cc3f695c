#include "server/store/sqlite/sqlite_writer.hpp"

#include <pthread.h>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/store/caught_error.hpp"
#include "server/store/nesting.hpp"

namespace store::sqlite {

namespace {
using Clock = std::chrono::steady_clock;
constexpr std::size_t kGroupLimit = 256;
constexpr std::chrono::milliseconds kGroupTime{10};
constexpr int kGuardedWrites = 256;
constexpr std::chrono::milliseconds kBulkPatience{15};
constexpr std::chrono::milliseconds kSlowClosure{100};
constexpr std::chrono::milliseconds kCommitPatience{50};
constexpr std::chrono::seconds kLongestHold{10};  // of bulk writes, when a reader of an old snapshot stops the checkpoint

// What a waiting caller sleeps on. One per thread: it outlives any operation that the writer still touches.
struct Waiter {
  std::mutex mutex;
  std::condition_variable finished;
};
thread_local Waiter own_waiter;
}  // namespace

// Lives on the caller's stack until `is_finished`.
struct SqliteWriter::Operation {
  std::string_view name;
  Lane lane;
  Grouping grouping;
  const std::function<void(Connection&)>& body;
  Waiter& waiter;
  Clock::time_point queued_at;
  CaughtError error;
  bool is_finished = false;  // guarded by waiter.mutex
};

SqliteWriter::SqliteWriter(std::unique_ptr<SqliteConnection> connection, Notifier& notifier, std::function<void(int)> committed,
                           std::function<bool()> is_behind)
    : connection_(std::move(connection)), notifier_(notifier), committed_(std::move(committed)), is_behind_(std::move(is_behind)) {
  sqlite3_wal_hook(connection_->handle(), &on_commit, this);
  connection_->set_waiting(interactive_waiting_);
  thread_ = std::thread([this] { main(); });
}

int SqliteWriter::on_commit(void* writer, sqlite3*, const char*, int wal_pages) {
  static_cast<SqliteWriter*>(writer)->committed_(wal_pages);
  return SQLITE_OK;
}

void SqliteWriter::run(std::string_view name, Lane lane, Grouping grouping, const std::function<void(Connection&)>& body) {
  Operation operation{name, lane, grouping, body, own_waiter, Clock::now()};
  {
    std::lock_guard lock(mutex_);
    if (is_stopping_) throw base::Error(base::ErrorCode::kUnavailable, "database_closed");
    lanes_[static_cast<int>(lane)].push_back(&operation);
    if (lane == Lane::kInteractive) ++interactive_waiting_;
    arrived_.notify_one();
  }
  std::unique_lock lock(own_waiter.mutex);
  own_waiter.finished.wait(lock, [&] { return operation.is_finished; });
  operation.error.rethrow();
}

void SqliteWriter::finish(Operation& operation) {
  Waiter& waiter = operation.waiter;
  std::lock_guard lock(waiter.mutex);
  operation.is_finished = true;
  waiter.finished.notify_one();
}

bool SqliteWriter::between_commits(const std::function<void()>& body) {
  const std::unique_lock lock(commit_turn_, kCommitPatience);
  if (lock) body();
  return lock.owns_lock();
}

void SqliteWriter::stop() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
    arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  connection_.reset();
}

void SqliteWriter::main() {
  pthread_setname_np(pthread_self(), "store-writer");
  for (;;) {
    Operation* first = nullptr;
    Lane lane;
    {
      std::unique_lock lock(mutex_);
      wait_for_work(lock);
      if (lanes_[0].empty() && lanes_[1].empty()) return;
      lane = choose_lane();
      first = take(lane);
    }
    run_group(first);
    if (lane == Lane::kBulk) last_bulk_end_ = Clock::now();
  }
}

void SqliteWriter::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto& interactive = lanes_[static_cast<int>(Lane::kInteractive)];
  const auto& bulk = lanes_[static_cast<int>(Lane::kBulk)];
  arrived_.wait(lock, [&] { return is_stopping_ || !interactive.empty() || !bulk.empty(); });
  if (is_stopping_ || !interactive.empty() || !is_behind_()) return;
  auto give_up_at = std::max(bulk.front()->queued_at, last_bulk_end_) + kLongestHold;
  arrived_.wait_until(lock, give_up_at, [&] { return is_stopping_ || !interactive.empty() || !is_behind_(); });
}

void SqliteWriter::wake() {
  std::lock_guard lock(mutex_);
  arrived_.notify_one();
}

Lane SqliteWriter::choose_lane() {
  const auto& interactive = lanes_[static_cast<int>(Lane::kInteractive)];
  const auto& bulk = lanes_[static_cast<int>(Lane::kBulk)];
  if (interactive.empty()) return Lane::kBulk;
  if (bulk.empty()) return Lane::kInteractive;
  auto waiting_since = std::max(bulk.front()->queued_at, last_bulk_end_);
  auto patience = is_behind_() ? std::chrono::milliseconds{kLongestHold} : kBulkPatience;
  return Clock::now() - waiting_since > patience ? Lane::kBulk : Lane::kInteractive;
}

SqliteWriter::Operation* SqliteWriter::take(Lane lane) {
  auto& queue = lanes_[static_cast<int>(lane)];
  Operation* operation = queue.front();
  queue.pop_front();
  if (lane == Lane::kInteractive) --interactive_waiting_;
  return operation;
}

// Interactive writes that wait join a bulk group, which ends with them: one sync serves both.
SqliteWriter::Operation* SqliteWriter::take_next(Lane last, Clock::time_point& end) {
  const auto now = Clock::now();
  std::lock_guard lock(mutex_);
  const bool joins = last == Lane::kBulk && !lanes_[static_cast<int>(Lane::kInteractive)].empty();
  if (joins) end = now + kGroupTime;
  const Lane lane = joins ? Lane::kInteractive : last;
  const auto& queue = lanes_[static_cast<int>(lane)];
  if (now > end || queue.empty() || queue.front()->grouping != Grouping::kShared) return nullptr;
  return take(lane);
}

void SqliteWriter::run_group(Operation* operation) {
  std::vector<Operation*> group;  // done, not yet committed
  auto end = Clock::now() + kGroupTime;
  if (operation->grouping == Grouping::kBare) return run_bare(*operation);
  while (operation) {
    const bool is_alone = operation->grouping == Grouping::kAlone;
    const Lane lane = operation->lane;
    if (group.empty()) {
      try {
        connection_->begin("BEGIN IMMEDIATE");
      } catch (const base::Error& error) {
        return fail_lane(*operation, error);
      }
    }
    try {
      run_shared(*operation, group.empty() ? nullptr : group.front());
      group.push_back(operation);
    } catch (...) {
      operation->error.capture();
    }
    if (operation->error) {
      bool is_group_lost = !group.empty() && (!connection_->is_in_transaction() || connection_->has_failed());
      const bool is_spoilt = connection_->is_spoilt() && connection_->is_in_transaction();
      finish(*operation);
      if (is_spoilt) return put_back(group);
      if (is_group_lost) return run_again(group);
    }
    if (is_alone || group.size() >= kGroupLimit) break;
    operation = take_next(lane, end);
  }
  commit(group);
}

// No transaction can begin (another process holds the lock, the disk is gone): whoever waits is told now, not one by
// one.
void SqliteWriter::fail_lane(Operation& first, const base::Error& error) {
  const Lane lane = first.lane;
  std::deque<Operation*> waiting;
  {
    std::lock_guard lock(mutex_);
    waiting.swap(lanes_[static_cast<int>(lane)]);
    if (lane == Lane::kInteractive) interactive_waiting_ = 0;
  }
  waiting.push_front(&first);
  for (Operation* operation : waiting) {
    operation->error.set(error);
    finish(*operation);
  }
}

// The first of a group needs no savepoint: there is nothing before it to keep. A slice of bulk work is much to do again: what joins it
// does.
void SqliteWriter::run_shared(Operation& operation, const Operation* first) {
  WriteScope scope;
  auto started_at = Clock::now();
  if (first == nullptr) {
    try {
      operation.body(*connection_);
      connection_->rethrow_swallowed();
    } catch (...) {
      connection_->rollback();
      throw;
    }
  } else if (guarded_ > 0 || operation.lane != first->lane) {
    if (guarded_ > 0) --guarded_;
    connection_->savepoint([&] { operation.body(*connection_); });
  } else {
    connection_->run_unguarded(operation.body);
  }
  auto elapsed = Clock::now() - started_at;
  if (elapsed > kSlowClosure && operation.grouping == Grouping::kShared) {
    base::log(base::LogLevel::kWarning, "slow_write",
              {{"name", operation.name}, {"ms", std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count()}}});
  }
}

void SqliteWriter::run_bare(Operation& operation) {
  {
    const std::lock_guard lock(commit_turn_);
    try {
      connection_->start_use();
      operation.body(*connection_);
    } catch (...) {
      operation.error.capture();
      connection_->rollback();
    }
  }
  finish(operation);
}

void SqliteWriter::commit(std::vector<Operation*>& group) {
  if (group.empty()) return connection_->rollback();
  std::vector<Message> messages = connection_->take_messages();
  try {
    {
      const std::lock_guard lock(commit_turn_);
      connection_->commit();
    }
    notifier_.deliver_own(messages);
    notifier_.post(std::move(messages));
  } catch (const base::Error& error) {
    for (Operation* operation : group) operation->error.set(error);
  }
  for (Operation* operation : group) finish(*operation);
}

// A write of the group threw behind its own changes: the others run again, before those that came later.
void SqliteWriter::put_back(std::vector<Operation*>& group) {
  connection_->rollback();
  guarded_ = kGuardedWrites;
  std::lock_guard lock(mutex_);
  for (auto it = group.rbegin(); it != group.rend(); ++it) {
    lanes_[static_cast<int>((*it)->lane)].push_front(*it);
    if ((*it)->lane == Lane::kInteractive) ++interactive_waiting_;
  }
}

// One write of the group ended the whole transaction. The others are not to blame: each gets one of its own.
void SqliteWriter::run_again(std::vector<Operation*>& group) {
  connection_->rollback();
  for (Operation* operation : group) {
    std::vector<Operation*> alone;
    try {
      connection_->begin("BEGIN IMMEDIATE");
      run_shared(*operation, nullptr);
      alone.push_back(operation);
    } catch (...) {
      operation->error.capture();
    }
    if (operation->error) finish(*operation);
    commit(alone);
  }
}

}  // namespace store::sqlite
