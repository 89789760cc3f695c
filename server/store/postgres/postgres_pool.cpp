#include "server/store/postgres/postgres_pool.hpp"

#include <algorithm>

#include "server/base/error.hpp"

namespace store::postgres {

namespace {
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{2000};
}  // namespace

std::unique_ptr<PostgresConnection> PostgresPool::take(Clock::time_point deadline) {
  for (;;) {
    Idle taken{nullptr, 0};
    {
      std::unique_lock lock(mutex_);
      bool is_free = freed_.wait_until(lock, deadline, [this] { return is_closed_ || !idle_.empty() || open_count_ < size_; });
      if (is_closed_) throw base::Error(base::ErrorCode::kUnavailable, "database_closed");
      if (!is_free) throw base::Error(base::ErrorCode::kUnavailable, "database_busy");
      if (!idle_.empty()) {
        taken = std::move(idle_.back());
        idle_.pop_back();
      } else {
        ++open_count_;
      }
    }
    if (!taken.connection) return connect(deadline);
    if (taken.connection->is_usable()) {
      if (taken.schema_epoch != schema_epoch_) taken.connection->forget_statements();
      return std::move(taken.connection);
    }
    taken.connection.reset();
    give_back_place();
  }
}

std::list<PostgresPool::Lease> PostgresPool::spare(int most) {
  std::list<Lease> leases;
  const auto is_plenty = [this] {
    const std::lock_guard lock(mutex_);
    return size_ - (open_count_ - static_cast<int>(idle_.size())) > (size_ + 1) / 2;
  };
  while (static_cast<int>(leases.size()) < most && is_plenty()) leases.emplace_back(*this, take(Clock::now()));
  return leases;
}

std::unique_ptr<PostgresConnection> PostgresPool::connect(Clock::time_point deadline) {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      auto wake_at = std::min(next_attempt_at_, deadline);
      freed_.wait_until(lock, wake_at, [&] { return is_closed_ || Clock::now() >= wake_at; });
    }
    try {
      auto connection = open_();
      std::lock_guard lock(mutex_);
      pause_ = {};
      next_attempt_at_ = {};
      return connection;
    } catch (const base::Error& error) {
      bool is_final = error.code() != base::ErrorCode::kUnavailable;
      {
        std::lock_guard lock(mutex_);
        pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
        next_attempt_at_ = Clock::now() + pause_;
        is_final = is_final || is_closed_ || next_attempt_at_ >= deadline;
      }
      if (!is_final) continue;
      give_back_place();
      throw;
    }
  }
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
  if (!connection) return;
  if (connection->is_lost()) {
    connection.reset();
    return give_back_place();
  }
  std::lock_guard lock(mutex_);
  idle_.push_back({std::move(connection), schema_epoch_});
  freed_.notify_all();
}

void PostgresPool::give_back_place() {
  std::lock_guard lock(mutex_);
  --open_count_;
  freed_.notify_all();
}

void PostgresPool::close() {
  std::unique_lock lock(mutex_);
  is_closed_ = true;
  freed_.notify_all();
  freed_.wait(lock, [this] { return static_cast<int>(idle_.size()) == open_count_; });
  idle_.clear();
  open_count_ = 0;
}

}  // namespace store::postgres
