// Tree-walking evaluator. One object per evaluation; not thread-safe.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "server/entity/formula/parse/ast.hpp"

namespace formula {

// A function value: defined in a formula (node of `tree`, with the locals it was made among) or built in.
struct Function {
  std::shared_ptr<const Tree> tree;
  const Node* node = nullptr;
  std::vector<Value> captured;
  const Builtin* builtin = nullptr;
};

// Leaves evaluation; caught in Formula::evaluate.
struct CostLimit {
  std::size_t position;
};

class Evaluator {
 public:
  Evaluator(std::shared_ptr<const Tree> tree, Inputs& inputs, const Environment& environment);

  Value run() { return evaluate(*tree_->root); }
  Value evaluate(const Node& node);
  std::vector<Warning> take_warnings() { return std::move(warnings_); }

  // For built-in functions.
  const Environment& environment() const { return environment_; }
  Value call(const Function& function, std::span<Value> arguments);
  Value warn(std::string_view code);  // records the reason and answers null
  void charge(std::int64_t steps);
  void check_list(std::size_t size);
  void check_string(std::size_t bytes);

 private:
  const Value& reference(const Node& node, Value& storage);
  Value arithmetic(const Node& node);
  Value comparison(const Node& node);
  Value logic(const Node& node);
  Value path(const Node& node);
  Value item_field(const Node& node);
  Value context_value(const Node& node);
  Value function_value(const Node& node);
  Value unary_tests(const Node& node);
  Value filter(const Node& node);
  Value loop(const Node& node);
  Value quantified(const Node& node);
  bool iterate(const Node& node, std::size_t depth, const std::function<bool()>& body);
  Value call_builtin(const Node& node);
  Value call_value(const Node& node);
  Value test(const Node& node, const Value& value);
  Value any_test(const Node& node, const Value& value, std::size_t first);
  Value range_value(const Node& node);
  Value conform(const Value& value, const Type& type);

  std::shared_ptr<const Tree> tree_;
  Inputs& inputs_;
  const Environment& environment_;
  std::vector<Value> frame_;
  std::vector<Warning> warnings_;
  std::int64_t steps_left_;
  int depth_ = 0;
  bool go_on_ = true;  // of the innermost iteration
  std::size_t position_ = 0;
};

// Shared with the SQL compiler's constants and the type checker's folding.
Value apply_arithmetic(Op op, const Value& a, const Value& b, std::string_view& problem);
// value within range; nullopt when not comparable.
std::optional<bool> includes(const Range& range, const Value& value);
bool is_instance(const Value& value, const Type& type);
// Property or entry: ".year", ".days", context entries; null when there is none.
Value property(const Value& value, std::string_view name, bool& known);

}  // namespace formula
