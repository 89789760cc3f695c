#include "server/store/postgres/postgres_database.hpp"

#include <algorithm>
#include <atomic>
#include <list>
#include <optional>
#include <thread>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/store/deadline.hpp"
#include "server/store/nesting.hpp"
#include "server/store/notifier.hpp"
#include "server/store/postgres/postgres_connection.hpp"
#include "server/store/postgres/postgres_error.hpp"
#include "server/store/postgres/postgres_listener.hpp"
#include "server/store/postgres/postgres_pool.hpp"

namespace store::postgres {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kWritePatience{10};  // for a connection, and for a server that restarts
// Past these a statement hangs rather than works.
constexpr std::chrono::minutes kWriteDeadline{1};
constexpr std::chrono::hours kSchemaDeadline{1};
constexpr std::chrono::hours kOutsideDeadline{24};
constexpr std::chrono::seconds kVerifyPatience{10};  // to learn what became of a COMMIT
constexpr std::chrono::milliseconds kRetryPause{5};
constexpr int kSchemaAttempts = 5;
constexpr std::chrono::milliseconds kSchemaPause{200};

enum class Outcome { kCommitted, kRolledBack, kUnknown };

class PostgresDatabase final : public CompanyDatabase {
 public:
  explicit PostgresDatabase(const DatabaseOptions& options)
      : options_(options),
        direct_address_(options.direct_address.empty() ? options.address : options.direct_address),
        pool_(std::max(options.readers, 1), [this] { return connect(options_.address); }),
        replica_pool_(std::max(options.readers, 1), [this] { return connect(options_.replica_address); }),
        listener_(direct_address_, notifier_) {
    notifier_.on_subscribe([this](const std::string& channel) { listener_.add_channel(channel); });
    pool_.acquire(Clock::now());  // one attempt: a wrong address is told at once
  }
  ~PostgresDatabase() override { close(); }

  Dialect dialect() const override { return Dialect::kPostgres; }

  void read(const ReadOptions& options, const std::function<void(Connection&)>& body) override { read_together(options, 0, body); }
  void read_together(const ReadOptions& options, int beside, const std::function<void(Connection&)>& body) override;

  void write(const WriteOptions& options, const std::function<void(Connection&)>& body) override {
    WriteScope::refuse_nesting();
    auto give_up_at = Clock::now() + kWritePatience;
    int failures = 0;
    for (;;) {
      try {
        if (try_write(options, give_up_at, failures, body)) return;
      } catch (const LostCommit& lost) {
        Outcome outcome = lost.transaction_id == 0 ? Outcome::kRolledBack : verify(lost);
        if (outcome == Outcome::kCommitted) return;
        if (outcome == Outcome::kUnknown) throw base::Error(base::ErrorCode::kUnavailable, "outcome_unknown");
      }
      if (Clock::now() > give_up_at) throw base::Error(base::ErrorCode::kUnavailable, "database_unreachable");
    }
  }

  void change_schema(const std::function<void(Connection&)>& body) override {
    WriteScope::refuse_nesting();
    for (int attempt = 1;; ++attempt) {
      auto connection = connect(direct_address_);
      try {
        write_once(*connection, kSchemaDeadline, [&](Connection& inner) {
          // Readers queue behind a waiting schema change: give up soon, come again.
          inner.execute("SET LOCAL lock_timeout = '2s'");
          body(inner);
        });
        return pool_.forget_statements();
      } catch (const LostCommit&) {
        throw base::Error(base::ErrorCode::kUnavailable, "outcome_unknown");
      } catch (const base::Error& error) {
        connection->rollback();
        bool is_worth_it = error.key() == "database_busy" || is_retryable(error);
        if (!is_worth_it || attempt >= kSchemaAttempts) throw;
        std::this_thread::sleep_for(kSchemaPause * attempt);
      }
    }
  }

  void execute_outside_transaction(std::string_view sql) override {
    WriteScope::refuse_nesting();
    auto connection = connect(direct_address_);
    connection->start_use(Clock::now() + kOutsideDeadline);
    connection->execute("SET lock_timeout = 0");  // CONCURRENTLY waits for every older transaction
    connection->execute(sql);
    pool_.forget_statements();
  }

