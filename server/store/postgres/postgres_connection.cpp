#include "server/store/postgres/postgres_connection.hpp"

#include <charconv>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/store/postgres/postgres_error.hpp"

namespace store::postgres {

namespace {
constexpr std::size_t kCachedStatements = 256;
constexpr std::chrono::seconds kSetUpPatience{5};

// jit: compiling takes longer than any query of a screen. The time-outs are for a node that froze in a transaction and
// for a lock that is never given back.
constexpr const char* kSetUp =
    "SET idle_in_transaction_session_timeout = '60s'; SET lock_timeout = '10s'; SET jit = off; SET bytea_output = "
    "'hex'; "
    "SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('server_encoding'), "
    "current_setting('full_page_writes'), pg_postmaster_start_time()::text, pg_is_in_recovery()";

// By PostgresConnection::Fixed. The number of the transaction is taken in every write, in the round trip of its first
// statement: without it the outcome of a lost COMMIT stays unknown.
constexpr std::pair<const char*, const char*> kFixedCommands[] = {
    {"begin_read", "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"},
    {"begin_write", "BEGIN"},
    {"transaction_id", "SELECT pg_current_xact_id()::text"},
    {"commit", "COMMIT"},
};
const Parameters kNoParameters;
// The server's answers must fit into its socket while nobody reads them.
constexpr int kMostUnanswered = 64;
// So many lie here before they go: the server works on them while the next are made.
constexpr int kSentTogether = 4;
// A connection used so recently is not asked whether it still lives: a first statement that finds it dead runs again.
constexpr std::chrono::milliseconds kFresh{500};

std::int64_t to_integer(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}
}  // namespace

PostgresConnection::PostgresConnection(ConnectionSettings settings) : settings_(std::move(settings)), cache_(kCachedStatements) {
  connect();
}

PostgresConnection::~PostgresConnection() { cache_.clear(); }

void PostgresConnection::connect() {
  wire_ = std::make_unique<PostgresWire>(settings_.address);
  deallocated_.clear();
  ++epoch_;
  Result error = wire_->run_script(kSetUp, Clock::now() + kSetUpPatience, [this](Result result) {
    if (result && PQresultStatus(result.get()) == PGRES_TUPLES_OK) read_settings(result.get());
  });
  if (error) throw to_error(error.get(), "connect", kSetUp);
}

// A server that loses acknowledged writes is no place for them.
void PostgresConnection::read_settings(const PGresult* result) {
  auto value = [result](int column) { return std::string(PQgetvalue(result, 0, column)); };
  auto refuse = [](std::string key, std::string setting) {
    throw base::Error(base::ErrorCode::kFailedPrecondition, std::move(key), {{"setting", std::move(setting)}});
  };
  if (value(0) == "off") refuse("database_not_durable", "fsync");
  if (value(1) == "off") refuse("database_not_durable", "synchronous_commit");
  if (value(3) == "off") refuse("database_not_durable", "full_page_writes");
  if (value(2) != "UTF8") refuse("database_encoding", value(2));
  server_start_ = value(4);
}

void PostgresConnection::start_use(Clock::time_point deadline) {
  prefix_.clear();
  sent_prefixes_ = 0;
  is_write_ = false;
  has_executed_ = false;
  is_committing_ = false;
  unanswered_ = 0;
  transaction_id_ = 0;
  savepoint_depth_ = 0;
  failure_ = nullptr;
  messages_.clear();
  deadline_ = deadline;
}

bool PostgresConnection::is_usable() {
  auto now = Clock::now();
  try {
    if (wire_->is_under_way()) wire_->receive(now + kSetUpPatience);
    return now - last_answer_at_ < kFresh ? !is_lost() : !wire_->is_closed_by_server();
  } catch (const base::Error&) {
    return false;
  }
}

void PostgresConnection::begin_read() { prefix_.push_back({kBeginRead, {}}); }

void PostgresConnection::begin_write() {
  is_write_ = true;
  prefix_.push_back({kBeginWrite, {}});
  prefix_.push_back({kTransactionId, {}});
}

void PostgresConnection::send_fixed(Fixed command, PostgresWire::Receiver receiver) {
  auto [name, sql] = kFixedCommands[command];
  if (!settings_.prepared_statements) return wire_->send_plain(sql, std::move(receiver));
  if (fixed_epochs_[command] != epoch_) {
    wire_->send_prepare(name, sql, kNoParameters, [this, command](Result result) { fixed_epochs_[command] = result ? epoch_ : 0; });
  }
  wire_->send_prepared(name, kNoParameters, std::move(receiver));
}

void PostgresConnection::send_prefix() {
  // Not later: in a transaction that has failed only ROLLBACK is heard.
  if (!deallocated_.empty() && sent_prefixes_ == 0 && !has_executed_) {
    for (const Unused& unused : std::exchange(deallocated_, {})) {
      if (*unused.epoch != 0) wire_->send_plain(("DEALLOCATE " + unused.name).c_str());
    }
    wire_->send_sync();  // a transaction of its own: BEGIN sets the isolation level, which must come first
  }
  for (const Command& command : prefix_) {
    if (command.fixed == kFixedCount) {
      wire_->send_plain(command.text.c_str());
    } else if (command.fixed == kTransactionId) {
      send_fixed(kTransactionId, [this](Result result) {
        if (result) transaction_id_ = to_integer(PQgetvalue(result.get(), 0, 0));
      });
    } else {
      send_fixed(command.fixed, nullptr);
    }
  }
  sent_prefixes_ += prefix_.size();
  prefix_.clear();
}

void PostgresConnection::send_statement(PostgresStatement& statement, PostgresWire::Receiver receiver) {
  statement.fill(parameters_);
  if (!settings_.prepared_statements || statement.is_temporary) {
    wire_->send(statement.sql().c_str(), parameters_, std::move(receiver));
    return;
  }
  PreparedForm& form = statement.form();
  if (*form.epoch != epoch_) {
    form.server_name = "m" + std::to_string(++last_statement_);
    wire_->send_prepare(form.server_name.c_str(), statement.sql().c_str(), parameters_, [epoch = form.epoch](Result result) {
      if (!result) *epoch = 0;
    });
    *form.epoch = epoch_;
  }
  wire_->send_prepared(form.server_name.c_str(), parameters_, std::move(receiver));
}

void PostgresConnection::finish_round_trip(std::string_view name, std::string_view sql) {
  wire_->send_sync();
  unanswered_ = 0;
  Result error = wire_->receive(deadline_);
  last_answer_at_ = Clock::now();
  if (error) throw to_error(error.get(), name, sql);
}

Result PostgresConnection::run_once(PostgresStatement& statement) {
  Result rows;
  send_prefix();
  send_statement(statement, [&rows](Result result) { rows = std::move(result); });
  finish_round_trip(statement.counter().name(), statement.sql());
  return rows;
}

Result PostgresConnection::run(PostgresStatement& statement) {
  require_usable();
  std::vector<Command> prefix = prefix_;
  try {
    Result rows = run_once(statement);
    has_executed_ = true;
    return rows;
  } catch (const base::Error& error) {
    // The first statement of a read may run again unseen: on a new connection, or after a change of the schema.
    bool is_fresh_read = !is_write_ && !has_executed_ && savepoint_depth_ == 0;
    bool is_stale = error.key() == "schema_changed";
    if (!is_fresh_read || !(is_lost() || is_stale) || Clock::now() > deadline_) fail(error);
  }
  try {
    if (is_lost()) {
      connect();
    } else if (wire_->is_in_transaction()) {
      wire_->send_plain("ROLLBACK");
      wire_->send_sync();
    }
    forget_statements();
    sent_prefixes_ = 0;
    prefix_ = prefix;
    Result rows = run_once(statement);
    has_executed_ = true;
    return rows;
  } catch (const base::Error& error) {
    fail(error);
  }
}

void PostgresConnection::send(PostgresStatement& statement) {
  require_usable();
  try {
    send_prefix();
    send_statement(statement, nullptr);
    if (++unanswered_ == kMostUnanswered)
      settle_sent();
    else if (unanswered_ % kSentTogether == 0)
      wire_->flush();
    has_executed_ = true;
  } catch (const base::Error& error) {
    fail(error);
  }
}

void PostgresConnection::settle_sent() {
  if (unanswered_ > 0) finish_round_trip("sent", "");
}

Statement PostgresConnection::prepare(std::string_view name, std::string_view sql) {
  PostgresStatement* statement = cache_.find(sql);
  if (!statement) {
    statement = cache_.insert(sql, std::make_unique<PostgresStatement>(*this, name, sql));
    statement->borrow(settings_.counters->find(name));
  } else if (statement->busy) {
    auto second = std::make_unique<PostgresStatement>(*this, name, sql);
    second->is_temporary = true;
    second->borrow(settings_.counters->find(name));
    statement = second.release();
  } else {
    QueryCounter& last = const_cast<QueryCounter&>(statement->counter());
    statement->borrow(last.name() == name ? last : settings_.counters->find(name));
  }
  return Statement(statement);
}

void PostgresConnection::execute(std::string_view sql) {
  require_usable();
  try {
    flush_prefix();
    if (Result error = wire_->run_script(std::string(sql), deadline_)) throw to_error(error.get(), "execute", sql);
    has_executed_ = true;
  } catch (const base::Error& error) {
    fail(error);
  }
}

void PostgresConnection::flush_prefix() {
  settle_sent();
  if (wire_->is_under_way()) wire_->receive(deadline_);
  if (prefix_.empty()) return;
  send_prefix();
  finish_round_trip("transaction", "BEGIN");
}

std::int64_t PostgresConnection::transaction_id() {
  if (!is_write_) return 0;
  require_usable();
  try {
    if (transaction_id_ == 0) flush_prefix();
  } catch (const base::Error& error) {
    fail(error);
  }
  return transaction_id_;
}

void PostgresConnection::savepoint(const std::function<void()>& body) {
  require_usable();
  try {
    settle_sent();  // what fails here is none of the savepoint's
  } catch (const base::Error& error) {
    fail(error);
  }
  std::string name = "s" + std::to_string(savepoint_depth_);
  std::size_t messages = messages_.size();
  std::size_t place = sent_prefixes_ + prefix_.size();
  prefix_.push_back({kFixedCount, "SAVEPOINT " + name});
  ++savepoint_depth_;
  auto is_sent = [&] { return sent_prefixes_ > place; };
  try {
    body();
    rethrow_swallowed();
    settle_sent();
  } catch (...) {
    --savepoint_depth_;
    forget_sent();
    if (is_lost()) throw;
    failure_ = nullptr;
    messages_.resize(messages);
    if (is_sent()) {
      prefix_.push_back({kFixedCount, "ROLLBACK TO SAVEPOINT " + name});
      prefix_.push_back({kFixedCount, "RELEASE SAVEPOINT " + name});
    } else {
      prefix_.resize(place - sent_prefixes_);
    }
    throw;
  }
  --savepoint_depth_;
  if (is_sent()) {
    prefix_.push_back({kFixedCount, "RELEASE SAVEPOINT " + name});
  } else {
    prefix_.resize(place - sent_prefixes_);
  }
}

// What was sent on is going to be rolled back: whether it succeeded is of no matter.
void PostgresConnection::forget_sent() noexcept {
  if (unanswered_ == 0 || is_lost()) return;
  try {
    settle_sent();
  } catch (const std::exception&) {
    // as above; a lost connection is noticed by whoever uses it next
  }
}

void PostgresConnection::commit() {
  if (sent_prefixes_ == 0 && messages_.empty() && !wire_->is_in_transaction()) return;  // nothing was executed
  if (transaction_id_ == 0) settle_sent();
  is_committing_ = true;
  try {
    send_prefix();
    for (const Message& message : messages_) {
      parameters_ = {{0, 0}, {message.channel.c_str(), message.payload.c_str()}, {0, 0}, {0, 0}};
      wire_->send("SELECT pg_notify($1, $2)", parameters_, nullptr);
    }
    std::string status;
    send_fixed(kCommit, [&status](Result result) {
      if (result) status = PQcmdStatus(result.get());
    });
    finish_round_trip("commit", "COMMIT");
    // What the server says when a statement of the transaction had failed.
    if (status != "COMMIT") throw base::Error::internal("COMMIT was answered by " + status);
  } catch (const base::Error&) {
    if (is_lost()) throw LostCommit{transaction_id_, server_start_};
    throw;
  }
}

void PostgresConnection::finish_read() {
  if (!wire_->is_in_transaction()) return;
  send_fixed(kCommit, nullptr);
  wire_->send_sync();
  wire_->flush();
}

void PostgresConnection::rollback() noexcept {
  prefix_.clear();
  messages_.clear();
  failure_ = nullptr;
  forget_sent();
  if (is_lost()) return;
  try {
    if (wire_->is_under_way()) wire_->receive(Clock::now() + kSetUpPatience);
    if (!wire_->is_in_transaction()) return;
    wire_->send_plain("ROLLBACK");
    wire_->send_sync();
    wire_->receive(Clock::now() + kSetUpPatience);
  } catch (const std::exception& error) {
    base::log(base::LogLevel::kWarning, "rollback_failed", {{"what", error.what()}});
  }
}

void PostgresConnection::deallocate(const PreparedForm& form) {
  if (wire_ && !is_lost()) deallocated_.push_back({form.server_name, form.epoch});
}

void PostgresConnection::forget_statements() {
  ++epoch_;
  deallocated_.assign(1, {"ALL", std::make_shared<int>(epoch_)});
}

void PostgresConnection::rethrow_swallowed() {
  if (failure_) std::rethrow_exception(failure_);
}

void PostgresConnection::fail(base::Error error) {
  failure_ = std::make_exception_ptr(error);
  throw error;
}

void PostgresConnection::require_usable() const {
  if (is_lost()) throw base::Error(base::ErrorCode::kUnavailable, "database_unreachable");
  if (failure_) throw base::Error::internal("a statement in a transaction whose earlier statement failed");
}

void PostgresConnection::count(QueryCounter& counter, Clock::time_point started_at, std::int64_t rows) {
  auto elapsed = Clock::now() - started_at;
  counter.add(elapsed, rows);
  if (elapsed > settings_.slow_query) {
    base::log(base::LogLevel::kWarning, "slow_query",
              {{"query", counter.name()},
               {"ms", std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count()}},
               {"rows", rows}});
  }
}

}  // namespace store::postgres
