#include "server/entity/formula/sql_compiler.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "server/base/program/localizer.hpp"

namespace formula {
namespace {

class Columns final : public SqlResolver {
 public:
  std::optional<Answer> resolve(const Path& path) override {
    const std::string name = to_string(path);
    if (name == "amount") return SqlColumn{"d.amount", Storage::kDecimal, 2, true};
    if (name == "wide") return SqlColumn{"d.wide", Storage::kInteger, 0, true, INT64_MAX};
    if (name == "owner") return SqlColumn{"d.owner", Storage::kInteger, 0, true};
    if (name == "stage.kind") return SqlColumn{"s.kind", Storage::kText, 0, false};
    if (name == "is_open") return SqlColumn{"d.is_open", Storage::kBoolean, 0, true};
    if (name == "created_at") return SqlColumn{"d.created_at", Storage::kInstant, 0, false};
    if (name == "due") return SqlColumn{"d.due", Storage::kDate, 0, true};
    if (name == "me.id") return SqlParameter{"me.id", Storage::kInteger};
    if (name == "me.departments") return Value(List{1, 2});
    return std::nullopt;
  }
};

Scope scope() {
  return Scope({{"amount", Type::number()},
                {"wide", Type::number()},
                {"owner", Type::number()},
                {"is_open", Type::boolean()},
                {"created_at", Type::date_time()},
                {"due", Type::date()},
                {"hidden", Type::number()},
                {"tags", Type::list(Type::string())},
                {"stage", Type::context({{"kind", Type::string()}})},
                {"me", Type::context({{"id", Type::number()}, {"departments", Type::list(Type::number())}})}});
}

SqlResult filter(std::string_view text, SqlOptions options = {}) {
  const auto parsed = Formula::parse(text, scope());
  EXPECT_TRUE(parsed.formula) << text << ": " << (parsed.error ? parsed.error->code : "");
  Columns columns;
  return compile_filter(*parsed.formula, columns, options);
}

std::string reason_of(std::string_view text) {
  const auto result = filter(text);
  EXPECT_TRUE(result.error) << text;
  return result.error && !result.error->args.empty() ? result.error->args[0].second : "";
}

TEST(SqlCompiler, FiltersKeepPlainEqualityForIndexes) {
  const auto result = filter("owner = me.id and stage.kind = \"won\"");
  ASSERT_TRUE(result.expression);
  EXPECT_EQ(result.expression->sql, "((d.owner = $1) AND (s.kind = $2))");
  const auto constant = filter("owner = 5 and amount >= 1000.5");
  ASSERT_TRUE(constant.expression);
  EXPECT_EQ(constant.expression->sql, "((d.owner = $1) AND (d.amount >= $2))");
  EXPECT_EQ(std::get<std::int64_t>(constant.expression->binds[1]), 100050);
}

TEST(SqlCompiler, ParametersStartWhereTheCallerSays) {
  SqlOptions options;
  options.first_parameter = 4;
  const auto result = filter("owner = me.id or owner in me.departments", options);
  ASSERT_TRUE(result.expression);
  EXPECT_EQ(result.expression->sql, "((d.owner = $4) OR (((d.owner IN ($5, $6)))))");
  EXPECT_EQ(std::get<SqlParameter>(result.expression->binds[0]).name, "me.id");
}

TEST(SqlCompiler, PostgresParametersAreTyped) {
  SqlOptions options;
  options.dialect = store::Dialect::kPostgres;
  const auto result = filter("stage.kind = \"won\" and due < today()", options);
  ASSERT_TRUE(result.expression);
  EXPECT_EQ(result.expression->sql, "((s.kind = $1::text) AND (d.due < $2::bigint))");
  EXPECT_TRUE(std::holds_alternative<SqlToday>(result.expression->binds[1]));
}

TEST(SqlCompiler, ConstantPartsUseTheWholeLanguage) {
  SqlOptions options;
  options.bind_clock = false;
  options.environment.now = *base::parse_instant("2026-11-21T00:00:00Z");
  const auto result = filter("due < today() + duration(\"P1M\") and amount > sum(for i in 1..4 return i)", options);
  ASSERT_TRUE(result.expression);
  EXPECT_EQ(result.expression->sql, "((d.due < $1) AND (d.amount > $2))");
  EXPECT_EQ(std::get<std::int64_t>(result.expression->binds[0]), base::to_days(*base::parse_date("2026-12-21")));
  EXPECT_EQ(std::get<std::int64_t>(result.expression->binds[1]), 1000);
}

TEST(SqlCompiler, WhatTheDatabasesCannotDoIsRefusedWithAReason) {
  EXPECT_EQ(reason_of("amount / owner > 1"), "division");
  EXPECT_EQ(reason_of("amount / 3 > 1"), "division");
  EXPECT_EQ(reason_of("amount ** 2 > 1"), "power");
  EXPECT_EQ(reason_of("wide + 1 > 1"), "overflow");
  EXPECT_EQ(reason_of("amount * owner * owner > 1"), "overflow");
  EXPECT_EQ(reason_of("hidden = 1"), "no_column");
  EXPECT_EQ(reason_of("some x in [amount, owner] satisfies x > 1"), "iteration");
  EXPECT_EQ(reason_of("matches(stage.kind, \"w.*\")"), "function");
  EXPECT_EQ(reason_of("due + duration(\"P1M\") > today()"), "date_arithmetic");
  EXPECT_EQ(reason_of("now().hour > 8 and is_open"), "clock_zone");
  EXPECT_EQ(reason_of("created_at > date and time(\"2026-01-01T00:00:00\")"), "local_date_time");
  EXPECT_EQ(reason_of("amount + 1"), "not_a_condition");
}

TEST(SqlCompiler, RefusalsNameTheirPlace) {
  const auto result = filter("is_open and amount / owner > 1");
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->code, "not_compilable");
  EXPECT_EQ(result.error->column, 20u);
  EXPECT_EQ(locale_code(*result.error), "formula_sql_division");
}

TEST(FormulaTexts, EveryErrorHasATextInBothLanguages) {
  base::Localizer localizer;
  for (const char* language : {"ru", "en"}) {
    std::ifstream in(std::string("server/locales/") + language + ".json");
    localizer.add(language, std::string(std::istreambuf_iterator<char>(in), {}));
  }
  // Codes as they stand in the sources: fail("…"), type_error("…"), warn("…"), refuse("…").
  int codes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("server/entity/formula")) {
    const std::string file = entry.path();
    if (!file.ends_with(".cpp") || file.ends_with("_test.cpp")) continue;
    std::ifstream in(file);
    const std::string source(std::istreambuf_iterator<char>(in), {});
    EXPECT_FALSE(source.empty()) << file;
    for (const std::string call : {"fail(\"", "type_error(\"", "warn(\"", "refuse(\""}) {
      for (std::size_t at = 0; (at = source.find(call, at)) != std::string::npos;) {
        at += call.size();
        const std::string code = source.substr(at, source.find('"', at) - at);
        const std::string key = std::string("error.field.formula_") + (call == "refuse(\"" ? "sql_" : "") + code;
        EXPECT_TRUE(localizer.has("ru", key)) << key;
        EXPECT_TRUE(localizer.has("en", key)) << key;
        ++codes;
      }
    }
  }
  EXPECT_GT(codes, 80);
}

}  // namespace
}  // namespace formula
