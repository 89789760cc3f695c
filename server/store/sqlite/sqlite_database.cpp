#include "server/store/sqlite/sqlite_database.hpp"

#include <algorithm>
#include <atomic>
#include <list>
#include <optional>

#include "server/base/error.hpp"
#include "server/store/deadline.hpp"
#include "server/store/nesting.hpp"
#include "server/store/notifier.hpp"
#include "server/store/sqlite/sqlite_checkpointer.hpp"
#include "server/store/sqlite/sqlite_connection.hpp"
#include "server/store/sqlite/sqlite_readers.hpp"
#include "server/store/sqlite/sqlite_writer.hpp"

namespace store::sqlite {

namespace {

using Clock = std::chrono::steady_clock;

// Half of the budget is the writer's. Readers get what is left, but reading through mmap hardly uses it: a look-up by
// id took 6.3 µs with 2 MB and 9.0 with 64 MB (stack.md §3.2); the part of a file past 2 GiB is not mapped.
constexpr std::int64_t kSmallestCache = 1 << 20;
constexpr std::int64_t kLargestReaderCache = 8 << 20;
constexpr std::int64_t kCheckpointerCache = 256 << 10;

class SqliteDatabase final : public CompanyDatabase {
 public:
  SqliteDatabase(std::string path, const DatabaseOptions& options)
      : path_(std::move(path)), options_(options), readers_(options.readers, [this] { return connect(Role::kReader); }) {
    auto writing = connect(Role::kWriter);  // creates the file and makes it WAL before anyone else looks at it
    checkpointer_ = std::make_unique<SqliteCheckpointer>(
        options.sqlite_checkpoint_pages, [this] { return connect(Role::kCheckpointer); }, [this] { writer_->wake(); });
    writer_ = std::make_unique<SqliteWriter>(
        std::move(writing), notifier_, [this](int pages) { checkpointer_->committed(pages); },
        [this] { return checkpointer_->is_behind(); });
  }
  ~SqliteDatabase() override { close(); }

  Dialect dialect() const override { return Dialect::kSqlite; }

  void read(const ReadOptions& options, const std::function<void(Connection&)>& body) override { read_together(options, 0, body); }
  void read_together(const ReadOptions& options, int beside, const std::function<void(Connection&)>& body) override;
  void write(const WriteOptions& options, const std::function<void(Connection&)>& body) override {
    WriteScope::refuse_nesting();
    writer_->run(options.name, options.lane, SqliteWriter::Grouping::kShared, body);
  }

  void change_schema(const std::function<void(Connection&)>& body) override {
    WriteScope::refuse_nesting();
    writer_->run("change_schema", Lane::kInteractive, SqliteWriter::Grouping::kAlone, body);
  }

  void execute_outside_transaction(std::string_view sql) override {
    WriteScope::refuse_nesting();
    writer_->run("outside_transaction", Lane::kBulk, SqliteWriter::Grouping::kBare,
                 [sql](Connection& connection) { connection.execute(sql); });
  }

  void notify_on_commit(Connection& connection, std::string_view channel, std::string_view payload) override {
    if (!connection.in_write()) throw base::Error::internal("notify_on_commit outside a write");
    static_cast<SqliteConnection&>(connection).add_message(make_message(channel, payload));
  }

  Subscription subscribe(std::string_view channel, std::function<void(std::string_view)> handler, Delivery delivery) override {
    quote_identifier(channel);
    return notifier_.subscribe(channel, std::move(handler), delivery == Delivery::kBeforeWriteReturns);
  }

  void backup(const std::string& path) override {
    require_open();
    sqlite::backup(settings(Role::kReader), path);
  }

  std::vector<std::string> check() override {
    require_open();
    return sqlite::check(settings(Role::kReader));
  }

  std::vector<QueryStats> statistics() const override { return counters_.statistics(); }

  // ANALYZE knows an average selectivity per index and takes a column that is nearly always empty for one that never is. With
  // its figures 140 of 3 584 filters and sorts over a million companies ran past a second, without them none (SQLite 3.40, 2026-11).
  void optimize() override { require_open(); }

  void close() override {
    if (is_closed_.exchange(true)) return;
    checkpointer_->stop();
    readers_.close();
    writer_->stop();  // the last connection: SQLite moves the WAL into the database and deletes it
    notifier_.stop();
  }

