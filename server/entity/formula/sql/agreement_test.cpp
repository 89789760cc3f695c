// Random typed formulas over random rows: the evaluator and both databases agree, value by value and filter by filter.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "server/entity/formula/formula.hpp"
#include "server/entity/formula/sql_compiler.hpp"
#include "server/store/database_testing.hpp"

namespace formula {
namespace {

constexpr int kCases = 10'000;
constexpr int kRows = 24;

struct ColumnSpec {
  const char* name;
  Storage storage;
  int scale;
  bool nullable;
};
constexpr ColumnSpec kColumns[] = {
    {"n1", Storage::kInteger, 0, true},  {"n2", Storage::kInteger, 0, false}, {"m1", Storage::kDecimal, 2, true},
    {"m2", Storage::kDecimal, 4, true},  {"t1", Storage::kText, 0, true},     {"t2", Storage::kText, 0, false},
    {"b1", Storage::kBoolean, 0, true},  {"b2", Storage::kBoolean, 0, true},  {"d1", Storage::kDate, 0, true},
    {"d2", Storage::kDate, 0, false},    {"i1", Storage::kInstant, 0, true},  {"i2", Storage::kInstant, 0, true},
    {"p1", Storage::kDuration, 0, true}, {"k1", Storage::kMonths, 0, true},
};

Type type_of(Storage storage) {
  switch (storage) {
    case Storage::kBoolean: return Type::boolean();
    case Storage::kInteger:
    case Storage::kDecimal: return Type::number();
    case Storage::kText: return Type::string();
    case Storage::kDate: return Type::date();
    case Storage::kInstant: return Type::date_time();
    case Storage::kDuration: return Type::days_duration();
    case Storage::kMonths: return Type::months_duration();
  }
  return {};
}

// A stored value and what it means; nothing stored is null.
Value value_of(Storage storage, int scale, std::int64_t units) {
  switch (storage) {
    case Storage::kBoolean: return units != 0;
    case Storage::kInteger: return units;
    case Storage::kDecimal: return Number::from_scaled(units, scale);
    case Storage::kDate: return Date{units};
    case Storage::kInstant: return DateTime::from_instant(base::from_micros(units), Zone::offset(0));
    case Storage::kDuration: return DaysDuration::from_micros(units);
    case Storage::kMonths: return MonthsDuration{units};
    case Storage::kText: break;
  }
  return {};
}

class Columns final : public SqlResolver {
 public:
  std::optional<Answer> resolve(const Path& path) override {
    for (const auto& column : kColumns) {
      if (path[0] == column.name) return SqlColumn{"r." + path[0], column.storage, column.scale, column.nullable, 1'000'000'000};
    }
    if (path == Path{"me", "id"}) return Value(3);
    if (path == Path{"me", "name"}) return Value("иван");
    if (path == Path{"me", "departments"}) return Value(List{1, 3, 5});
    return std::nullopt;
  }
};

Scope scope() {
  Scope out;
  for (const auto& column : kColumns) out.add(column.name, type_of(column.storage));
  out.add("me", Type::context({{"id", Type::number()}, {"name", Type::string()}, {"departments", Type::list(Type::number())}}));
  return out;
}

// Texts of random formulas of a wanted type.
class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::string any() {
    switch (below(7)) {
      case 0: return number(4);
      case 1: return text(4);
      case 2: return date(3);
      case 3: return instant(3);
      case 4: return duration(3);
      default: return boolean(5);
    }
  }

