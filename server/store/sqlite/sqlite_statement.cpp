#include "server/store/sqlite/sqlite_statement.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "server/base/error.hpp"
#include "server/store/id_set.hpp"
#include "server/store/sqlite/sqlite_connection.hpp"
#include "server/store/sqlite/sqlite_error.hpp"
#include "server/store/sqlite/sqlite_functions.hpp"
#include "server/store/text_check.hpp"

namespace store::sqlite {

namespace {
constexpr std::size_t kKeptBufferBytes = 16 << 10;  // longer values give their memory back

// $1, $2, … in order of their numbers: SQLite counts them by first appearance.
std::vector<int> find_positions(sqlite3_stmt* statement, std::string_view name) {
  std::vector<int> positions;
  int count = sqlite3_bind_parameter_count(statement);
  for (int i = 1; i <= count; ++i) {
    const char* parameter = sqlite3_bind_parameter_name(statement, i);
    std::string_view text = parameter ? parameter : "?";
    std::size_t number = 0;
    auto end = std::from_chars(text.data() + 1, text.data() + text.size(), number).ptr;
    if (text[0] != '$' || end != text.data() + text.size() || number < 1 || number > 32766) {
      throw base::Error::internal("query " + std::string(name) + ": parameter " + std::string(text) + " is not $1, $2, …");
    }
    if (positions.size() < number) positions.resize(number);
    positions[number - 1] = i;
  }
  return positions;
}
}  // namespace

SqliteStatement::SqliteStatement(SqliteConnection& connection, std::string_view name, std::string_view sql)
    : connection_(connection), names_late_table_(sql.find(kLateTable) != std::string_view::npos) {
  const char* tail = nullptr;
  int code =
      sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement_, &tail);
  if (code != SQLITE_OK) connection.fail(code, name, sql);
  std::string_view rest(tail, sql.data() + sql.size() - tail);
  if (!statement_ || rest.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    sqlite3_finalize(statement_);
    throw base::Error::internal("query " + std::string(name) + ": not one statement: " + std::string(sql));
  }
  try {
    positions_ = find_positions(statement_, name);
  } catch (...) {
    sqlite3_finalize(statement_);
    throw;
  }
  buffers_.resize(positions_.size());
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

void SqliteStatement::release() {
  stop();
  if (is_temporary) {
    delete this;
    return;
  }
  if (!positions_.empty()) {
    sqlite3_clear_bindings(statement_);
    for (std::string& buffer : buffers_) {
      if (buffer.capacity() > kKeptBufferBytes) std::string().swap(buffer);
    }
  }
  looks_left_ = -1;
  has_given_up_ = false;
  busy = false;
}

int SqliteStatement::position(int index) {
  if (is_started_) stop();
  if (index < 1 || index > static_cast<int>(positions_.size()) || positions_[index - 1] == 0) {
    throw base::Error::internal("query " + counter_->name() + ": no parameter $" + std::to_string(index));
  }
  return positions_[index - 1];
}

std::string& SqliteStatement::buffer(int index) { return buffers_[index - 1]; }

void SqliteStatement::bind_null(int index) { sqlite3_bind_null(statement_, position(index)); }

void SqliteStatement::bind_integer(int index, std::int64_t value) { sqlite3_bind_int64(statement_, position(index), value); }

void SqliteStatement::bind_real(int index, double value) { sqlite3_bind_double(statement_, position(index), value); }

void SqliteStatement::bind_text(int index, std::string_view value) {
  int at = position(index);
  check_text(value, counter_->name());
  std::string& copy = buffer(index);
  copy.assign(value);
  int code = sqlite3_bind_text64(statement_, at, copy.data(), copy.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) connection_.fail(code, counter_->name(), sqlite3_sql(statement_));
}

void SqliteStatement::bind_blob(int index, std::string_view bytes) {
  int at = position(index);
  std::string& copy = buffer(index);
  copy.assign(bytes);
  int code = sqlite3_bind_blob64(statement_, at, copy.data(), copy.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) connection_.fail(code, counter_->name(), sqlite3_sql(statement_));
}

void SqliteStatement::bind_int_list(int index, const std::vector<std::int64_t>& values) {
  int at = position(index);
  std::string& list = buffer(index);
  list.assign(1, '[');
  char digits[24];
  for (std::int64_t value : values) {
    if (list.size() > 1) list += ',';
    list.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  list += ']';
  int code = sqlite3_bind_text64(statement_, at, list.data(), list.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) connection_.fail(code, counter_->name(), sqlite3_sql(statement_));
}

void SqliteStatement::bind_id_set(int index, const IdSet& ids) {
  sqlite3_bind_pointer(statement_, position(index), const_cast<IdSet*>(&ids), kIdSetPointer, nullptr);
}

void SqliteStatement::give_up_after(std::int64_t work) {
  if (is_started_) stop();
  looks_left_ = std::max<std::int64_t>(1, work / kProgressInstructions);
  has_given_up_ = false;
}

void SqliteStatement::start() {
  connection_.require_usable();
  is_started_ = true;
  rows_ = 0;
  changes_before_ = sqlite3_total_changes64(connection_.handle());
  started_at_ = std::chrono::steady_clock::now();
}

void SqliteStatement::stop() {
  if (!is_started_) return;
  is_started_ = false;
  is_done_ = false;
  connection_.count(*counter_, started_at_, rows_);
  sqlite3_reset(statement_);
}

bool SqliteStatement::step() {
  if (is_done_) return false;
  if (!is_started_) start();
  std::int64_t& looks = connection_.looks_left();
  const auto others = std::exchange(looks, looks_left_);
  int code = sqlite3_step(statement_);
  looks_left_ = std::exchange(looks, others);
  if (code == SQLITE_ROW) {
    ++rows_;
    return true;
  }
  if (code == SQLITE_DONE) {
    is_done_ = true;
    return false;
  }
  // A reading statement that is interrupted leaves its transaction as it was.
  if (code == SQLITE_INTERRUPT && looks_left_ == 0) {
    is_done_ = has_given_up_ = true;
    return false;
  }
  // The message must be read before the reset.
  try {
    connection_.fail(sqlite3_extended_errcode(connection_.handle()), counter_->name(), sqlite3_sql(statement_));
  } catch (...) {
    stop();
    throw;
  }
}

std::int64_t SqliteStatement::run() {
  stop();
  while (step()) {
  }
  bool has_changed = sqlite3_total_changes64(connection_.handle()) != changes_before_;
  std::int64_t changes = has_changed ? sqlite3_changes64(connection_.handle()) : 0;
  rows_ += changes;
  stop();
  return changes;
}

std::string_view SqliteStatement::text(int column) {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  if (!text) return {};
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view SqliteStatement::blob(int column) {
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (!bytes) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace store::sqlite
