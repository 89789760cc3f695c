// Connection over libpq.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/error.hpp"
#include "server/store/company.hpp"
#include "server/store/notifier.hpp"
#include "server/store/postgres/postgres_statement.hpp"
#include "server/store/postgres/postgres_wire.hpp"
#include "server/store/statement_cache.hpp"

namespace store::postgres {

struct ConnectionSettings {
  std::string address;
  bool prepared_statements = true;
  std::chrono::milliseconds slow_query{200};
  std::shared_ptr<QueryCounters> counters;
};

// The connection was lost while COMMIT was under way. Thrown by commit() only, caught by Database::write.
struct LostCommit {
  std::int64_t transaction_id = 0;  // 0: nothing was written
  std::string server_start;         // pg_postmaster_start_time()
};

// BEGIN, SAVEPOINT, RELEASE and ROLLBACK TO wait in `prefix_` and travel in front of the next statement, so they cost
// no round trip of their own; a transaction (or savepoint) in which nothing was executed never reaches the server. The
// COMMIT of a read is sent and not waited for: its answer is taken before the connection's next use. Statements that yield
// nothing may be sent on (store::send) and are answered with the next round trip, at the latest that of COMMIT, which the server skips
// when one of them failed. One is made at both ends of each savepoint if any are under way, so that a failure stays on its side, and
// before COMMIT while the transaction's number is not known: without it nobody could ask what became of the COMMIT.
class PostgresConnection final : public CompanyConnection {
 public:
  using Clock = std::chrono::steady_clock;
  explicit PostgresConnection(ConnectionSettings settings);
  ~PostgresConnection() override;

  Dialect dialect() const override { return Dialect::kPostgres; }
  Statement prepare(std::string_view name, std::string_view sql) override;
  void execute(std::string_view sql) override;
  bool in_write() const override { return is_write_; }
  void savepoint(const std::function<void()>& body) override;
  // 0 outside of a write.
  std::int64_t transaction_id() override;
  void set_interrupted(bool) override {}
  bool has_failed() const { return failure_ != nullptr || is_lost(); }

  // For the owner. One use: start_use(), begin_*(), statements, then commit() or finish_read() or rollback().
  void start_use(Clock::time_point deadline);
  void begin_read();
  void begin_write();
  void commit();
  void finish_read();
  void rollback() noexcept;
  void rethrow_swallowed();
  void add_message(Message message) { messages_.push_back(std::move(message)); }
  void add_message_once(std::string_view channel, std::string_view payload) { add_once(messages_, channel, payload); }
  const std::vector<Message>& messages() const { return messages_; }  // of the current transaction, also after its commit

  bool is_lost() const { return wire_->is_lost(); }
  // For a connection that lay idle: takes the answer to the last COMMIT. False when the server has closed it.
  bool is_usable();
  // The schema has changed: statements are prepared anew.
  void forget_statements();
  const std::string& server_start() const { return server_start_; }

  // While it lives statements that are run are sent on; see store::send.
  class Sending {
   public:
    explicit Sending(PostgresConnection& connection) : connection_(connection) { connection_.is_sending_ = connection_.is_write_; }
    ~Sending() { connection_.is_sending_ = false; }
    Sending(const Sending&) = delete;

   private:
    PostgresConnection& connection_;
  };

  // For PostgresStatement.
  bool is_sending() const { return is_sending_; }
  Result run(PostgresStatement& statement);
  void send(PostgresStatement& statement);
  // Grows when everything prepared on the server is void.
  int epoch() const { return epoch_; }
  void deallocate(const PreparedForm& form);
  void count(QueryCounter& counter, Clock::time_point started_at, std::int64_t rows);

 private:
  // Commands that every transaction has; prepared like statements.
  enum Fixed { kBeginRead, kBeginWrite, kTransactionId, kCommit, kFixedCount };
  struct Command {
    Fixed fixed = kFixedCount;
    std::string text;  // when not fixed
  };
  void connect();
  void send_fixed(Fixed command, PostgresWire::Receiver receiver);
  void read_settings(const PGresult* result);
  void send_prefix();
  Result run_once(PostgresStatement& statement);
  void send_statement(PostgresStatement& statement, PostgresWire::Receiver receiver);
  void settle_sent();
  void forget_sent() noexcept;
  void finish_round_trip(std::string_view name, std::string_view sql);
  void flush_prefix();
  [[noreturn]] void fail(base::Error error);
  void require_usable() const;

  const ConnectionSettings settings_;
  std::unique_ptr<PostgresWire> wire_;
  StatementCache<PostgresStatement> cache_;
  std::string server_start_;
  int last_statement_ = 0;
  int epoch_ = 1;
  int fixed_epochs_[kFixedCount] = {};  // as PreparedForm::epoch
  Clock::time_point last_answer_at_;
  Parameters parameters_;  // of the statement being sent; kept for its room

  struct Unused {
    std::string name;                  // on the server, or "ALL"
    std::shared_ptr<const int> epoch;  // 0: it was never prepared, its statement was skipped
  };
  std::vector<Unused> deallocated_;  // sent in front of the next use
  std::vector<Command> prefix_;
  std::size_t sent_prefixes_ = 0;  // of this use: places in the order of all its prefixes
  bool is_write_ = false;
  bool has_executed_ = false;  // a statement of this use has succeeded
  bool is_committing_ = false;
  bool is_sending_ = false;
  int unanswered_ = 0;  // statements sent on since the last round trip
  std::int64_t transaction_id_ = 0;
  int savepoint_depth_ = 0;
  std::exception_ptr failure_;
  std::vector<Message> messages_;
  Clock::time_point deadline_ = Clock::time_point::max();
};

}  // namespace store::postgres
