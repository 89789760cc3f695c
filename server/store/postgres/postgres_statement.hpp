// Statement over libpq.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/postgres/postgres_wire.hpp"
#include "server/store/query_counters.hpp"
#include "server/store/statement.hpp"

namespace store::postgres {

class PostgresConnection;

// How a parameter travels. kUntyped is text: the server takes the type that its place asks for.
enum class ParameterKind : char { kNull, kInteger, kReal, kUntyped, kBytes, kIntegerList };

// One form of a statement prepared on the server: types are fixed when it is prepared. A null fits any type.
struct PreparedForm {
  std::vector<ParameterKind> kinds;
  std::string server_name;
  // PostgresConnection::epoch() when it was sent to be prepared; 0: not prepared. Shared with the answer under way, which may
  // come when the statement is gone.
  std::shared_ptr<int> epoch = std::make_shared<int>(0);
};

class PostgresStatement final : public Statement::Impl {
 public:
  PostgresStatement(PostgresConnection& connection, std::string_view name, std::string_view sql);
  ~PostgresStatement();
  PostgresStatement(const PostgresStatement&) = delete;

  void borrow(QueryCounter& counter) {
    busy = true;
    counter_ = &counter;
  }
  const QueryCounter& counter() const { return *counter_; }

  void release() override;
  void bind_null(int index) override;
  void bind_integer(int index, std::int64_t value) override;
  void bind_real(int index, double value) override;
  void bind_text(int index, std::string_view value) override;
  void bind_blob(int index, std::string_view bytes) override;
  void bind_int_list(int index, const std::vector<std::int64_t>& values) override;
  void bind_id_set(int index, const IdSet& ids) override;
  void give_up_after(std::int64_t) override {}
  bool has_given_up() override { return false; }
  bool step() override;
  std::int64_t run() override;
  int column_count() override;
  bool is_null(int column) override { return PQgetisnull(result_.get(), row_, column) != 0; }
  std::int64_t integer(int column) override;
  double real(int column) override;
  std::string_view text(int column) override;
  std::string_view blob(int column) override;

  // For PostgresConnection.
  const std::string& sql() const { return sql_; }
  // Fills `parameters`; the types of nulls are those of `form` or unknown.
  void fill(Parameters& parameters) const;
  // The form that fits what is bound; made when there is none.
  PreparedForm& form();

  bool busy = false;          // borrowed; see StatementCache
  bool is_temporary = false;  // a second borrower of the same text: never prepared, deleted by release()

 private:
  struct Parameter {
    ParameterKind kind = ParameterKind::kNull;
    std::string bytes;
  };
  Parameter& parameter(int index, ParameterKind kind);
  void execute();
  void stop();

  PostgresConnection& connection_;
  const std::string sql_;
  QueryCounter* counter_ = nullptr;
  std::vector<Parameter> parameters_;
  std::vector<PreparedForm> forms_;
  Result result_;
  int row_ = -1;
  int rows_ = 0;
  std::vector<std::string> decoded_;  // bytea columns of the current row
  std::chrono::steady_clock::time_point started_at_;
  bool is_started_ = false;
  // "SELECT string_agg(int8send(…": the result travels as bytes, not as their digits, which would be twice as much.
  const bool is_binary_;
};

}  // namespace store::postgres
