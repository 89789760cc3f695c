// The public conformance cases of DMN, compliance level 2: literal expressions, invocations and decision tables.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <pugixml.hpp>

#include "server/entity/formula/decision_table.hpp"
#include "server/entity/formula/parse/typing.hpp"

namespace formula {
namespace {

std::string shared_folder() {
  const char* set = std::getenv("MATVEY_SHARED");
  return set ? set : "../shared";
}

std::string text_of(const pugi::xml_node& node) {
  std::string text = node.child("text").text().get();
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// A value of a test file: <value xsi:type="xsd:decimal">, <list><item>…, <component name="…">….
Value read_value(const pugi::xml_node& node) {
  if (const auto list = node.child("list")) {
    List out;
    for (const auto& item : list.children("item")) out.push_back(read_value(item));
    return out;
  }
  if (node.child("component")) {
    Context out;
    for (const auto& component : node.children("component")) out.set(component.attribute("name").value(), read_value(component));
    return out;
  }
  const auto value = node.child("value");
  const std::string type = value.attribute("xsi:type").value();
  if (!value || value.attribute("xsi:nil").as_bool()) return {};
  const std::string text = value.text().get();
  if (type == "xsd:boolean") return text == "true";
  if (type == "xsd:decimal" || type == "xsd:double" || type == "xsd:integer") return Number::parse(text);
  return text;
}

// Whether a number agrees to the digits that the test file gives.
bool agrees(const Value& expected, const Value& got) {
  if (expected.number() && got.number()) {
    const Number& wanted = *expected.number();
    const auto off = Number::subtract(wanted, *got.number());
    return off && off->abs() < *Number::make(false, 1, -8);
  }
  if (expected.list() && got.list()) {
    return std::equal(expected.list()->begin(), expected.list()->end(), got.list()->begin(), got.list()->end(), agrees);
  }
  if (expected.context() && got.context()) {
    for (const auto& [name, value] : expected.context()->entries) {
      const Value* other = got.context()->find(name);
      if (other == nullptr || !agrees(value, *other)) return false;
    }
    return expected.context()->entries.size() == got.context()->entries.size();
  }
  return identical(expected, got);
}

class Model {
 public:
  explicit Model(const std::string& path) {
    document_.load_file(path.c_str());
    root_ = document_.child("definitions");
    for (const auto& node : root_.children()) by_id_[node.attribute("id").value()] = node;
  }

  Value decide(const std::string& name, const Context& inputs) {
    const auto decision = root_.find_child(
        [&](const pugi::xml_node& n) { return std::string(n.name()) == "decision" && n.attribute("name").value() == name; });
    if (!decision) return {};
    Context context = inputs;
    for (const auto& requirement : decision.children("informationRequirement")) {
      const std::string href = requirement.first_child().attribute("href").value();
      const auto needed = by_id_[href.substr(1)];
      const std::string needed_name = needed.attribute("name").value();
      if (std::string(needed.name()) == "decision")
        context.set(needed_name, decide(needed_name, inputs));
      else if (!context.find(needed_name))
        context.set(needed_name, {});
    }
    for (const auto& requirement : decision.children("knowledgeRequirement")) {
      const std::string href = requirement.first_child().attribute("href").value();
      const auto model = by_id_[href.substr(1)];
      std::string parameters;
      for (const auto& parameter : model.child("encapsulatedLogic").children("formalParameter")) {
        parameters += (parameters.empty() ? "" : ", ") + std::string(parameter.attribute("name").value());
      }
      const std::string body = text_of(model.child("encapsulatedLogic").child("literalExpression"));
      context.set(model.attribute("name").value(), evaluate("function(" + parameters + ") " + body, context));
    }
    if (const auto table = decision.child("decisionTable")) return evaluate_table(table, context);
    return evaluate(text_of(decision.child("literalExpression")), context);
  }

 private:
  static Scope scope_of(const Context& context) {
    Scope scope;
    for (const auto& [name, value] : context.entries) {
      const Type type = type_of(value);
      scope.add(name, type.is_null() ? Type::any() : type);
    }
    return scope;
  }

  static Value evaluate(const std::string& text, const Context& context) {
    const auto parsed = Formula::parse(text, scope_of(context), Typing::kDynamic);
    EXPECT_TRUE(parsed.formula) << text << ": " << parsed.error->code;
    return parsed.formula ? parsed.formula->evaluate(context, {}).value : Value("no such value");
  }

  static Value evaluate_table(const pugi::xml_node& node, const Context& context) {
    DecisionTableDef def;
    def.hit_policy = parse_hit_policy(node.attribute("hitPolicy").value()).value();
    def.aggregation = parse_aggregation(node.attribute("aggregation").value()).value();
    for (const auto& input : node.children("input")) {
      def.inputs.push_back({text_of(input.child("inputExpression")), text_of(input.child("inputValues"))});
    }
    for (const auto& output : node.children("output")) {
      def.outputs.push_back(
          {output.attribute("name").value(), text_of(output.child("outputValues")), text_of(output.child("defaultOutputEntry"))});
    }
    for (const auto& rule : node.children("rule")) {
      auto& out = def.rules.emplace_back();
      for (const auto& entry : rule.children("inputEntry")) out.tests.push_back(text_of(entry));
      for (const auto& entry : rule.children("outputEntry")) out.outputs.push_back(text_of(entry));
    }
    const auto parsed = DecisionTable::parse(def, scope_of(context), Typing::kDynamic);
    EXPECT_TRUE(parsed.table) << (parsed.error ? parsed.error->error.code : "");
    return parsed.table ? parsed.table->evaluate(context, {}).value : Value("no such value");
  }

  pugi::xml_document document_;
  pugi::xml_node root_;
  std::map<std::string, pugi::xml_node> by_id_;
};

TEST(FormulaConformance, LevelTwoCasesPass) {
  const std::filesystem::path folder = shared_folder() + "/ext/bpmn/dmn-tck-level2";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no conformance cases at " << folder;
  int cases = 0, passed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename();
    Model model(entry.path() / (name + ".dmn"));
    for (const auto& file : std::filesystem::directory_iterator(entry.path())) {
      if (file.path().extension() != ".xml") continue;
      pugi::xml_document tests;
      tests.load_file(file.path().c_str());
      for (const auto& test : tests.child("testCases").children("testCase")) {
        ++cases;
        Context inputs;
        for (const auto& input : test.children("inputNode")) inputs.set(input.attribute("name").value(), read_value(input));
        bool right = true;
        for (const auto& result : test.children("resultNode")) {
          const Value expected = read_value(result.child("expected"));
          const Value got = model.decide(result.attribute("name").value(), inputs);
          if (agrees(expected, got)) continue;
          right = false;
          ADD_FAILURE() << name << " " << test.attribute("id").value() << ": expected " << expected.to_string() << ", got "
                        << got.to_string();
        }
        passed += right;
      }
    }
  }
  std::cout << passed << " of " << cases << " conformance cases pass\n";
  EXPECT_EQ(cases, 116);
  EXPECT_EQ(passed, cases);
}

TEST(DecisionTable, CellsThatAreWrongAreNamed) {
  DecisionTableDef def;
  def.inputs = {{"amount", ""}};
  def.outputs = {{"discount", "", ""}};
  def.rules = {{{"< 100"}, {"0"}}, {{">= 100"}, {"tenth"}}};
  const Scope scope({{"amount", Type::number()}});
  const auto result = DecisionTable::parse(def, scope);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->rule, 1);
  EXPECT_EQ(result.error->column, 1);
  EXPECT_EQ(result.error->error.code, "unknown_name");
}

TEST(DecisionTable, UniqueTablesAnswerNullWhenSeveralRulesMatch) {
  DecisionTableDef def;
  def.inputs = {{"amount", ""}};
  def.outputs = {{"", "", ""}};
  def.rules = {{{"< 100"}, {"1"}}, {{"< 200"}, {"2"}}};
  const auto table = DecisionTable::parse(def, Scope({{"amount", Type::number()}})).table;
  ASSERT_TRUE(table);
  EXPECT_TRUE(identical(table->evaluate(Context{{{"amount", 150}}}, {}).value, 2));
  const auto both = table->evaluate(Context{{{"amount", 50}}}, {});
  EXPECT_TRUE(both.value.is_null());
  ASSERT_EQ(both.warnings.size(), 1u);
  EXPECT_EQ(both.warnings[0].code, "several_rules");
  EXPECT_EQ(table->matching_rules(Context{{{"amount", 50}}}, {}), (std::vector<std::size_t>{0, 1}));
}

}  // namespace
}  // namespace formula