  std::string boolean(int depth) {
    if (depth <= 0) return pick({"b1", "b2", "true", "false", "b1", "b2", "null = b1"});
    switch (below(16)) {
      case 0: return "(" + boolean(depth - 1) + " and " + boolean(depth - 1) + ")";
      case 1: return "(" + boolean(depth - 1) + " or " + boolean(depth - 1) + ")";
      case 2: return "not(" + boolean(depth - 1) + ")";
      case 3: return "(if " + boolean(depth - 2) + " then " + boolean(depth - 2) + " else " + boolean(depth - 2) + ")";
      case 4: return "(" + text(depth - 1) + comparison() + text(depth - 1) + ")";
      case 5: return "(" + date(depth - 1) + comparison() + date(depth - 1) + ")";
      case 6: return "(" + instant(depth - 2) + comparison() + instant(depth - 2) + ")";
      case 7: return "(" + number(depth - 1) + " between " + number(depth - 2) + " and " + number(depth - 2) + ")";
      case 8: return "(" + number(depth - 1) + " in " + number_tests(depth) + ")";
      case 9: return "(" + text(depth - 2) + " in (" + text(0) + ", \"иван\", " + pick({"null", "\"a\"", "t2"}) + "))";
      case 10: return pick({"contains(", "starts with(", "ends with("}) + text(depth - 2) + ", " + text(0) + ")";
      case 11: return "(" + boolean(depth - 2) + pick({" = ", " != "}) + pick({"true", "false", boolean(depth - 2), "null"}) + ")";
      case 12: return "(" + pick({number(1), text(1), date(0), "p1", "k1"}) + pick({" = ", " != "}) + "null)";
      case 13: return "list contains(me.departments, " + number(0) + ")";
      case 14: return "(" + duration(depth - 1) + comparison() + duration(depth - 1) + ")";
      default: return "(" + number(depth - 1) + comparison() + number(depth - 1) + ")";
    }
  }

  std::string number(int depth) {
    if (depth <= 0) return pick({"n1", "n2", "m1", "m2", "n1", "m1", literal(), literal(), "me.id"});
    switch (below(18)) {
      case 0:
      case 1: return "(" + number(depth - 1) + " + " + number(depth - 1) + ")";
      case 2:
      case 3: return "(" + number(depth - 1) + " - " + number(depth - 1) + ")";
      case 4: return "(" + number(depth - 2) + " * " + number(depth - 2) + ")";
      case 5: return "(" + number(depth - 1) + " / " + pick({"2", "4", "10", "0.5", "-8", "1.25"}) + ")";
      case 6: return "(- " + number(depth - 1) + ")";
      case 7: return "abs(" + number(depth - 1) + ")";
      case 8: return pick({"floor(", "ceiling("}) + number(depth - 1) + pick({")", ", 1)", ", 0)"});
      case 9:
        return pick({"decimal(", "round half up(", "round half down(", "round up(", "round down("}) + number(depth - 1) +
               pick({", 0)", ", 1)", ", -1)"});
      case 10: return "modulo(" + number(depth - 1) + ", " + pick({"3", "-7", "2.5", "0.01"}) + ")";
      case 11: return "string length(" + text(depth - 1) + ")";
      case 12: return date(depth - 2) + pick({".year", ".month", ".day", ".weekday"});
      case 13: return instant(depth - 2) + pick({".year", ".month", ".day", ".hour", ".minute", ".second", ".weekday"});
      case 14: return pick({duration(depth - 2) + pick({".days", ".hours", ".minutes", ".seconds"}), "k1.years", "k1.months"});
      case 15: return "(if " + boolean(depth - 2) + " then " + number(depth - 2) + " else " + pick({number(depth - 2), "null"}) + ")";
      default: return number(0);
    }
  }

  std::string text(int depth) {
    if (depth <= 0) return pick({"t1", "t2", "t1", "\"\"", "\"а\"", "\"Ё\"", "\"иван\"", "\"ab\"", "me.name"});
    switch (below(9)) {
      case 0: return "(" + text(depth - 1) + " + " + text(depth - 1) + ")";
      case 1: return "upper case(" + text(depth - 1) + ")";
      case 2: return "lower case(" + text(depth - 1) + ")";
      case 3: return "substring(" + text(depth - 1) + ", " + pick({"1", "2", "-2", "-1", "5"}) + pick({")", ", 1)", ", 3)"});
      case 4: return pick({"substring before(", "substring after("}) + text(depth - 2) + ", " + text(0) + ")";
      case 5: return "(if " + boolean(depth - 2) + " then " + text(depth - 2) + " else " + pick({text(depth - 2), "null"}) + ")";
      default: return text(0);
    }
  }

  std::string date(int depth) {
    if (depth <= 0) return pick({"d1", "d2", "date(\"2026-02-28\")", "@\"1969-12-31\"", "today()"});
    switch (below(5)) {
      case 0: return "(" + date(depth - 1) + pick({" + ", " - "}) + duration(depth - 1) + ")";
      case 1: return "date(" + instant(1) + ")";
      default: return date(0);
    }
  }