  void notify_on_commit(Connection& connection, std::string_view channel, std::string_view payload) override {
    if (!connection.in_write()) throw base::Error::internal("notify_on_commit outside a write");
    static_cast<PostgresConnection&>(connection).add_message(make_message(channel, payload));
  }

  Subscription subscribe(std::string_view channel, std::function<void(std::string_view)> handler, Delivery delivery) override {
    quote_identifier(channel);
    return notifier_.subscribe(channel, std::move(handler), delivery == Delivery::kBeforeWriteReturns);
  }

  void backup(const std::string& path) override { dump(direct_address_, path); }
  std::vector<std::string> check() override;
  std::vector<QueryStats> statistics() const override { return counters_.statistics(); }
  void optimize() override { execute_outside_transaction("ANALYZE"); }

  void close() override {
    if (is_closed_.exchange(true)) return;
    listener_.stop();
    pool_.close();
    replica_pool_.close();
    notifier_.stop();
  }

 private:
  std::unique_ptr<PostgresConnection> connect(const std::string& address) {
    return std::make_unique<PostgresConnection>(
        ConnectionSettings{address, options_.prepared_statements, options_.slow_query, counters_.add()});
  }

  void write_once(PostgresConnection& connection, std::chrono::seconds patience, const std::function<void(Connection&)>& body) {
    WriteScope scope;
    connection.start_use(Clock::now() + patience);
    connection.begin_write();
    body(connection);
    connection.rethrow_swallowed();
    connection.commit();
    notifier_.deliver_own(connection.messages());
  }

  // True when committed, false when `body` should run again.
  bool try_write(const WriteOptions& options, Clock::time_point give_up_at, int& failures, const std::function<void(Connection&)>& body) {
    PostgresPool::Lease lease = pool_.acquire(give_up_at);
    PostgresConnection& connection = lease.connection();
    try {
      write_once(connection, kWriteDeadline, body);
      return true;
    } catch (const base::Error& error) {
      connection.rollback();
      if (connection.is_lost()) return false;
      if (!is_retryable(error) || ++failures >= options.attempts) throw;
      if (error.key() == "schema_changed") connection.forget_statements();
    } catch (const LostCommit&) {
      throw;
    } catch (...) {
      connection.rollback();
      throw;
    }
    std::this_thread::sleep_for(kRetryPause * failures);
    return false;
  }
  Outcome verify(const LostCommit& lost);
  class Beside;

  const DatabaseOptions options_;
  const std::string direct_address_;
  QueryCounterRegistry counters_;
  Notifier notifier_;
  PostgresPool pool_;
  PostgresPool replica_pool_;
  PostgresListener listener_;
  std::atomic<bool> is_closed_{false};
};

// Idle connections in the snapshot of a read, while it lasts.
// https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
class PostgresDatabase::Beside {
 public:
  // `own` has begun to read.
  Beside(PostgresPool& pool, PostgresConnection& own, int most, Clock::time_point deadline) : own_(own) {
    try {
      leases_ = pool.spare(most);
      if (!leases_.empty()) share(deadline);
    } catch (const base::Error& error) {
      if (own.has_failed() || error.code() != base::ErrorCode::kUnavailable) throw;
      end();  // the server gives no more connections: the read does without
    }
    std::vector<CompanyConnection*> connections;
    for (auto& lease : leases_) connections.push_back(&lease.connection());
    own.set_beside(std::move(connections));
  }
  ~Beside() { end(); }
  Beside(const Beside&) = delete;

 private:
  void share(Clock::time_point deadline) {
    auto exporting = own_.prepare("export_snapshot", "SELECT pg_export_snapshot()");
    exporting.step();
    const auto taking = "SET TRANSACTION SNAPSHOT '" + std::string(exporting.text(0)) + "'";
    for (auto& lease : leases_) {
      lease.connection().start_use(deadline);
      lease.connection().begin_read();
      lease.connection().execute(taking);
    }
  }
  void end() {
    own_.set_beside({});
    for (auto& lease : leases_) lease.connection().rollback();
    leases_.clear();
  }

