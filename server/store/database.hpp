// One interface over SQLite and PostgreSQL. The data path is the product: a thin layer over sqlite3 and libpq, cached
// prepared statements, no objects per row.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/store/statement.hpp"

namespace store {

enum class Dialect { kSqlite, kPostgres };

// Not thread-safe: belongs to one closure at a time.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Dialect dialect() const = 0;
  // `name` (constant, snake_case) appears in metrics and the slow log. Throws Error internal on bad SQL.
  virtual Statement prepare(std::string_view name, std::string_view sql) = 0;
  // One or more statements without parameters or rows (DDL); not cached.
  virtual void execute(std::string_view sql) = 0;
  // True inside Database::write.
  virtual bool in_write() const = 0;
  // Nested savepoint: rolled back when `body` throws (and the exception goes on). Costs no round trip of its own.
  virtual void savepoint(const std::function<void()>& body) = 0;
  // The transaction's own number for outbox positions: pg_current_xact_id() on PostgreSQL, 0 on SQLite.
  virtual std::int64_t transaction_id() = 0;

  // Text of a sub-select that yields the integers of parameter `index` bound by bind_int_list:
  // "SELECT value FROM json_each($3)" or "SELECT unnest($3::bigint[])".
  std::string int_list_sql(int index) const;
  // Ends a SELECT inside a write whose rows will be changed: " FOR UPDATE" on PostgreSQL, "" on SQLite (one writer
  // anyway).
  std::string_view row_lock_sql() const;
};

// Two lanes: interactive writes never wait behind a bulk job's queue; bulk closures are slices of at most 10 ms.
enum class Lane { kInteractive, kBulk };

struct WriteOptions {
  std::string_view name = "write";
  Lane lane = Lane::kInteractive;
  // On serialization failure or deadlock (PostgreSQL). SQLite runs once, and once more when another write of the same
  // group lost the whole transaction.
  int attempts = 3;
};

struct ReadOptions {
  std::string_view name = "read";
  std::chrono::milliseconds deadline{1000};  // then interrupted: Error deadline_exceeded "query_too_slow"
  // The caller's own last write must be seen (never a replica).
  bool fresh = true;
  // False for a single statement: saves the transaction around it (each statement then has a snapshot of its own).
  bool snapshot = true;
};

struct DatabaseOptions {
  // "sqlite:DIR/matvey.db" or "postgresql://…".
  std::string address;
  // PostgreSQL behind a pooler: the server's own address, for LISTEN and schema changes. Empty: `address`.
  std::string direct_address;
  // PostgreSQL: a server for reads that need not be fresh (ReadOptions::fresh). Empty: none.
  std::string replica_address;
  int readers = 4;  // SQLite reader connections / PostgreSQL pool size
  std::int64_t cache_bytes = 64 << 20;
  bool prepared_statements = true;            // false behind an old pgbouncer
  std::chrono::milliseconds slow_query{200};  // logged as "slow_query" with the query's name, never its values
  int sqlite_checkpoint_pages = 4000;         // of 4 KiB in the WAL; tests lower it
  std::string sqlite_vfs;                     // tests: a VFS that loses unsynced writes
  std::string sqlite_synchronous = "FULL";    // tests only may weaken it
};

struct QueryStats {
  std::string name;
  std::int64_t calls = 0;
  std::int64_t total_us = 0;
  std::int64_t max_us = 0;
  std::int64_t rows = 0;
};

// Thread-safe. SQLite: WAL, one writer thread with group commit (synchronous=FULL), a checkpoint thread driven by WAL
// size, a pool of readers. PostgreSQL: a pool of connections, reconnect with back-off.
class Database {
 public:
  virtual ~Database() = default;
  // Refuses PostgreSQL with fsync=off or synchronous_commit=off (failed_precondition "database_not_durable"). Error
  // unavailable "database_unreachable" when the server does not answer, or when the file cannot be opened.
  static std::unique_ptr<Database> open(const DatabaseOptions& options);

