#include "server/entity/formula/sql_compiler.hpp"

#include <algorithm>

#include "server/entity/formula/parse/scanner.hpp"
#include "server/entity/formula/run/builtins.hpp"
#include "server/entity/formula/sql/builder.hpp"

namespace formula {
namespace {

constexpr std::size_t kMaxSql = 100'000;
constexpr __int128 kMaxUnits = static_cast<__int128>(INT64_MAX) - 1;
constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

// A bind's place in the text until it is known which of them are used.
constexpr char kMark = '\x01';

// Numbers the binds that the text uses, in the order of their first use; drops the others.
void number_binds(SqlExpression& expression, std::vector<SqlBind> all, int first_parameter) {
  std::vector<int> numbers(all.size(), 0);
  std::string out;
  const std::string& text = expression.sql;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = text.find(kMark, at);
    out.append(text, at, mark == std::string::npos ? std::string::npos : mark - at);
    if (mark == std::string::npos) break;
    const std::size_t end = text.find(kMark, mark + 1);
    const auto index = static_cast<std::size_t>(std::stoul(text.substr(mark + 1, end - mark - 1)));
    if (numbers[index] == 0) {
      expression.binds.push_back(std::move(all[index]));
      numbers[index] = first_parameter + static_cast<int>(expression.binds.size()) - 1;
    }
    out += "$" + std::to_string(numbers[index]);
    at = end + 1;
  }
  expression.sql = std::move(out);
}

class NoInputs final : public Inputs {
 public:
  explicit NoInputs(const std::vector<std::optional<SqlResolver::Answer>>& answers) : answers_(answers) {}
  const Value& at(std::size_t index) override {
    const auto* value = answers_[index] ? std::get_if<Value>(&*answers_[index]) : nullptr;
    return value ? *value : null_;
  }

 private:
  const std::vector<std::optional<SqlResolver::Answer>>& answers_;
  Value null_;
};

// Microseconds since the epoch; nullopt for local times and parts of microseconds.
std::optional<std::int64_t> micros_of(const DateTime& moment) {
  if (moment.zone.kind == Zone::Kind::kNone || moment.nanos % 1000 != 0) return std::nullopt;
  const __int128 micros = static_cast<__int128>(moment.epoch_seconds()) * 1'000'000 + moment.nanos % kNanosPerSecond / 1000;
  if (micros > kMaxUnits || micros < -kMaxUnits) return std::nullopt;
  return static_cast<std::int64_t>(micros);
}

std::optional<std::int64_t> micros_of(const DaysDuration& duration) {
  const __int128 nanos = duration.total_nanos();
  if (nanos % 1000 != 0 || nanos / 1000 > kMaxUnits || nanos / 1000 < -kMaxUnits) return std::nullopt;
  return static_cast<std::int64_t>(nanos / 1000);
}

SqlResult compile(const Formula& formula, SqlResolver& resolver, const SqlOptions& options, Truth truth) {
  SqlBuilder builder(formula, resolver, options);
  const Node& root = *formula.tree()->root;
  SqlResult out;
  try {
    SqlExpression expression;
    if (root.type.kind() == Type::Kind::kBoolean) {
      expression.sql = builder.condition(root, truth);
    } else if (truth == Truth::kLoose) {
      throw NotCompilable{"not_a_condition", root.position};
    } else {
      const SqlTerm term = builder.term(root);
      expression.sql = term.is_null() ? "NULL" : builder.spell(term, root.position);
      expression.scale = term.scale;
      switch (term.kind) {
        case SqlKind::kNumber: expression.storage = term.scale == 0 ? Storage::kInteger : Storage::kDecimal; break;
        case SqlKind::kDate: expression.storage = Storage::kDate; break;
        case SqlKind::kInstant: expression.storage = Storage::kInstant; break;
        case SqlKind::kDuration: expression.storage = Storage::kDuration; break;
        case SqlKind::kMonths: expression.storage = Storage::kMonths; break;
        case SqlKind::kBoolean: expression.storage = Storage::kBoolean; break;
        default: expression.storage = Storage::kText; break;
      }
    }
    number_binds(expression, builder.take_binds(), options.first_parameter);
    out.expression = std::move(expression);
  } catch (const NotCompilable& refusal) {
    out.error = FormulaError{"not_compilable", refusal.position, column_of(formula.text(), refusal.position), {{"reason", refusal.reason}}};
  } catch (const CostLimit& limit) {
    out.error = FormulaError{"cost_limit", limit.position, column_of(formula.text(), limit.position), {}};
  }
  return out;
}

}  // namespace

std::int64_t power_of_ten(int exponent) {
  std::int64_t out = 1;
  for (int i = 0; i < exponent; ++i) out *= 10;
  return out;
}

