// Connection over sqlite3.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/company.hpp"
#include "server/store/notifier.hpp"
#include "server/store/sqlite/late_writes.hpp"
#include "server/store/sqlite/sqlite_statement.hpp"
#include "server/store/statement_cache.hpp"

namespace store::sqlite {

// Process-wide settings of SQLite; before any other use of the library. May be called often.
void initialize();

// Between two calls of the progress handler, which looks at the clock: about 50 µs.
inline constexpr int kProgressInstructions = 2000;

enum class Role { kReader, kWriter, kCheckpointer };

struct ConnectionSettings {
  std::string path;
  std::string vfs;  // empty: the system's
  Role role = Role::kReader;
  std::int64_t cache_bytes = 2 << 20;
  std::string synchronous = "FULL";
  std::chrono::milliseconds slow_query{200};
  std::shared_ptr<QueryCounters> counters;
};

// One thread at a time (opened without SQLite's mutex).
class SqliteConnection final : public CompanyConnection {
 public:
  explicit SqliteConnection(ConnectionSettings settings);
  ~SqliteConnection() override;

  Dialect dialect() const override { return Dialect::kSqlite; }
  Statement prepare(std::string_view name, std::string_view sql) override;
  void execute(std::string_view sql) override;
  bool in_write() const override { return settings_.role == Role::kWriter; }
  void savepoint(const std::function<void()>& body) override;
  std::int64_t transaction_id() override { return 0; }
  void set_interrupted(bool is_interrupted) override { is_interrupted_.store(is_interrupted, std::memory_order_relaxed); }
  // An interactive write waits for the end of this one.
  bool is_waited_for() const { return waiting_ == nullptr || *waiting_ > 0; }
  // Counts the interactive writes that wait; outlives the connection.
  void set_waiting(const std::atomic<int>& waiting) { waiting_ = &waiting; }

  // Transactions, for the owner of the connection. A failed commit has rolled back.
  void begin(std::string_view sql);  // "BEGIN DEFERRED", "BEGIN IMMEDIATE"
  void commit();
  void rollback() noexcept;
  // False after an error that ended the whole transaction (disk full, I/O error).
  bool is_in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  // The body swallowed a statement's error: the transaction must not be kept. Throws that error again.
  void rethrow_swallowed();

  bool has_failed() const { return failure_ != nullptr; }
  // Runs `body` in the current transaction without a savepoint and throws what it threw. The transaction goes on when `body`
  // had changed nothing before it threw; else it is spoilt and must be rolled back.
  void run_unguarded(const std::function<void(Connection&)>& body);
  bool is_spoilt() const { return is_spoilt_; }
  // Forgets the previous user: its failure, its messages and late writes.
  void start_use() {
    failure_ = nullptr;
    is_spoilt_ = false;
    messages_.clear();
    late_writes_.clear();
  }
  // Statements that run past it fail with query_too_slow; time_point::max() for none.
  void set_deadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }

  void add_late(LateWrite write);
  void add_message(Message message) { messages_.push_back(std::move(message)); }
  void add_message_once(std::string_view channel, std::string_view payload) { add_once(messages_, channel, payload); }
  std::vector<Message> take_messages() { return std::exchange(messages_, {}); }
  std::size_t message_count() const { return messages_.size(); }
  void drop_messages(std::size_t keep) { messages_.resize(std::min(keep, messages_.size())); }

  // For SqliteStatement.
  sqlite3* handle() const { return handle_; }
  // Calls of the progress handler until the running statement gives up; -1: it does not.
  std::int64_t& looks_left() { return looks_left_; }
  [[noreturn]] void fail(int code, std::string_view name, std::string_view sql);
  void require_usable() const;  // throws after a statement of the transaction has failed
  void count(QueryCounter& counter, std::chrono::steady_clock::time_point started_at, std::int64_t rows);

 private:
  void open();
  void run_plain(std::string_view sql);  // cached, without name, counters and the check for an earlier failure
  static int on_progress(void* connection);

  const ConnectionSettings settings_;
  sqlite3* handle_ = nullptr;
  StatementCache<SqliteStatement> cache_;
  std::exception_ptr failure_;  // of a statement in the current transaction or savepoint
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  std::int64_t looks_left_ = -1;
  std::atomic<bool> is_interrupted_{false};
  std::vector<Message> messages_;  // of the current transaction
  LateWrites late_writes_;         // of the current transaction
  int savepoint_depth_ = 0;
  const std::atomic<int>* waiting_ = nullptr;
  std::int64_t executions_ = 0;  // of plain SQL, whose changes are not all counted
  bool is_spoilt_ = false;
};

}  // namespace store::sqlite
