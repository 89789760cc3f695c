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

namespace store {

enum class Dialect { kSqlite, kPostgres };

// A prepared statement borrowed from its connection's cache; returned (reset, unbound) on destruction. Parameters are
// $1, $2, … in both dialects. Rows are read forward only; views returned by text() and blob() live until the next step().
class Statement {
 public:
  class Impl;  // one per driver
  explicit Statement(Impl* impl) : impl_(impl) {}
  Statement(Statement&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind_null(int index);
  Statement& bind(int index, std::int64_t value);
  Statement& bind_real(int index, double value);
  Statement& bind_text(int index, std::string_view value);  // copied
  Statement& bind_blob(int index, std::string_view bytes);  // copied
  // For `col IN (SELECT value FROM <list>)`: see Connection::int_list_sql.
  Statement& bind_int_list(int index, const std::vector<std::int64_t>& values);

  // Executes on the first call. False when there are no more rows.
  bool step();
  // Runs to the end; number of rows changed.
  std::int64_t run();
  int column_count() const;
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  Impl* impl_;
};

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
  // Nested savepoint: rolled back when `body` throws (and the exception goes on).
  virtual void savepoint(const std::function<void()>& body) = 0;
  // The transaction's own number for outbox positions: pg_current_xact_id() on PostgreSQL, 0 on SQLite.
  virtual std::int64_t transaction_id() = 0;

  // Text of a sub-select that yields the integers of parameter `index` bound by bind_int_list:
  // "SELECT value FROM json_each($3)" or "SELECT unnest($3::bigint[])".
  std::string int_list_sql(int index) const;
};

// Two lanes: interactive writes never wait behind a bulk job's queue; bulk closures are slices of at most 10 ms.
enum class Lane { kInteractive, kBulk };

struct WriteOptions {
  std::string_view name = "write";
  Lane lane = Lane::kInteractive;
  int attempts = 3;  // on serialization failure or deadlock (PostgreSQL); SQLite runs once
};

struct ReadOptions {
  std::string_view name = "read";
  std::chrono::milliseconds deadline{1000};  // then interrupted: Error deadline_exceeded "query_too_slow"
  // The caller's own last write must be seen (never a replica).
  bool fresh = true;
};

struct DatabaseOptions {
  // "sqlite:DIR/matvey.db" or "postgresql://…".
  std::string address;
  int readers = 4;               // SQLite reader connections / PostgreSQL pool size
  std::int64_t cache_bytes = 64 << 20;
  bool prepared_statements = true;  // false behind an old pgbouncer
  std::string sqlite_vfs;           // tests: a VFS that loses unsynced writes
  std::string sqlite_synchronous = "FULL";  // tests only may weaken it
};

struct QueryStats {
  std::string name;
  std::int64_t calls = 0;
  std::int64_t total_us = 0;
  std::int64_t max_us = 0;
  std::int64_t rows = 0;
};

// Thread-safe. SQLite: WAL, one writer thread with group commit (synchronous=FULL), a checkpoint thread driven by WAL size,
// a pool of readers. PostgreSQL: a pool of connections, reconnect with back-off.
class Database {
 public:
  virtual ~Database() = default;
  // Refuses PostgreSQL with fsync=off or synchronous_commit=off. Error unavailable when the server does not answer.
  static std::unique_ptr<Database> open(const DatabaseOptions& options);

  virtual Dialect dialect() const = 0;
  // Runs `body` over one consistent snapshot.
  virtual void read(const ReadOptions& options, const std::function<void(Connection&)>& body) = 0;
  // Runs `body` in a transaction and returns after it is durable; throws what `body` threw, with nothing written. `body`
  // has no outside effects and may run more than once. On SQLite it runs on the writer thread together with others
  // (each in a savepoint), so it does no I/O but the database's and no long computation.
  virtual void write(const WriteOptions& options, const std::function<void(Connection&)>& body) = 0;
  // Schema changes: alone in their transaction, short lock time-out with retry on PostgreSQL.
  virtual void change_schema(const std::function<void(Connection&)>& body) = 0;
  // CREATE INDEX and the like that must not run inside a transaction on PostgreSQL (CONCURRENTLY).
  virtual void execute_outside_transaction(std::string_view sql) = 0;

  // Small messages between nodes (and within one): delivered to every subscriber of `channel` after the sending
  // transaction commits. On PostgreSQL NOTIFY on a direct connection; on SQLite an in-process call.
  virtual void notify_on_commit(Connection& connection, std::string_view channel, std::string_view payload) = 0;
  using Subscription = std::shared_ptr<void>;  // unsubscribes when destroyed
  // `handler` is called on a store thread and must not block.
  virtual Subscription subscribe(std::string_view channel, std::function<void(std::string_view payload)> handler) = 0;

  // Online copy of the whole database into `path` (SQLite file; on PostgreSQL a custom-format pg_dump).
  virtual void backup(const std::string& path) = 0;
  // Human-readable problems; empty when sound. SQLite integrity_check + foreign keys.
  virtual std::vector<std::string> check() = 0;
  virtual std::vector<QueryStats> statistics() const = 0;
  // Waits for queued writes, checkpoints, closes.
  virtual void close() = 0;
};

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