SqlBuilder::SqlBuilder(const Formula& formula, SqlResolver& resolver, const SqlOptions& options)
    : formula_(formula), resolver_(resolver), options_(options), answers_(formula.inputs().size()) {}

void SqlBuilder::refuse(std::string reason, std::size_t position) const { throw NotCompilable{std::move(reason), position}; }

std::string SqlBuilder::checked(std::string sql, std::size_t position) const {
  if (sql.size() > kMaxSql) refuse("too_large", position);
  return sql;
}

void SqlBuilder::check_units(__int128 units, std::size_t position) const {
  if (units > kMaxUnits) refuse("overflow", position);
}

std::string SqlBuilder::text_order(std::string sql) const { return postgres() ? "(" + sql + " COLLATE \"C\")" : sql; }

std::string SqlBuilder::length_of(const std::string& sql) const {
  return postgres() ? "char_length(" + sql + ")::bigint" : "mv_length(" + sql + ")";
}

std::string SqlBuilder::bind(SqlBind value, bool is_text) {
  binds_.push_back(std::move(value));
  std::string out = std::string(1, kMark) + std::to_string(binds_.size() - 1) + kMark;
  if (postgres()) out += is_text ? "::text" : "::bigint";
  return out;
}

std::string SqlBuilder::bind_number(const Number& number, int scale, std::size_t position) {
  const auto units = number.to_scaled(scale);
  if (!units) refuse("number_too_large", position);
  return bind(*units, false);
}

const SqlResolver::Answer& SqlBuilder::answer(const Node& node) {
  auto& slot = answers_[static_cast<std::size_t>(node.slot)];
  if (!slot) {
    slot = resolver_.resolve(node.path);
    if (!slot) refuse("no_column", node.position);
  }
  return *slot;
}

// Nothing in it changes from row to row.
bool SqlBuilder::is_constant(const Node& node) {
  if (node.op == Op::kInput && !std::holds_alternative<Value>(answer(node))) return false;
  if (node.builtin && node.builtin->uses_clock && options_.bind_clock) return false;
  if (node.op == Op::kUnaryTests) return false;
  return std::all_of(node.children.begin(), node.children.end(), [&](const NodePtr& c) { return !c || is_constant(*c); });
}

std::optional<Value> SqlBuilder::constant_of(const Node& node) {
  if (node.op == Op::kLiteral) return node.literal;
  if (node.op == Op::kLocal || node.op == Op::kItemField || !is_constant(node)) return std::nullopt;
  NoInputs inputs(answers_);
  Evaluator evaluator(formula_.tree(), inputs, options_.environment);
  return evaluator.evaluate(node);
}

SqlTerm SqlBuilder::constant_term(const Value& value, std::size_t position) {
  SqlTerm out;
  out.nullable = value.is_null();
  const auto units = [&](SqlKind kind, std::optional<std::int64_t> stored, const char* reason) {
    if (!stored) refuse(reason, position);
    out.kind = kind;
    out.max_units = *stored < 0 ? -static_cast<__int128>(*stored) : *stored;
  };
  switch (value.kind()) {
    case Kind::kNull: return out;
    case Kind::kBoolean: out.kind = SqlKind::kBoolean; break;
    case Kind::kNumber: {
      const Number n = value.number()->normalized();
      out.kind = SqlKind::kNumber;
      out.scale = n.exponent() < 0 ? -n.exponent() : 0;
      if (const auto stored = out.scale <= 18 ? n.to_scaled(out.scale) : std::nullopt) {
        out.max_units = *stored < 0 ? -static_cast<__int128>(*stored) : *stored;
      } else {
        out.max_units = kMaxUnits + 1;  // may be compared with, not computed with
      }
      break;
    }
    case Kind::kString:
      if (value.string()->find('\0') != std::string::npos) refuse("zero_character", position);
      out.kind = SqlKind::kText;
      break;
    case Kind::kDate: units(SqlKind::kDate, value.date()->days, "date_out_of_range"); break;
    case Kind::kDateTime: {
      const Zone& zone = value.date_time()->zone;
      units(SqlKind::kInstant, micros_of(*value.date_time()), "local_date_time");
      out.zone = zone.kind == Zone::Kind::kNamed ? SqlZone::kNamed : zone.offset_s == 0 ? SqlZone::kUtc : SqlZone::kOffset;
      break;
    }
    case Kind::kDaysDuration: units(SqlKind::kDuration, micros_of(*value.days_duration()), "duration_too_fine"); break;
    case Kind::kMonthsDuration: units(SqlKind::kMonths, value.months_duration()->months, "overflow"); break;
    default: refuse("not_a_column_value", position);
  }
  check_units(out.kind == SqlKind::kNumber ? 0 : out.max_units, position);
  out.constant = value;
  return out;
}