  virtual Dialect dialect() const = 0;
  // Runs `body` over one consistent snapshot, once, on the calling thread; a thread that reads often gets the same
  // connection again without a lock. Error deadline_exceeded "query_too_slow"; unavailable "database_busy" when no
  // connection came free.
  virtual void read(const ReadOptions& options, const std::function<void(Connection&)>& body) = 0;
  // Runs `body` in a transaction and returns after it is durable; throws what `body` threw, with nothing written.
  // `body` has no outside effects and may run more than once. On SQLite it runs on the writer thread together with
  // others (each in a savepoint), so it does no I/O but the database's and no long computation. Writes do not nest
  // (Error internal). Errors of the store: unavailable "disk_full", "disk_error", "database_readonly", "database_busy",
  // "database_unreachable" (nothing written) or "outcome_unknown" (connection lost during COMMIT and the server could
  // not say); conflict "unique_violation" {table, columns}; failed_precondition "foreign_key_violation" {table}.
  virtual void write(const WriteOptions& options, const std::function<void(Connection&)>& body) = 0;
  // Schema changes: alone in their transaction, short lock time-out with retry on PostgreSQL.
  virtual void change_schema(const std::function<void(Connection&)>& body) = 0;
  // CREATE INDEX and the like that must not run inside a transaction on PostgreSQL (CONCURRENTLY).
  virtual void execute_outside_transaction(std::string_view sql) = 0;

  // Small messages between nodes (and within one): delivered to every subscriber of `channel` after the sending
  // transaction commits. On PostgreSQL NOTIFY on a direct connection; on SQLite an in-process call. `channel` is
  // [a-z0-9_]+, `payload` 1 to 7900 bytes of text. Messages of a savepoint that was rolled back are dropped.
  virtual void notify_on_commit(Connection& connection, std::string_view channel, std::string_view payload) = 0;
  using Subscription = std::shared_ptr<void>;  // unsubscribes when destroyed
  // `handler` is called on a store thread and must not block. An empty payload comes first, when the subscription is in
  // force, and again whenever messages may have been missed (the connection was lost and is back): look for yourself.
  // kBeforeWriteReturns: messages of this process's own writes come also on the writing thread, after the commit and
  // before write() returns, for caches that must not outlive the write that made them stale; that handler may neither
  // use the database nor wait, and is called twice for such a message.
  enum class Delivery { kLater, kBeforeWriteReturns };
  virtual Subscription subscribe(std::string_view channel, std::function<void(std::string_view payload)> handler, Delivery delivery) = 0;
  Subscription subscribe(std::string_view channel, std::function<void(std::string_view payload)> handler) {
    return subscribe(channel, std::move(handler), Delivery::kLater);
  }

  // Online copy of the whole database into `path` (SQLite file; on PostgreSQL a custom-format pg_dump). Appears under
  // its name only when complete and synced. Writers go on meanwhile.
  virtual void backup(const std::string& path) = 0;
  // Human-readable problems; empty when sound. SQLite integrity_check + foreign keys.
  virtual std::vector<std::string> check() = 0;
  virtual std::vector<QueryStats> statistics() const = 0;
  // Refreshes the planner's statistics on PostgreSQL; daily, and after bulk loads. SQLite plans better without any.
  virtual void optimize() = 0;
  // Waits for queued writes, checkpoints, closes. Later calls throw unavailable "database_closed".
  virtual void close() = 0;
};

// Replaces the whole database by a copy made with backup(); all or nothing. Nobody else may have it open (SQLite: Error
// failed_precondition "database_in_use"). Error invalid_argument "backup_unreadable" when `path` is no such copy.
void restore(const DatabaseOptions& options, const std::string& path);

// Engine migrations: numbered, forward only, one transaction each, checksum stored in sys_migration.
struct Migration {
  int number;
  std::string_view name;
  std::string_view sqlite;
  std::string_view postgres;
};
// Applies what is missing. Error failed_precondition "schema_newer" when the database knows a later number, data_loss
// "migration_changed" when a checksum differs.
void migrate(Database& database, const std::vector<Migration>& migrations);
// True when every migration is applied.
bool is_migrated(Database& database, const std::vector<Migration>& migrations);

// Quotes an identifier that comes from the registry ("order" → "\"order\""); refuses anything outside [a-z0-9_].
std::string quote_identifier(std::string_view identifier);

}  // namespace store
