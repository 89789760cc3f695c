// The pool of reader connections.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "server/store/sqlite/sqlite_connection.hpp"

namespace store::sqlite {

// A thread that comes back finds the connection it had last with one atomic exchange; only when that is taken does it
// look further, and only when all are taken does it wait under the mutex. Connections are opened when first needed.
class SqliteReaders {
 public:
  using Open = std::function<std::unique_ptr<SqliteConnection>()>;

  SqliteReaders(int count, Open open);

  // A connection held until destroyed.
  class Lease {
   public:
    Lease(SqliteReaders& pool, int slot) : pool_(pool), slot_(slot) {}
    ~Lease() { pool_.give_back(slot_); }
    Lease(const Lease&) = delete;
    SqliteConnection& connection() { return *pool_.slots_[slot_].connection; }

   private:
    SqliteReaders& pool_;
    const int slot_;
  };
  // Error unavailable "database_busy" when none is free at `deadline`.
  Lease acquire(std::chrono::steady_clock::time_point deadline);
  // Up to `most`, without waiting, while half of all connections stay free.
  std::list<Lease> spare(int most);
  // Waits for every lease and closes the connections; acquire() then throws "database_closed".
  void close();

 private:
  struct alignas(64) Slot {
    std::atomic<bool> is_taken{false};
    std::unique_ptr<SqliteConnection> connection;  // guarded by is_taken
  };
  int take_any(int first);
  int free_count() const;
  void open_taken(int slot);  // gives it back when that throws
  void give_back(int slot);

  const std::uint64_t id_;  // of this pool: what a thread remembers
  const Open open_;
  std::vector<Slot> slots_;
  std::atomic<int> waiting_{0};
  std::atomic<bool> is_closed_{false};
  std::mutex mutex_;
  std::condition_variable freed_;
};

}  // namespace store::sqlite
