#include "server/entity/formula/formula.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "server/base/json_writer.hpp"

namespace formula {
namespace {

std::string text_of(const char* path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string evaluate_line(const std::string& expression, const std::string& context) {
  std::string line = "{\"expression\":";
  base::append_json_string(line, expression);
  Environment environment;
  environment.now = *base::parse_instant("2026-11-21T10:15:00Z");
  return eval_json_line(line + ",\"context\":" + context + "}", environment);
}

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

// "expression [@@ context] => value" lines; the value is JSON, or "error CODE COLUMN".
void run_cases(const std::string& text) {
  int count = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    const auto arrow = line.rfind(" => ");
    if (line.empty() || line[0] == '#' || arrow == std::string::npos) continue;
    std::string expression = line.substr(0, arrow), context = "{}";
    if (const auto at = expression.find(" @@ "); at != std::string::npos) {
      context = expression.substr(at + 4);
      expression.resize(at);
    }
    const std::string expected = line.substr(arrow + 4);
    const std::string answer = evaluate_line(expression, context);
    if (expected.starts_with("error ")) {
      const auto space = expected.find(' ', 6);
      const std::string wanted =
          "{\"error\":{\"code\":\"" + expected.substr(6, space - 6) + "\",\"position\":" + expected.substr(space + 1) + ",";
      EXPECT_TRUE(answer.starts_with(wanted)) << line << "\n" << answer;
    } else {
      EXPECT_EQ(without_spaces(answer), without_spaces("{\"value\":" + expected + "}")) << line;
    }
    ++count;
  }
  EXPECT_GT(count, 10);
  ::testing::Test::RecordProperty("cases", count);
}

TEST(Formula, ExamplesOfTheReferenceHold) {
  const std::string page = text_of("docs/reference/formula.md");
  std::string examples;
  for (std::size_t begin = 0; (begin = page.find("```feel\n", begin)) != std::string::npos;) {
    begin += 8;
    const std::size_t end = page.find("```", begin);
    examples += page.substr(begin, end - begin);
    begin = end + 3;
  }
  run_cases(examples);
}

TEST(Formula, LanguageCasesHold) { run_cases(text_of("server/entity/formula/cases/language.txt")); }

Scope deal_scope() {
  const Type company = Type::context({{"name", Type::string()}, {"city", Type::string()}, {"founded", Type::date()}});
  return Scope({{"amount", Type::number()},
                {"title", Type::string()},
                {"is_open", Type::boolean()},
                {"created_at", Type::date_time()},
                {"company", company},
                {"tags", Type::list(Type::string())},
                {"Сумма скидки", Type::number()}});
}

FormulaError error_of(std::string_view text) {
  const auto result = Formula::parse(text, deal_scope());
  EXPECT_TRUE(result.error) << text;
  return result.error.value_or(FormulaError{});
}

TEST(FormulaTyping, UnknownNamesAndFieldsAreRefusedAtTheirPosition) {
  const auto root = error_of("amount > 1 and amont > 2");
  EXPECT_EQ(root.code, "unknown_name");
  EXPECT_EQ(root.position, 15u);
  EXPECT_EQ(root.column, 16u);
  const auto field = error_of("company.town = \"Казань\"");
  EXPECT_EQ(field.code, "unknown_field");
  EXPECT_EQ(field.column, 9u);
  EXPECT_EQ(error_of("no such(1)").code, "unknown_name");
  EXPECT_EQ(error_of("nothing(1)").code, "unknown_function");
}

TEST(FormulaTyping, ColumnsCountCharactersNotBytes) {
  const auto error = error_of("\"Казань\" = amount");
  EXPECT_EQ(error.code, "incomparable");
  EXPECT_EQ(error.column, 10u);
  EXPECT_EQ(error.position, 15u);
}

TEST(FormulaTyping, WrongTypesAreRefused) {
  EXPECT_EQ(error_of("amount + title").code, "wrong_operands");
  EXPECT_EQ(error_of("title < 5").code, "incomparable");
  EXPECT_EQ(error_of("if amount then 1 else 2").code, "wrong_type");
  EXPECT_EQ(error_of("amount and is_open").code, "wrong_type");
  EXPECT_EQ(error_of("upper case(amount)").code, "wrong_argument_type");
  EXPECT_EQ(error_of("upper case()").code, "wrong_arguments");
  EXPECT_EQ(error_of("amount in (\"a\", \"b\")").code, "incomparable");
  EXPECT_EQ(error_of("date(\"2026-13-01\")").code, "bad_literal");
  EXPECT_EQ(error_of("company.founded.hour").code, "unknown_field");
  EXPECT_EQ(error_of("tags = \"vip\"").code, "incomparable");
  EXPECT_EQ(Formula::parse("amount", deal_scope(), Typing::kStrict, Type::boolean()).error->code, "wrong_result_type");
}

TEST(FormulaTyping, SyntaxErrorsNameWhatWasFound) {
  EXPECT_EQ(error_of("amount >").code, "unexpected_end");
  EXPECT_EQ(error_of("(amount").code, "unexpected_end");
  EXPECT_EQ(error_of("amount amount").code, "syntax");
  EXPECT_EQ(error_of("\"abc").code, "unclosed_string");
  EXPECT_EQ(error_of("").code, "empty");
  EXPECT_EQ(error_of(std::string(500, '(')).code, "too_deep");
}

TEST(FormulaInputs, EveryPathIsListedOnce) {
  const auto result = Formula::parse("if is_open then company.city + company.name else company.city", deal_scope());
  ASSERT_TRUE(result.formula);
  EXPECT_EQ(result.formula->inputs(), (std::vector<Path>{{"is_open"}, {"company", "city"}, {"company", "name"}}));
  EXPECT_EQ(result.formula->type().kind(), Type::Kind::kString);
  EXPECT_FALSE(result.formula->uses_clock());
}

TEST(FormulaInputs, InputsAreAskedOnlyWhenReached) {
  class Counting final : public Inputs {
   public:
    const Value& at(std::size_t index) override {
      ++asked[index];
      return values[index];
    }
    std::vector<Value> values{Value(true), Value("Казань"), Value("ООО")};
    std::vector<int> asked{0, 0, 0};
  } inputs;
  const auto result = Formula::parse("if is_open then company.city else company.name", deal_scope());
  ASSERT_TRUE(result.formula);
  EXPECT_EQ(*result.formula->evaluate(inputs, {}).value.string(), "Казань");
  EXPECT_EQ(inputs.asked, (std::vector<int>{1, 1, 0}));
}

TEST(FormulaInputs, CyrillicNamesWithSpacesAreNames) {
  const auto result = Formula::parse("amount - Сумма скидки", deal_scope());
  ASSERT_TRUE(result.formula);
  const std::vector<Value> values{100, 15};
  EXPECT_EQ(*result.formula->evaluate(values, {}).value.number(), Number(85));
}

TEST(FormulaLimits, EndlessWorkIsStopped) {
  for (const char* text :
       {"for a in 1..1000000, b in 1..1000000 return a*b", "{f: function(g, n) g(g, n), r: f(f, 1)}.r",
        "count(for a in 1..200000 return a)", "string join(for a in 1..90000 return \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\")"}) {
    const auto result = Formula::parse(text, {}, Typing::kDynamic);
    ASSERT_TRUE(result.formula) << text;
    const auto evaluation = result.formula->evaluate(Context{}, {});
    ASSERT_TRUE(evaluation.error) << text;
    EXPECT_EQ(evaluation.error->code, "cost_limit");
  }
}

TEST(FormulaWarnings, NullsSayWhy) {
  const auto result = Formula::parse("1 + amount", deal_scope());
  ASSERT_TRUE(result.formula);
  const auto evaluation = result.formula->evaluate(Context{}, {});
  EXPECT_TRUE(evaluation.value.is_null());
  ASSERT_EQ(evaluation.warnings.size(), 1u);
  EXPECT_EQ(evaluation.warnings[0].code, "null_operand");
  EXPECT_EQ(evaluation.warnings[0].position, 2u);
}

TEST(FormulaClock, NowAndTodayComeFromTheEnvironment) {
  Environment environment;
  environment.now = *base::parse_instant("2026-11-20T22:30:00Z");
  environment.zone = *Zone::named("Europe/Moscow");
  const auto result = Formula::parse("today() = date(\"2026-11-21\") and now().hour = 1", {});
  ASSERT_TRUE(result.formula);
  EXPECT_TRUE(result.formula->uses_clock());
  EXPECT_TRUE(result.formula->evaluate(Context{}, environment).value.is_true());
}

TEST(FormulaUnaryTests, TestsOfDecisionTablesHold) {
  const auto matches = [](std::string_view tests, Value input) {
    const auto result = Formula::parse_unary_tests(tests, {}, Type::any(), Typing::kDynamic);
    EXPECT_TRUE(result.formula) << tests;
    const std::vector<Value> values{std::move(input)};
    return result.formula->evaluate(values, {}).value.is_true();
  };
  EXPECT_TRUE(matches("-", {}));
  EXPECT_TRUE(matches("< 18", 17));
  EXPECT_FALSE(matches("< 18", 18));
  EXPECT_TRUE(matches("[1..5], > 10", 11));
  EXPECT_TRUE(matches("not(\"a\", \"b\")", "c"));
  EXPECT_FALSE(matches("not(\"a\", \"b\")", "a"));
  EXPECT_TRUE(matches("\"a\", \"b\"", "b"));
  EXPECT_TRUE(matches("contains(?, \"мир\")", "кумир"));
  EXPECT_FALSE(matches("< 18", {}));
  EXPECT_TRUE(matches("null", {}));
}

TEST(FormulaLine, BadLinesAnswerErrors) {
  for (const char* line : {"", "{", "[]", "{\"expression\":1}", "{\"expression\":\"1\",\"context\":[]}", "\xff"}) {
    EXPECT_TRUE(eval_json_line(line, {}).starts_with("{\"error\":{\"code\":\"bad_line\"")) << line;
  }
}

}  // namespace
}  // namespace formula