  std::string instant(int depth) {
    if (depth <= 0)
      return pick({"i1", "i2", "date and time(\"2026-03-01T12:30:00.25Z\")", "@\"2026-03-01T12:30:00@Europe/Moscow\"",
                   "@\"2026-03-01T12:30:00-05:00\"", "now()"});
    if (below(6) == 0) return "(if " + boolean(depth - 1) + " then " + instant(depth - 1) + " else " + instant(depth - 1) + ")";
    return below(3) == 0 ? "(" + instant(depth - 1) + pick({" + ", " - "}) + duration(depth - 1) + ")" : instant(0);
  }

  std::string duration(int depth) {
    if (depth <= 0) return pick({"p1", "duration(\"PT36H\")", "duration(\"-P2DT3H4M5S\")"});
    switch (below(6)) {
      case 0: return "(" + date(depth - 1) + " - " + date(depth - 1) + ")";
      case 1: return "(" + instant(depth - 1) + " - " + instant(depth - 1) + ")";
      case 2: return "(" + duration(depth - 1) + " * " + pick({"2", "-3", "n1"}) + ")";
      case 3: return "(" + duration(depth - 1) + pick({" + ", " - "}) + duration(depth - 1) + ")";
      default: return duration(0);
    }
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  std::string pick(std::initializer_list<std::string> options) {
    return *(options.begin() + static_cast<std::ptrdiff_t>(below(options.size())));
  }
  std::string comparison() { return pick({" = ", " != ", " < ", " <= ", " > ", " >= "}); }
  std::string literal() { return pick({"0", "1", "2.5", "100", "-3", "0.005", "99999999999999999999", "12.3456", "null"}); }
  std::string number_tests(int depth) {
    return pick({"[1..5]", "(1..5]", "]0.5..100[", "(< 3, > 10)", "(1, 2, 2.5)", "[1, null, 3]", "me.departments", "< 7",
                 "(" + number(depth - 2) + ", " + number(0) + ")", "([1..2], [5..9])"});
  }
  std::mt19937 random_;
};

struct Row {
  std::map<std::string, std::optional<std::int64_t>> units;
  std::map<std::string, std::optional<std::string>> texts;
  Context values;
};

std::vector<Row> random_rows(std::mt19937& random) {
  const auto between = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
  static const std::vector<std::string> kTexts{"",     "a",      "ab",     "AB", "Ёж",  "ёж",  "иван",
                                               "ИВАН", "straße", "ваня b", "ﬁ",  "Σας", "a😀b", "%_"};
  std::vector<Row> rows(kRows);
  for (auto& row : rows) {
    for (const auto& column : kColumns) {
      const bool empty = column.nullable && between(0, 3) == 0;
      if (column.storage == Storage::kText) {
        auto& text = row.texts[column.name];
        if (!empty) text = kTexts[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(kTexts.size()) - 1))];
        row.values.set(column.name, text ? Value(*text) : Value());
        continue;
      }
      std::int64_t units = 0;
      switch (column.storage) {
        case Storage::kBoolean: units = between(0, 1); break;
        case Storage::kInteger: units = between(0, 2) ? between(-9, 9) : between(-100'000, 100'000); break;
        case Storage::kDecimal: units = between(0, 2) ? between(-900, 900) : between(-900'000'000, 900'000'000); break;
        case Storage::kDate: units = between(0, 1) ? between(-1000, 30'000) : between(-719'162, 2'932'896); break;
        case Storage::kInstant:
          units =
              between(0, 1) ? between(-1'000'000'000'000, 2'000'000'000'000'000) : between(-62'135'596'800, 253'402'300'799) * 1'000'000;
          break;
        case Storage::kDuration: units = between(-1'000'000'000'000, 1'000'000'000'000); break;
        default: units = between(-50, 50); break;
      }
      auto& stored = row.units[column.name];
      if (!empty) stored = units;
      row.values.set(column.name, stored ? value_of(column.storage, column.scale, units) : Value());
    }
    row.values.set("me", Context{{{"id", 3}, {"name", "иван"}, {"departments", Value(List{1, 3, 5})}}});
  }
  return rows;
}

void create_table(store::Database& database, const std::vector<Row>& rows) {
  std::string columns = "id BIGINT", marks = "$1";
  int index = 1;
  for (const auto& column : kColumns) {
    columns += std::string(", ") + column.name + (column.storage == Storage::kText ? " TEXT" : " BIGINT");
    marks += ", $" + std::to_string(++index);
  }
  database.change_schema([&](store::Connection& c) { c.execute("CREATE TABLE r (" + columns + ")"); });
  database.write({}, [&](store::Connection& c) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      store::Statement insert = c.prepare("insert", "INSERT INTO r VALUES (" + marks + ")");
      insert.bind(1, static_cast<std::int64_t>(i));
      int at = 1;
      for (const auto& column : kColumns) {
        ++at;
        if (column.storage == Storage::kText) {
          const auto& text = rows[i].texts.at(column.name);
          text ? insert.bind_text(at, *text) : insert.bind_null(at);
        } else {
          const auto& units = rows[i].units.at(column.name);
          units ? insert.bind(at, *units) : insert.bind_null(at);
        }
      }
      insert.run();
    }
  });
}

