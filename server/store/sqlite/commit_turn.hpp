// A lock that is asked for with a time limit.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace store::sqlite {

// Held during a commit; of std::lock_guard and of std::unique_lock with a duration. Not std::timed_mutex: that calls
// pthread_mutex_clocklock, which ThreadSanitizer of GCC 12 does not know, so that it loses the order of what the lock guards.
class CommitTurn {
 public:
  void lock() {
    std::unique_lock guard(mutex_);
    freed_.wait(guard, [this] { return !is_taken_; });
    is_taken_ = true;
  }
  bool try_lock_for(std::chrono::milliseconds patience) {
    std::unique_lock guard(mutex_);
    if (!freed_.wait_for(guard, patience, [this] { return !is_taken_; })) return false;
    is_taken_ = true;
    return true;
  }
  void unlock() {
    const std::lock_guard guard(mutex_);
    is_taken_ = false;
    freed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  bool is_taken_ = false;  // guarded by mutex_
};

}  // namespace store::sqlite
