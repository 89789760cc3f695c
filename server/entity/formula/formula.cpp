#include "server/entity/formula/formula.hpp"

#include <algorithm>

#include "server/entity/formula/parse/ast.hpp"
#include "server/entity/formula/parse/parser.hpp"
#include "server/entity/formula/run/evaluator.hpp"

namespace formula {
namespace {

const Value kNull;

class SpanInputs final : public Inputs {
 public:
  explicit SpanInputs(std::span<const Value> values) : values_(values) {}
  const Value& at(std::size_t index) override { return index < values_.size() ? values_[index] : kNull; }

 private:
  std::span<const Value> values_;
};

class ContextInputs final : public Inputs {
 public:
  ContextInputs(const Context& context, const std::vector<Path>& paths) : context_(context), paths_(paths) {}
  const Value& at(std::size_t index) override {
    const Context* level = &context_;
    const Value* found = nullptr;
    for (const auto& name : paths_[index]) {
      found = level ? level->find(name) : nullptr;
      if (found == nullptr) return kNull;
      level = found->context();
    }
    return found ? *found : kNull;
  }

 private:
  const Context& context_;  // both outlive the evaluation
  const std::vector<Path>& paths_;
};

bool uses_local(const Node& node, std::int32_t slot) {
  if (node.op == Op::kLocal && node.slot == slot) return true;
  return std::any_of(node.children.begin(), node.children.end(), [&](const NodePtr& c) { return c && uses_local(*c, slot); });
}

// Numbers the inputs and marks what the evaluator needs to know beforehand.
void link(Node& node, Tree& tree) {
  if (node.op == Op::kInput) {
    const auto it = std::find(tree.inputs.begin(), tree.inputs.end(), node.path);
    node.slot = static_cast<std::int32_t>(it - tree.inputs.begin());
    if (it == tree.inputs.end()) tree.inputs.push_back(node.path);
  }
  if (node.op == Op::kFor) node.flag = uses_local(*node.children.back(), node.slot);
  for (const auto& child : node.children) {
    if (child) link(*child, tree);
  }
}

}  // namespace

std::string to_string(const Path& path) {
  std::string out;
  for (const auto& name : path) out += (out.empty() ? "" : ".") + name;
  return out;
}

Formula::Formula(std::shared_ptr<const Tree> tree) : tree_(std::move(tree)) {}
Formula::~Formula() = default;

class FormulaBuilder {
 public:
  template <typename Parse>
  static ParseResult build(std::string_view text, const Scope& scope, Typing typing, const Parse& parse) {
    try {
      Parser parser(text, scope, typing);
      auto tree = std::make_shared<Tree>();
      tree->text = std::string(text);
      tree->root = parse(parser);
      tree->slots = parser.slots();
      tree->uses_clock = parser.uses_clock();
      link(*tree->root, *tree);
      if (tree->root->op == Op::kUnaryTests) {
        tree->tested = static_cast<std::int32_t>(tree->inputs.size());
        tree->inputs.push_back({"?"});
      }
      return {std::shared_ptr<const Formula>(new Formula(std::move(tree))), std::nullopt};
    } catch (ParseFailure& failure) {
      return {nullptr, std::move(failure.error)};
    }
  }
};

ParseResult Formula::parse(std::string_view text, const Scope& scope, Typing typing, const Type& expected) {
  return FormulaBuilder::build(text, scope, typing, [&](Parser& parser) { return parser.parse_formula(expected); });
}

ParseResult Formula::parse_unary_tests(std::string_view text, const Scope& scope, const Type& input, Typing typing) {
  return FormulaBuilder::build(text, scope, typing, [&](Parser& parser) { return parser.parse_tests(input); });
}

std::shared_ptr<const Formula> Formula::parse_or_throw(std::string_view text, const Scope& scope, std::string_view field_path,
                                                       const Type& expected) {
  auto result = parse(text, scope, Typing::kStrict, expected);
  if (result.error) throw to_error(*result.error, field_path);
  return std::move(result.formula);
}

const std::string& Formula::text() const { return tree_->text; }
const Type& Formula::type() const { return tree_->root->type; }
const std::vector<Path>& Formula::inputs() const { return tree_->inputs; }
bool Formula::uses_clock() const { return tree_->uses_clock; }

Evaluation Formula::evaluate(Inputs& inputs, const Environment& environment) const {
  Evaluation out;
  Evaluator evaluator(tree_, inputs, environment);
  try {
    out.value = evaluator.run();
  } catch (const CostLimit& limit) {
    out.error = FormulaError{"cost_limit", limit.position, column_of(tree_->text, limit.position), {}};
  }
  out.warnings = evaluator.take_warnings();
  return out;
}

Evaluation Formula::evaluate(std::span<const Value> values, const Environment& environment) const {
  SpanInputs inputs(values);
  return evaluate(inputs, environment);
}

Evaluation Formula::evaluate(const Context& context, const Environment& environment) const {
  ContextInputs inputs(context, tree_->inputs);
  return evaluate(inputs, environment);
}

std::string locale_code(const FormulaError& error) {
  if (error.code == "not_compilable" && !error.args.empty()) return "formula_sql_" + error.args.front().second;
  return "formula_" + error.code;
}

base::Error to_error(const FormulaError& error, std::string_view field_path) {
  base::MessageArgs args = error.args;
  args.emplace_back("column", std::to_string(error.column));
  return base::Error::field(std::string(field_path), locale_code(error), std::move(args));
}

}  // namespace formula
