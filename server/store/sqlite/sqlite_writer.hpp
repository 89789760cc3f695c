// The writer thread: group commit.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/base/error.hpp"
#include "server/store/notifier.hpp"
#include "server/store/sqlite/commit_turn.hpp"
#include "server/store/sqlite/sqlite_connection.hpp"

namespace store::sqlite {

// Writes queue in two lanes. The thread takes what waits in a lane (and what arrives while it works) into one
// transaction, for 10 ms (a bulk closure itself may take longer, see slice.hpp) or 256 writes; commits; then releases the waiting callers.
// Savepoints make SQLite copy the pages that change under them, so writes do without: when one throws after it changed something, which is
// seldom, the group is rolled back and the others run again, each in a savepoint of its own. There is no artificial delay: the sync of one
// group is the time in which the next one gathers. Interactive writes that wait when a bulk closure ends join its group, each in a
// savepoint (a slice is much to do again), and the group ends with them: they wait for one slice and one commit. No bulk write joins an
// interactive group; a bulk group comes at the latest after 15 ms of interactive ones. While `is_behind` (the checkpoint cannot follow)
// bulk groups wait, ten seconds at most. Measured (docs of the choice: stack.md §3.5): 1 442 writes/s of 64 connections of their own, 3 269
// in groups.
class SqliteWriter {
 public:
  // `committed` is called on the writer thread after each commit with the number of pages in the WAL.
  SqliteWriter(std::unique_ptr<SqliteConnection> connection, Notifier& notifier, std::function<void(int wal_pages)> committed,
               std::function<bool()> is_behind);
  ~SqliteWriter() { stop(); }

  enum class Grouping {
    kShared,  // with others in one transaction
    kAlone,   // in a transaction of its own
    kBare,    // in none: statements that open their own
  };
  // Returns when `body` is durable, throws what it threw. Error unavailable "database_closed" after stop().
  void run(std::string_view name, Lane lane, Grouping grouping, const std::function<void(Connection&)>& body);
  // Runs `body` while no commit is under way and none begins, so that it shall be short. False: it was not run, commits took too long.
  bool between_commits(const std::function<void()>& body);
  // Looks again whether bulk writes may go on.
  void wake();
  // Runs what is queued, then ends the thread and closes the connection.
  void stop();

 private:
  struct Operation;
  void main();
  Lane choose_lane();  // under mutex_
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  Operation* take(Lane lane);  // under mutex_
  // The one after a write of lane `last`; nullptr: the group is complete. `end`: of the group's time.
  Operation* take_next(Lane last, std::chrono::steady_clock::time_point& end);
  void run_group(Operation* first);
  void fail_lane(Operation& first, const base::Error& error);
  void run_shared(Operation& operation, const Operation* first);  // `first` of the group, nullptr: this one
  void run_bare(Operation& operation);
  void commit(std::vector<Operation*>& group);
  void run_again(std::vector<Operation*>& group);
  void put_back(std::vector<Operation*>& group);
  static void finish(Operation& operation);
  static int on_commit(void* writer, sqlite3* handle, const char* schema, int wal_pages);

  std::unique_ptr<SqliteConnection> connection_;
  Notifier& notifier_;  // of the database that owns both
  const std::function<void(int)> committed_;
  const std::function<bool()> is_behind_;
  CommitTurn commit_turn_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Operation*> lanes_[2];
  std::atomic<int> interactive_waiting_{0};  // of lanes_[0], for bulk closures to look at
  std::chrono::steady_clock::time_point last_bulk_end_;
  int guarded_ = 0;  // writes to come that get a savepoint
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace store::sqlite
