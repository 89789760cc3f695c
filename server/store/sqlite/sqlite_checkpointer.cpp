#include "server/store/sqlite/sqlite_checkpointer.hpp"

#include <pthread.h>

#include <algorithm>

#include "server/base/program/log.hpp"

namespace store::sqlite {

namespace {
// A WAL that grows to so many times the pages of a checkpoint is restarted.
constexpr int kRestartFactor = 4;
constexpr int kLongestFactor = 16;  // 256 MB
constexpr int kPasses = 4;
constexpr std::chrono::seconds kIdle{2};  // then the rest is moved too: pages in the WAL are read without mmap
constexpr std::chrono::milliseconds kPause{100};
constexpr std::chrono::milliseconds kLongestPause{5000};
}  // namespace

SqliteCheckpointer::SqliteCheckpointer(int pages, Open open, std::function<void()> caught_up)
    : pages_(std::max(pages, 1)), open_(std::move(open)), caught_up_(std::move(caught_up)) {
  thread_ = std::thread([this] { main(); });
}

void SqliteCheckpointer::committed(int wal_pages) {
  bool was_empty = wal_pages_.exchange(wal_pages) == 0;
  if (!was_empty && wal_pages < pages_) return;
  if (is_asked_.exchange(true)) return;
  std::lock_guard lock(mutex_);
  asked_.notify_one();
}

bool SqliteCheckpointer::is_behind() const { return wal_pages_ > kLongestFactor * pages_; }

void SqliteCheckpointer::stop() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
    asked_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void SqliteCheckpointer::main() {
  pthread_setname_np(pthread_self(), "store-checkpt");
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    asked_.wait(lock, [this] { return is_stopping_ || is_asked_; });
    is_asked_ = false;
    // Few pages: wait for more, or for quiet.
    while (!is_stopping_ && wal_pages_ < pages_) {
      int before = wal_pages_;
      asked_.wait_for(lock, kIdle, [this] { return is_stopping_ || wal_pages_ >= pages_; });
      if (wal_pages_ == before) break;
    }
    if (is_stopping_) break;
    lock.unlock();
    bool is_complete = checkpoint();
    if (!is_behind()) caught_up_();
    lock.lock();
    if (!is_complete) asked_.wait_for(lock, kPause, [this] { return is_stopping_; });
  }
  lock.unlock();
  connection_.reset();
}

bool SqliteCheckpointer::checkpoint() {
  int seen = wal_pages_;
  if (seen == 0) return true;
  Progress progress = move_pages();
  // Writers went on meanwhile, as long as the whole of it took; the next passes have less and less to do.
  for (int pass = 0; pass < kPasses && progress.in_log > kRestartFactor * pages_ && left_behind(progress) > pages_ / 4; ++pass) {
    progress = move_pages();
  }
  bool is_time = left_behind(progress) <= pages_ / 2 || progress.in_log > kLongestFactor * pages_;
  if (progress.in_log > kRestartFactor * pages_ && is_time) restart();

  bool has_failed = progress.code != SQLITE_OK && (progress.code & 0xff) != SQLITE_BUSY;
  if (has_failed && !is_failing_) {
    base::log(base::LogLevel::kWarning, "checkpoint_failed", {{"code", std::int64_t{progress.code}}});
  }
  is_failing_ = has_failed;
  // Nothing new meanwhile: the next commit starts counting anew.
  bool is_complete = progress.code == SQLITE_OK && progress.in_log == progress.moved;
  return is_complete && wal_pages_.compare_exchange_strong(seen, 0);
}

SqliteCheckpointer::Progress SqliteCheckpointer::move_pages() {
  Progress progress;
  try {
    if (!connection_) connection_ = open_();
    progress.code = sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &progress.in_log, &progress.moved);
  } catch (const std::exception&) {
    progress.code = SQLITE_CANTOPEN;
  }
  return progress;
}

int SqliteCheckpointer::left_behind(const Progress& progress) const { return progress.code == SQLITE_OK ? wal_pages_ - progress.moved : 0; }

// Moves what is left while no writer can add to it, so that the next commit begins at the start of the file. Little is
// left by now, so writers hardly notice; a WAL past every measure is ended whatever it costs them.
void SqliteCheckpointer::restart() {
  auto now = std::chrono::steady_clock::now();
  if (now < next_restart_at_) return;
  int code = sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  restart_pause_ = code == SQLITE_OK ? std::chrono::milliseconds{0} : std::clamp(restart_pause_ * 2, kPause, kLongestPause);
  next_restart_at_ = now + restart_pause_;
}

}  // namespace store::sqlite
