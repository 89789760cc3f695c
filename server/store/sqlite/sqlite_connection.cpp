#include "server/store/sqlite/sqlite_connection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <mutex>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/store/sqlite/sqlite_error.hpp"
#include "server/store/sqlite/sqlite_functions.hpp"

namespace store::sqlite {

namespace {
constexpr std::size_t kCachedStatements = 256;
constexpr int kBusyTimeoutMs = 5000;
// A checkpoint that waits for readers holds the writer's lock meanwhile.
constexpr int kCheckpointBusyTimeoutMs = 50;

std::string pragmas(const ConnectionSettings& settings) {
  std::string text = "PRAGMA mmap_size=2147418112; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=1; PRAGMA trusted_schema=0; ";
  text += "PRAGMA cache_size=-" + std::to_string(settings.cache_bytes / 1024) + "; ";
  text += "PRAGMA synchronous=" + settings.synchronous + "; ";
  if (settings.role == Role::kReader) return text + "PRAGMA query_only=1;";
  text += "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=268435456; PRAGMA secure_delete=0; ";
  // A busy database makes the switch fail where it is WAL already; so ask only once, on the first connection.
  if (settings.role == Role::kWriter) text = "PRAGMA journal_mode=WAL; " + text;
  return text;
}

// Personal data: the file (and with it -wal and -shm) is for the owner alone.
void create_private(const std::string& path) {
  int file = ::open(path.c_str(), O_CREAT | O_CLOEXEC | O_RDWR, 0600);
  if (file >= 0) ::close(file);
}
}  // namespace

void initialize() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Measured on four readers: 3.2 to 4.2 times the look-ups by id; the counters share one mutex.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_initialize();
  });
}

SqliteConnection::SqliteConnection(ConnectionSettings settings) : settings_(std::move(settings)), cache_(kCachedStatements) {
  try {
    open();
  } catch (...) {
    cache_.clear();
    sqlite3_close_v2(handle_);
    throw;
  }
}

SqliteConnection::~SqliteConnection() {
  cache_.clear();
  sqlite3_close_v2(handle_);
}

void SqliteConnection::open() {
  initialize();
  if (settings_.role == Role::kWriter && settings_.vfs.empty()) create_private(settings_.path);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int code = sqlite3_open_v2(settings_.path.c_str(), &handle_, flags, settings_.vfs.empty() ? nullptr : settings_.vfs.c_str());
  if (code != SQLITE_OK) throw_error(handle_, code, "open", settings_.path);
  // First of all: without it any pragma may answer "database is locked".
  sqlite3_busy_timeout(handle_, settings_.role == Role::kCheckpointer ? kCheckpointBusyTimeoutMs : kBusyTimeoutMs);
  std::string text = pragmas(settings_);
  code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_error(handle_, code, "open", text);
  register_functions(handle_);
  if (settings_.role == Role::kReader) sqlite3_progress_handler(handle_, kProgressInstructions, &on_progress, this);
}

int SqliteConnection::on_progress(void* connection) {
  auto* self = static_cast<SqliteConnection*>(connection);
  if (self->looks_left_ > 0) --self->looks_left_;
  if (self->looks_left_ == 0 || self->is_interrupted_.load(std::memory_order_relaxed)) return 1;
  return std::chrono::steady_clock::now() > self->deadline_ ? 1 : 0;
}

Statement SqliteConnection::prepare(std::string_view name, std::string_view sql) {
  SqliteStatement* statement = cache_.find(sql);
  if (!statement) {
    require_usable();
    statement = cache_.insert(sql, std::make_unique<SqliteStatement>(*this, name, sql));
    statement->borrow(settings_.counters->find(name));
  } else if (statement->busy) {
    auto second = std::make_unique<SqliteStatement>(*this, name, sql);
    second->is_temporary = true;
    second->borrow(settings_.counters->find(name));
    statement = second.release();
  } else {
    QueryCounter& last = const_cast<QueryCounter&>(statement->counter());
    statement->borrow(last.name() == name ? last : settings_.counters->find(name));
  }
  Statement borrowed(statement);
  if (statement->names_late_table() && late_writes_.is_pending()) late_writes_.make(*this);
  return borrowed;
}

