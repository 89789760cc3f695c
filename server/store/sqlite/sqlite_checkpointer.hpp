// Moves the WAL's pages into the database, on a thread of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "server/store/sqlite/sqlite_connection.hpp"

namespace store::sqlite {

// Driven by the size of the WAL: with a single writing client a checkpoint only gets in the way (its sync competes),
// with many a thread of its own is worth 1.2 to 2.2 times the writes (stack.md §3.5). A WAL that writers keep from ever
// being caught up with is restarted, which stops them for the rest of it.
class SqliteCheckpointer {
 public:
  using Open = std::function<std::unique_ptr<SqliteConnection>()>;
  // Begins when the WAL holds `pages`. `caught_up` is called on the checkpoint thread when is_behind() may have ended.
  SqliteCheckpointer(int pages, Open open, std::function<void()> caught_up);
  ~SqliteCheckpointer() { stop(); }

  // Writer thread, after each commit; cheap.
  void committed(int wal_pages);
  // The WAL is so long that writes which can wait should: pages that a bulk load dirties again and again would make it
  // grow faster than it is moved, to many times the size of the database.
  bool is_behind() const;
  void stop();

 private:
  void main();
  bool checkpoint();  // true when nothing was left behind
  struct Progress {
    int code = 0;
    int in_log = 0, moved = 0;  // pages of the WAL
  };
  Progress move_pages();                            // without stopping the writer
  int left_behind(const Progress& progress) const;  // pages written since
  void restart();

  const int pages_;
  const Open open_;
  const std::function<void()> caught_up_;
  std::unique_ptr<SqliteConnection> connection_;  // checkpoint thread only
  std::atomic<int> wal_pages_{0};
  std::atomic<bool> is_asked_{false};
  std::mutex mutex_;
  std::condition_variable asked_;
  bool is_stopping_ = false;
  bool is_failing_ = false;  // logged once
  // Readers of old snapshots keep the WAL from being restarted: the next attempts come later and later.
  std::chrono::steady_clock::time_point next_restart_at_;
  std::chrono::milliseconds restart_pause_{0};
  std::thread thread_;
};

}  // namespace store::sqlite