std::string SqlBuilder::spell(const SqlTerm& term, std::size_t position, int scale) {
  if (term.is_null()) return "NULL";
  if (!term.constant) {
    if (term.kind != SqlKind::kNumber || scale < 0 || scale == term.scale) return term.sql;
    const std::int64_t factor = power_of_ten(scale - term.scale);
    check_units(term.max_units * factor, position);
    return "(" + term.sql + " * " + std::to_string(factor) + ")";
  }
  const Value& value = *term.constant;
  switch (term.kind) {
    case SqlKind::kNumber: return bind_number(*value.number(), scale < 0 ? term.scale : scale, position);
    case SqlKind::kText: return bind(*value.string(), true);
    case SqlKind::kDate: return bind(value.date()->days, false);
    case SqlKind::kInstant: return bind(*micros_of(*value.date_time()), false);
    case SqlKind::kDuration: return bind(*micros_of(*value.days_duration()), false);
    case SqlKind::kMonths: return bind(value.months_duration()->months, false);
    case SqlKind::kBoolean: return *value.boolean() ? "TRUE" : "FALSE";
    case SqlKind::kNull: break;
  }
  return "NULL";
}

SqlTerm SqlBuilder::column_term(Storage storage, std::string sql, int scale) {
  SqlTerm out;
  out.sql = std::move(sql);
  constexpr __int128 kDays = 2'932'897;  // until 9999-12-31
  switch (storage) {
    case Storage::kBoolean: out.kind = SqlKind::kBoolean; break;
    case Storage::kInteger: out.kind = SqlKind::kNumber; break;
    case Storage::kDecimal:
      out.kind = SqlKind::kNumber;
      out.scale = scale;
      break;
    case Storage::kText: out.kind = SqlKind::kText; break;
    case Storage::kDate:
      out.kind = SqlKind::kDate;
      out.max_units = kDays;
      break;
    case Storage::kInstant:
      out.kind = SqlKind::kInstant;
      out.max_units = kDays * kMicrosPerDay;
      break;
    case Storage::kDuration:
      out.kind = SqlKind::kDuration;
      out.max_units = kDays * kMicrosPerDay;
      break;
    case Storage::kMonths:
      out.kind = SqlKind::kMonths;
      out.max_units = 1'000'000'000;
      break;
  }
  return out;
}

SqlTerm SqlBuilder::input(const Node& node) {
  const auto& resolved = answer(node);
  if (const auto* column = std::get_if<SqlColumn>(&resolved)) {
    SqlTerm out = column_term(column->storage, column->sql, column->scale);
    out.nullable = column->nullable;
    if (out.kind == SqlKind::kNumber) out.max_units = column->max_units;
    return out;
  }
  if (const auto* parameter = std::get_if<SqlParameter>(&resolved)) {
    SqlTerm out = column_term(parameter->storage, bind(*parameter, parameter->storage == Storage::kText), parameter->scale);
    if (out.kind == SqlKind::kNumber) out.max_units = 999'999'999'999'999;
    out.nullable = parameter->nullable;
    return out;
  }
  return constant_term(std::get<Value>(resolved), node.position);
}

SqlTerm SqlBuilder::term(const Node& node) {
  if (const auto value = constant_of(node)) return constant_term(*value, node.position);
  if (node.type.kind() == Type::Kind::kBoolean && node.op != Op::kInput) {
    SqlTerm out;
    out.kind = SqlKind::kBoolean;
    out.sql = "(" + condition(node, Truth::kExact) + ")";
    return out;
  }
  switch (node.op) {
    case Op::kInput: return input(node);
    case Op::kNegate: return negate(node);
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kPower: return arithmetic(node);
    case Op::kIf: return if_term(node);
    case Op::kPath: return path(node);
    case Op::kCall: return call(node);
    case Op::kFilter: refuse("filter", node.position);
    case Op::kFor:
    case Op::kSome:
    case Op::kEvery: refuse("iteration", node.position);
    case Op::kList:
    case Op::kContext:
    case Op::kRange:
    case Op::kFunction: refuse("not_a_column_value", node.position);
    default: refuse("not_compilable", node.position);
  }
}

SqlResult compile_value(const Formula& formula, SqlResolver& resolver, const SqlOptions& options) {
  return compile(formula, resolver, options, Truth::kExact);
}

SqlResult compile_filter(const Formula& formula, SqlResolver& resolver, const SqlOptions& options) {
  return compile(formula, resolver, options, Truth::kLoose);
}

std::string SqlExpression::value_sql() const {
  if (storage != Storage::kBoolean) return sql;
  return "CASE WHEN " + sql + " THEN 1 WHEN NOT (" + sql + ") THEN 0 END";
}

}  // namespace formula
