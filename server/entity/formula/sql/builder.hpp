// Inside of the SQL compiler: typed SQL expressions and the rules by which they combine.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/entity/formula/parse/ast.hpp"
#include "server/entity/formula/sql_compiler.hpp"

namespace formula {

// Leaves compiling; caught in compile_value and compile_filter.
struct NotCompilable {
  std::string reason;  // locale key error.field.formula_sql_<reason>
  std::size_t position;
};

enum class SqlKind : std::uint8_t { kNull, kBoolean, kNumber, kText, kDate, kInstant, kDuration, kMonths };

// Where the local parts of an instant come from: stored instants are in UTC. Only those have parts (.hour, date())
// here.
enum class SqlZone : std::uint8_t { kUtc, kOffset, kNamed };

// An operand: SQL text that stands anywhere (parenthesised where needed), or a constant not yet bound.
struct SqlTerm {
  SqlKind kind = SqlKind::kNull;
  std::string sql;
  int scale = 0;           // kNumber: the SQL integer is value * 10^scale
  __int128 max_units = 0;  // largest absolute value of the SQL integer
  bool nullable = true;
  SqlZone zone = SqlZone::kUtc;   // kInstant
  std::optional<Value> constant;  // then sql is empty

  bool is_null() const { return kind == SqlKind::kNull; }
};

// Whether null may stand for false, as it does at the top of a filter.
enum class Truth : std::uint8_t { kExact, kLoose };

class SqlBuilder {
 public:
  SqlBuilder(const Formula& formula, SqlResolver& resolver, const SqlOptions& options);

  SqlTerm term(const Node& node);
  std::string condition(const Node& node, Truth truth);
  // The integer or text of a term, constants bound now. For numbers at `scale` or the term's own when negative.
  std::string spell(const SqlTerm& term, std::size_t position, int scale = -1);
  std::vector<SqlBind> take_binds() { return std::move(binds_); }

 private:
  // Operands and constants.
  std::optional<Value> constant_of(const Node& node);
  bool is_constant(const Node& node);
  SqlTerm constant_term(const Value& value, std::size_t position);
  SqlTerm input(const Node& node);
  const SqlResolver::Answer& answer(const Node& node);
  SqlTerm column_term(Storage storage, std::string sql, int scale);
  std::string bind(SqlBind value, bool is_text);
  std::string bind_number(const Number& number, int scale, std::size_t position);

  // Arithmetic (arithmetic.cpp).
  SqlTerm arithmetic(const Node& node);
  SqlTerm negate(const Node& node);
  SqlTerm add_numbers(Op op, SqlTerm a, SqlTerm b, std::size_t position);
  SqlTerm multiply_numbers(SqlTerm a, SqlTerm b, std::size_t position);
  SqlTerm divide_number(SqlTerm a, const SqlTerm& b, std::size_t position);
  SqlTerm temporal_arithmetic(Op op, const SqlTerm& a, const SqlTerm& b, std::size_t position);
  SqlTerm path(const Node& node);
  SqlTerm date_part(const SqlTerm& date, std::string_view name, std::size_t position);
  SqlTerm if_term(const Node& node);
  void align(SqlTerm& a, SqlTerm& b, std::size_t position);

  // Conditions (conditions.cpp).
  std::string comparison(Op op, const SqlTerm& a, const SqlTerm& b, Truth truth, std::size_t position);
  std::string compare_number(Op op, const SqlTerm& a, const Number& constant, Truth truth, std::size_t position);
  std::string equality(bool negated, const SqlTerm& a, const SqlTerm& b, Truth truth, std::size_t position);
  std::string compare_conditions(bool negated, const Node& a, const Node& b, Truth truth);
  std::string membership(const Node& node, Truth truth);
  std::string test(const Node& node, const Node& value_node, const SqlTerm& value, Truth truth);
  std::string in_list(const SqlTerm& value, const List& list, Truth truth, std::size_t position);
  std::string in_range(const SqlTerm& value, const Range& range, Truth truth, std::size_t position);
  std::string call_condition(const Node& node, Truth truth);

  // Functions (functions.cpp).
  SqlTerm call(const Node& node);
  SqlTerm text_call(const Node& node, std::string_view name);
  SqlTerm rounding_call(const Node& node, std::string_view name);
  std::string text_condition(const Node& node, std::string_view name);

  std::string text_order(std::string sql) const;
  std::string length_of(const std::string& sql) const;
  [[noreturn]] void refuse(std::string reason, std::size_t position) const;
  std::string checked(std::string sql, std::size_t position) const;
  void check_units(__int128 units, std::size_t position) const;
  bool postgres() const { return options_.dialect == store::Dialect::kPostgres; }

  const Formula& formula_;  // both outlive the builder
  SqlResolver& resolver_;
  const SqlOptions& options_;
  std::vector<std::optional<SqlResolver::Answer>> answers_;
  std::vector<SqlBind> binds_;
};

// value / divisor rounded down, for a positive divisor.
std::string floor_divide(const std::string& value, std::int64_t divisor);
std::int64_t power_of_ten(int exponent);  // 0..18

}  // namespace formula