void SqliteConnection::execute(std::string_view sql) {
  require_usable();
  ++executions_;
  if (late_writes_.is_pending() && sql.find(kLateTable) != std::string_view::npos) late_writes_.make(*this);
  std::string text(sql);
  int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, "execute", sql);
}

void SqliteConnection::run_plain(std::string_view sql) {
  SqliteStatement* statement = cache_.find(sql);
  if (!statement) statement = cache_.insert(sql, std::make_unique<SqliteStatement>(*this, "transaction", sql));
  auto failure = std::exchange(failure_, nullptr);
  statement->borrow(settings_.counters->find("transaction"));
  Statement borrowed(statement);
  borrowed.step();
  failure_ = failure;
}

void SqliteConnection::begin(std::string_view sql) {
  start_use();
  try {
    run_plain(sql);
  } catch (...) {
    failure_ = nullptr;
    throw;
  }
}

void SqliteConnection::commit() {
  try {
    late_writes_.make(*this);
    run_plain("COMMIT");
    late_writes_.clear();
  } catch (...) {
    rollback();
    throw;
  }
}

void SqliteConnection::rollback() noexcept {
  start_use();
  if (!is_in_transaction()) return;
  try {
    run_plain("ROLLBACK");
  } catch (const std::exception& error) {
    base::log(base::LogLevel::kWarning, "rollback_failed", {{"what", error.what()}});
  }
}

void SqliteConnection::savepoint(const std::function<void()>& body) {
  std::string level = std::to_string(savepoint_depth_);
  std::size_t messages = message_count();
  const LateWrites::Mark late = late_writes_.mark();
  require_usable();
  run_plain("SAVEPOINT s" + level);
  ++savepoint_depth_;
  try {
    body();
    rethrow_swallowed();
  } catch (...) {
    --savepoint_depth_;
    // An error may have ended the whole transaction; then the failure stays and whoever began it will see that.
    if (is_in_transaction()) {
      failure_ = nullptr;
      drop_messages(messages);
      late_writes_.go_back(late);
      run_plain("ROLLBACK TO s" + level);
      run_plain("RELEASE s" + level);
    }
    throw;
  }
  --savepoint_depth_;
  run_plain("RELEASE s" + level);
}

void SqliteConnection::run_unguarded(const std::function<void(Connection&)>& body) {
  const std::size_t messages = message_count();
  const LateWrites::Mark late = late_writes_.mark();
  const auto changes = sqlite3_total_changes64(handle_);
  const auto executions = executions_;
  try {
    body(*this);
    rethrow_swallowed();
  } catch (...) {
    is_spoilt_ = sqlite3_total_changes64(handle_) != changes || executions_ != executions || late_writes_.mark().made != late.made;
    if (!is_spoilt_ && is_in_transaction()) {
      failure_ = nullptr;
      drop_messages(messages);
      late_writes_.go_back(late);
    }
    throw;
  }
}

void SqliteConnection::add_late(LateWrite write) {
  require_usable();
  late_writes_.add(std::move(write));
  if (!is_in_transaction()) late_writes_.make(*this);
}

void SqliteConnection::rethrow_swallowed() {
  if (failure_) std::rethrow_exception(failure_);
}

void SqliteConnection::fail(int code, std::string_view name, std::string_view sql) {
  try {
    throw_error(handle_, code, name, sql);
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
}

void SqliteConnection::require_usable() const {
  if (failure_) throw base::Error::internal("a statement in a transaction whose earlier statement failed");
}

void SqliteConnection::count(QueryCounter& counter, std::chrono::steady_clock::time_point started_at, std::int64_t rows) {
  auto elapsed = std::chrono::steady_clock::now() - started_at;
  counter.add(elapsed, rows);
  if (elapsed > settings_.slow_query) {
    base::log(base::LogLevel::kWarning, "slow_query",
              {{"query", counter.name()},
               {"ms", std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count()}},
               {"rows", rows}});
  }
}

}  // namespace store::sqlite
