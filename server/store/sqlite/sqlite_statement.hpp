// Statement over sqlite3_stmt.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/query_counters.hpp"
#include "server/store/statement.hpp"

namespace store::sqlite {

class SqliteConnection;

// idle (busy = false) → borrowed → running (started) → at the end (done). Binding or run() brings it back to borrowed.
// Bound texts live in `buffers_`, which keep their room: binding allocates only when a value is longer than any before.
class SqliteStatement final : public Statement::Impl {
 public:
  // `connection` owns the cache that owns this. Throws on bad SQL.
  SqliteStatement(SqliteConnection& connection, std::string_view name, std::string_view sql);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;

  void borrow(QueryCounter& counter) {
    busy = true;
    counter_ = &counter;
  }
  const QueryCounter& counter() const { return *counter_; }
  bool names_late_table() const { return names_late_table_; }  // see late_write.hpp

  void release() override;
  void bind_null(int index) override;
  void bind_integer(int index, std::int64_t value) override;
  void bind_real(int index, double value) override;
  void bind_text(int index, std::string_view value) override;
  void bind_blob(int index, std::string_view bytes) override;
  void bind_int_list(int index, const std::vector<std::int64_t>& values) override;
  void bind_id_set(int index, const IdSet& ids) override;
  void give_up_after(std::int64_t work) override;
  bool has_given_up() override { return has_given_up_; }
  bool step() override;
  std::int64_t run() override;
  int column_count() override { return sqlite3_column_count(statement_); }
  bool is_null(int column) override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) override { return sqlite3_column_int64(statement_, column); }
  double real(int column) override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) override;
  std::string_view blob(int column) override;

  bool busy = false;          // borrowed; see StatementCache
  bool is_temporary = false;  // a second borrower of the same text: deleted by release()

 private:
  int position(int index);  // of $index; resets a started statement
  void start();
  void stop();  // counts the run and resets
  std::string& buffer(int index);

  SqliteConnection& connection_;
  const bool names_late_table_;
  sqlite3_stmt* statement_ = nullptr;
  QueryCounter* counter_ = nullptr;
  std::vector<int> positions_;  // SQLite's parameter number of $1, $2, …; 0 when the text does not have it
  std::vector<std::string> buffers_;
  std::chrono::steady_clock::time_point started_at_;
  std::int64_t rows_ = 0;
  std::int64_t changes_before_ = 0;
  std::int64_t looks_left_ = -1;  // of the progress handler until the statement gives up; -1: it never does
  bool has_given_up_ = false;
  bool is_started_ = false;
  bool is_done_ = false;
};

}  // namespace store::sqlite
