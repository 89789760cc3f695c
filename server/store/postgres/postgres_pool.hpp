// Connections to one server.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "server/store/postgres/postgres_connection.hpp"

namespace store::postgres {

// At most `size` connections, opened when first needed, given out last in first out. While the server does not answer,
// connecting is tried again with growing pauses (50 ms to 2 s) shared by all callers. Thread-safe.
class PostgresPool {
 public:
  using Open = std::function<std::unique_ptr<PostgresConnection>()>;
  using Clock = std::chrono::steady_clock;

  PostgresPool(int size, Open open) : size_(size), open_(std::move(open)) {}

  // A connection held until destroyed; a lost one is dropped then.
  class Lease {
   public:
    Lease(PostgresPool& pool, std::unique_ptr<PostgresConnection> connection) : pool_(pool), connection_(std::move(connection)) {}
    ~Lease() { pool_.give_back(std::move(connection_)); }
    Lease(const Lease&) = delete;
    PostgresConnection& connection() { return *connection_; }

   private:
    PostgresPool& pool_;
    std::unique_ptr<PostgresConnection> connection_;
  };
  // Error unavailable "database_busy" when none is free at `deadline`, "database_unreachable" when the server does not
  // answer until then, "database_closed" after close().
  Lease acquire(Clock::time_point deadline) { return Lease(*this, take(deadline)); }
  // Up to `most`, without waiting, while half of all connections stay free.
  std::list<Lease> spare(int most);
  // The schema has changed: every connection prepares its statements anew.
  void forget_statements() { ++schema_epoch_; }
  // Waits for every lease.
  void close();

 private:
  struct Idle {
    std::unique_ptr<PostgresConnection> connection;
    int schema_epoch;
  };
  std::unique_ptr<PostgresConnection> take(Clock::time_point deadline);
  std::unique_ptr<PostgresConnection> connect(Clock::time_point deadline);
  void give_back(std::unique_ptr<PostgresConnection> connection);
  void give_back_place();

  const int size_;
  const Open open_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Idle> idle_;
  int open_count_ = 0;  // idle and given out
  bool is_closed_ = false;
  std::atomic<int> schema_epoch_{0};
  Clock::time_point next_attempt_at_;
  std::chrono::milliseconds pause_{0};
};

}  // namespace store::postgres