 private:
  class Beside;
  ConnectionSettings settings(Role role) {
    std::int64_t budget = std::max(options_.cache_bytes, 4 * kSmallestCache);
    std::int64_t cache = budget / 2;
    if (role == Role::kReader) cache = std::clamp(budget / 2 / std::max(options_.readers, 1), kSmallestCache, kLargestReaderCache);
    if (role == Role::kCheckpointer) cache = kCheckpointerCache;
    return {path_, options_.sqlite_vfs, role, cache, options_.sqlite_synchronous, options_.slow_query, counters_.add()};
  }
  std::unique_ptr<SqliteConnection> connect(Role role) { return std::make_unique<SqliteConnection>(settings(role)); }
  void require_open() const {
    if (is_closed_) throw base::Error(base::ErrorCode::kUnavailable, "database_closed");
  }

  const std::string path_;
  const DatabaseOptions options_;
  QueryCounterRegistry counters_;
  Notifier notifier_;
  SqliteReaders readers_;
  std::unique_ptr<SqliteCheckpointer> checkpointer_;
  std::unique_ptr<SqliteWriter> writer_;
  std::atomic<bool> is_closed_{false};
};

// Idle readers in the snapshot of a read, while it lasts. Only this process writes, and no commit comes in between.
class SqliteDatabase::Beside {
 public:
  // `own` is in a transaction that has looked at nothing yet.
  Beside(SqliteDatabase& database, SqliteConnection& own, int most) : own_(own), leases_(database.readers_.spare(most)) {
    try {
      for (auto& lease : leases_) {
        lease.connection().start_use();
        lease.connection().set_deadline(Clock::time_point::max());
        look(lease.connection());  // a new one reads the schema here rather than while commits wait
      }
      if (!leases_.empty() && !database.writer_->between_commits([&] { begin_all(); })) end();
    } catch (...) {
      end();
      throw;
    }
    std::vector<CompanyConnection*> connections;
    for (auto& lease : leases_) connections.push_back(&lease.connection());
    own.set_beside(std::move(connections));
  }
  ~Beside() { end(); }
  Beside(const Beside&) = delete;
  void set_deadline(Clock::time_point deadline) {
    for (auto& lease : leases_) lease.connection().set_deadline(deadline);
  }

 private:
  // A transaction has its snapshot from its first look at the database on.
  static void look(SqliteConnection& connection) { connection.prepare("look", "SELECT 1 FROM sqlite_schema LIMIT 1").step(); }
  void begin_all() {
    look(own_);
    for (auto& lease : leases_) {
      lease.connection().begin("BEGIN DEFERRED");
      look(lease.connection());
    }
  }
  void end() {
    own_.set_beside({});
    for (auto& lease : leases_) {
      lease.connection().set_deadline(Clock::time_point::max());
      lease.connection().rollback();
    }
    leases_.clear();
  }

  SqliteConnection& own_;
  std::list<SqliteReaders::Lease> leases_;
};

void SqliteDatabase::read_together(const ReadOptions& options, int wanted, const std::function<void(Connection&)>& body) {
  auto deadline = deadline_of(options);
  SqliteReaders::Lease lease = readers_.acquire(deadline);
  SqliteConnection& connection = lease.connection();
  connection.start_use();
  connection.set_deadline(Clock::time_point::max());
  if (options.snapshot) connection.begin("BEGIN DEFERRED");
  try {
    std::optional<Beside> beside;
    if (const int most = options.snapshot ? std::min(wanted, other_processors()) : 0; most > 0)
      beside.emplace(*this, connection, most).set_deadline(deadline);
    connection.set_deadline(deadline);
    body(connection);
    connection.set_deadline(Clock::time_point::max());
    connection.rethrow_swallowed();
    if (options.snapshot) connection.commit();
  } catch (...) {
    connection.set_deadline(Clock::time_point::max());
    connection.rollback();
    throw;
  }
}

}  // namespace

std::unique_ptr<Database> open_database(const std::string& path, const DatabaseOptions& options) {
  return std::make_unique<SqliteDatabase>(path, options);
}

}  // namespace store::sqlite