// Compares evaluator and database over random formulas and reports what differs.
class Comparison {
 public:
  // `mutate` changes the compiled SQL before it runs: the identity, or a bug planted on purpose.
  using Mutation = std::string (*)(std::string);
  Comparison(store::Dialect dialect, std::uint32_t seed, Mutation mutate)
      : scratch_(dialect), database_(scratch_.open()), random_(seed), rows_(random_rows(random_)), generator_(seed + 1), mutate_(mutate) {
    create_table(*database_, rows_);
    environment_.now = *base::parse_instant("2026-11-21T21:30:00Z");
    environment_.zone = *Zone::named("Europe/Moscow");
    options_.dialect = dialect;
    options_.environment = environment_;
  }
  ~Comparison() { database_->close(); }

  // Until `cases` formulas were compiled or `enough` differences were found.
  void run(int cases, std::size_t enough) {
    while (compiled < cases && tried_ < cases * 20 && differences.size() < enough) {
      database_->read({.deadline = std::chrono::seconds(20)}, [&](store::Connection& connection) {
        for (int i = 0; i < 200 && compiled < cases && differences.size() < enough; ++i) try_one(connection);
      });
    }
  }

  std::string summary() const {
    std::string out = std::to_string(compiled) + " formulas compiled of " + std::to_string(tried_) + ", " + std::to_string(filters_) +
                      " as filters, over " + std::to_string(kRows) + " rows each; refused:";
    for (const auto& [reason, count] : refusals_) out += " " + reason + ":" + std::to_string(count);
    return out;
  }

  int compiled = 0;
  std::vector<std::string> differences;

 private:
  void try_one(store::Connection& connection) {
    const std::string text = generator_.any();
    ++tried_;
    const auto parsed = Formula::parse(text, names_);
    if (!parsed.formula) {
      ++refusals_[parsed.error->code];
      return;
    }
    options_.bind_clock = tried_ % 2 == 0;
    const auto value = compile_value(*parsed.formula, columns_, options_);
    if (!value.expression) {
      ++refusals_[value.error->args.empty() ? value.error->code : value.error->args[0].second];
      return;
    }
    ++compiled;
    compare_values(connection, *parsed.formula, *value.expression);
    if (value.expression->storage == Storage::kBoolean && parsed.formula->type().kind() == Type::Kind::kBoolean) {
      compare_filter(connection, *parsed.formula);
    }
  }

  void compare_values(store::Connection& connection, const Formula& formula, const SqlExpression& expression) {
    const std::string sql = mutate_("SELECT r.id, " + expression.value_sql() + " FROM r");
    store::Statement select = connection.prepare("value", sql);
    bind_all(select, expression.binds);
    while (select.step()) {
      const auto& row = rows_[static_cast<std::size_t>(select.integer(0))];
      const Value expected = formula.evaluate(row.values, environment_).value;
      const Value got = read(select, expression);
      if (!same(expected, got)) add(formula, row, expected.to_string() + " but " + got.to_string(), sql);
    }
  }