  PostgresConnection& own_;
  std::list<PostgresPool::Lease> leases_;
};

void PostgresDatabase::read_together(const ReadOptions& options, int wanted, const std::function<void(Connection&)>& body) {
  auto deadline = deadline_of(options);
  bool is_replica_good = !options.fresh && !options_.replica_address.empty();
  PostgresPool& pool = is_replica_good ? replica_pool_ : pool_;
  PostgresPool::Lease lease = pool.acquire(deadline);
  PostgresConnection& connection = lease.connection();
  connection.start_use(deadline);
  if (options.snapshot) connection.begin_read();
  try {
    std::optional<Beside> beside;
    // The work is the server's, which may have more processors than this machine.
    if (options.snapshot && wanted > 0) beside.emplace(pool, connection, wanted, deadline);
    body(connection);
    connection.rethrow_swallowed();
    connection.finish_read();
  } catch (...) {
    connection.rollback();
    throw;
  }
}

// https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-PG-SNAPSHOT, pg_xact_status. After a crash the
// numbers of transactions that left no trace are given again, so "committed" is only believed of the same run of the
// server.
Outcome PostgresDatabase::verify(const LostCommit& lost) {
  auto deadline = Clock::now() + kVerifyPatience;
  try {
    for (;;) {
      std::string status;
      std::string server_start;
      {
        PostgresPool::Lease lease = pool_.acquire(deadline);
        PostgresConnection& connection = lease.connection();
        connection.start_use(deadline);
        server_start = connection.server_start();
        Statement select = connection.prepare("transaction_status", "SELECT pg_xact_status($1::text::xid8)");
        if (select.bind_text(1, std::to_string(lost.transaction_id)).step()) status = select.text(0);
      }
      if (status == "aborted") return Outcome::kRolledBack;
      if (status == "committed") return server_start == lost.server_start ? Outcome::kCommitted : Outcome::kUnknown;
      if (status != "in progress" || Clock::now() > deadline) return Outcome::kUnknown;
      std::this_thread::sleep_for(kRetryPause);
    }
  } catch (const base::Error& error) {
    base::log(base::LogLevel::kWarning, "commit_outcome_unknown", {{"what", error.key()}});
    return Outcome::kUnknown;
  }
}

std::vector<std::string> PostgresDatabase::check() {
  std::vector<std::string> problems;
  std::vector<std::string> tables;
  ReadOptions options{.name = "check", .deadline = std::chrono::hours(12), .snapshot = false};
  auto note = [&problems](std::string text) { problems.push_back(std::move(text)); };
  read(options, [&](Connection& connection) {
    Statement indexes = connection.prepare(
        "check_indexes",
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid AND NOT EXISTS "
        "(SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) ORDER BY 1");  // one in the making is no fault
    while (indexes.step()) note("index " + std::string(indexes.text(0)) + " is not valid: drop it and create it again");
    Statement constraints =
        connection.prepare("check_constraints", "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE NOT convalidated");
    while (constraints.step())
      note("constraint " + std::string(constraints.text(1)) + " of " + std::string(constraints.text(0)) + " is not validated");
    Statement sums =
        connection.prepare("check_sums", "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()");
    if (sums.step() && sums.integer(0) > 0) note("pages with a wrong checksum: " + std::to_string(sums.integer(0)));
    Statement select = connection.prepare("check_tables",
                                          "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
                                          "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1");
    while (select.step()) tables.emplace_back(select.text(0));
  });
  // Every value is read and put into words, which a broken page does not survive.
  for (const std::string& table : tables) {
    try {
      read(options,
           [&](Connection& connection) { connection.prepare("check_table", "SELECT count(length(t::text)) FROM " + table + " t").step(); });
    } catch (const base::Error& error) {
      if (error.code() == base::ErrorCode::kUnavailable) throw;
      note("table " + table + ": " + error.what());
    }
  }
  return problems;
}

}  // namespace

std::unique_ptr<Database> open_database(const DatabaseOptions& options) { return std::make_unique<PostgresDatabase>(options); }

}  // namespace store::postgres
