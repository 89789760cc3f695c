// Formula → SQL for both databases. Lists, filters, access rules and segments run compiled; what cannot be compiled is
// refused, never evaluated row by row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/entity/formula/formula.hpp"
#include "server/store/database.hpp"

namespace formula {

// How a column keeps its values (docs/internals/engine.md).
enum class Storage {
  kBoolean,   // INTEGER/SMALLINT/BIGINT 0 or 1
  kInteger,   // BIGINT; also links (the id of the record)
  kDecimal,   // BIGINT, units / 10^scale; money amounts too
  kText,      // TEXT; also choices (their key)
  kDate,      // BIGINT days since 1970-01-01, years 0001..9999
  kInstant,   // BIGINT microseconds since the epoch, UTC
  kDuration,  // BIGINT microseconds (a days duration)
  kMonths,    // BIGINT months (a months duration)
};

struct SqlColumn {
  std::string sql;  // "d.amount": made by the caller from registry names, spliced as it is
  Storage storage = Storage::kText;
  int scale = 0;  // kDecimal
  bool nullable = true;
  // Largest absolute value of the stored integer: arithmetic that could leave 64 bits is refused on the strength of it.
  std::int64_t max_units = 999'999'999'999'999;
};

// Bound later by the caller, per request: "user.id".
struct SqlParameter {
  std::string name;
  Storage storage = Storage::kInteger;
  int scale = 0;
  bool nullable = false;  // true costs the index: null = null is true in the language
};

// Answers for every path in Formula::inputs(); longest paths only ("deal.company.city"). nullopt: not compilable.
class SqlResolver {
 public:
  virtual ~SqlResolver() = default;
  // A Value is a constant known now (a list too: `x in user.departments`).
  using Answer = std::variant<SqlColumn, SqlParameter, Value>;
  virtual std::optional<Answer> resolve(const Path& path) = 0;
};

struct SqlNow {};    // microseconds of now()
struct SqlToday {};  // days of today() in the environment's zone

// $1 is binds[0] and so on, from first_parameter.
using SqlBind = std::variant<std::int64_t, std::string, SqlParameter, SqlNow, SqlToday>;

struct SqlOptions {
  store::Dialect dialect = store::Dialect::kSqlite;
  int first_parameter = 1;
  Environment environment;  // zone for dates of instants; now only when bind_clock is false
  bool bind_clock = true;   // SqlNow and SqlToday in binds (cacheable text); false: their values from the environment
};

struct SqlExpression {
  // kBoolean results are SQL conditions: fit for WHERE and CASE WHEN; use `value_sql()` to select or sort by them.
  std::string sql;
  std::vector<SqlBind> binds;
  Storage storage = Storage::kBoolean;
  int scale = 0;                  // kDecimal
  std::string value_sql() const;  // conditions as 1, 0 or NULL
};

struct SqlResult {
  std::optional<SqlExpression> expression;
  std::optional<FormulaError> error;  // "not_compilable" {reason}
};

// The exact value of the formula for each row: for select, sort and group.
SqlResult compile_value(const Formula& formula, SqlResolver& resolver, const SqlOptions& options);
// A condition that is true exactly where the formula is true (null counts as false): for WHERE. Equality stays `=`, so
// that indexes serve.
SqlResult compile_filter(const Formula& formula, SqlResolver& resolver, const SqlOptions& options);

}  // namespace formula