  void compare_filter(store::Connection& connection, const Formula& formula) {
    const auto filter = compile_filter(formula, columns_, options_);
    if (!filter.expression) {
      differences.push_back("a filter is refused: " + formula.text());
      return;
    }
    ++filters_;
    const std::string sql = mutate_("SELECT r.id FROM r WHERE " + filter.expression->sql);
    store::Statement select = connection.prepare("filter", sql);
    bind_all(select, filter.expression->binds);
    std::vector<bool> kept(rows_.size());
    while (select.step()) kept[static_cast<std::size_t>(select.integer(0))] = true;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const bool expected = formula.evaluate(rows_[i].values, environment_).value.is_true();
      if (expected != kept[i]) add(formula, rows_[i], expected ? "kept but not by the filter" : "kept by the filter only", sql);
    }
  }

  void add(const Formula& formula, const Row& row, const std::string& what, const std::string& sql) {
    differences.push_back(formula.text() + "\nrow " + Value(row.values).to_string() + "\n" + what + "\n" + sql.substr(0, 3000));
  }

  void bind_all(store::Statement& statement, const std::vector<SqlBind>& binds) const {
    int index = 0;
    for (const auto& bind : binds) {
      ++index;
      if (const auto* number = std::get_if<std::int64_t>(&bind))
        statement.bind(index, *number);
      else if (const auto* text = std::get_if<std::string>(&bind))
        statement.bind_text(index, *text);
      else if (std::holds_alternative<SqlNow>(bind))
        statement.bind(index, base::to_micros(environment_.now));
      else if (std::holds_alternative<SqlToday>(bind))
        statement.bind(index, base::to_days(*base::parse_date("2026-11-22")));
      else
        ADD_FAILURE() << "a parameter nobody asked for";
    }
  }

  static Value read(const store::Statement& row, const SqlExpression& expression) {
    if (row.is_null(1)) return {};
    if (expression.storage == Storage::kText) return Value(row.text(1));
    return value_of(expression.storage == Storage::kInteger ? Storage::kDecimal : expression.storage, expression.scale, row.integer(1));
  }

  // Instants of other zones are the same value here: a column keeps none.
  static bool same(const Value& a, const Value& b) {
    if (!a.date_time() || !b.date_time()) return identical(a, b);
    const auto order = compare(*a.date_time(), *b.date_time());
    return order && *order == 0;
  }

  store::ScratchDatabase scratch_;
  std::unique_ptr<store::Database> database_;
  std::mt19937 random_;
  std::vector<Row> rows_;
  Generator generator_;
  Mutation mutate_;
  Environment environment_;
  SqlOptions options_;
  Scope names_ = scope();
  Columns columns_;
  std::map<std::string, int> refusals_;
  int tried_ = 0;
  int filters_ = 0;
};

class FormulaSql : public testing::TestWithParam<store::Dialect> {};

TEST_P(FormulaSql, EvaluatorAndDatabaseAgreeOnRandomFormulas) {
  const char* wanted = std::getenv("MATVEY_PROPERTY_CASES");
  const char* seed = std::getenv("MATVEY_PROPERTY_SEED");
  const int cases = wanted ? std::atoi(wanted) : kCases;
  Comparison comparison(GetParam(), seed ? static_cast<std::uint32_t>(std::atoi(seed)) : 20261121, [](std::string sql) { return sql; });
  comparison.run(cases, 5);
  for (const auto& difference : comparison.differences) ADD_FAILURE() << difference;
  EXPECT_GE(comparison.compiled, cases);
  std::cout << comparison.summary() << "\n";
}

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

TEST_P(FormulaSql, PlantedBugsAreFound) {
  const std::vector<std::pair<const char*, Comparison::Mutation>> bugs{
      {"null equality forgotten", [](std::string sql) { return replace_all(std::move(sql), " IS NOT DISTINCT FROM ", " = "); }},
      {"border of a range", [](std::string sql) { return replace_all(std::move(sql), " <= ", " < "); }},
      {"rounding towards zero", [](std::string sql) { return replace_all(std::move(sql), "< 0 THEN 1 ELSE 0", "< 0 THEN 0 ELSE 0"); }},
      {"scale of a decimal", [](std::string sql) { return replace_all(std::move(sql), " * 100)", " * 10)"); }},
      {"else for null", [](std::string sql) { return replace_all(std::move(sql), " ELSE ", " WHEN FALSE THEN "); }}};
  for (const auto& [name, bug] : bugs) {
    Comparison comparison(GetParam(), 20261121, bug);
    try {
      comparison.run(3000, 1);
    } catch (const base::Error&) {
      continue;  // the database itself refused the broken text
    }
    EXPECT_FALSE(comparison.differences.empty()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Databases, FormulaSql, store::kBothDatabases, store::database_name);

}  // namespace
}  // namespace formula
