#include "server/entity/formula/run/evaluator.hpp"

#include <algorithm>

#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

constexpr std::size_t kMaxWarnings = 10;

const Value* boolean_or_null(const Value& v) { return v.boolean() ? &v : nullptr; }

}  // namespace

Evaluator::Evaluator(std::shared_ptr<const Tree> tree, Inputs& inputs, const Environment& environment)
    : tree_(std::move(tree)), inputs_(inputs), environment_(environment), steps_left_(environment.limits.steps) {
  frame_.resize(tree_->slots);
}

Value Evaluator::warn(std::string_view code) {
  if (warnings_.size() < kMaxWarnings) warnings_.push_back({std::string(code), position_});
  return {};
}

void Evaluator::charge(std::int64_t steps) {
  steps_left_ -= steps;
  if (steps_left_ < 0) throw CostLimit{position_};
}

void Evaluator::check_list(std::size_t size) {
  if (size > environment_.limits.list_size) throw CostLimit{position_};
}

void Evaluator::check_string(std::size_t bytes) {
  if (bytes > environment_.limits.string_bytes) throw CostLimit{position_};
}

// Literals, inputs and locals are not copied.
const Value& Evaluator::reference(const Node& node, Value& storage) {
  switch (node.op) {
    case Op::kLiteral: return node.literal;
    case Op::kInput: return inputs_.at(static_cast<std::size_t>(node.slot));
    case Op::kLocal: return frame_[static_cast<std::size_t>(node.slot)];
    default: storage = evaluate(node); return storage;
  }
}

Value Evaluator::evaluate(const Node& node) {
  if (--steps_left_ < 0) throw CostLimit{node.position};
  switch (node.op) {
    case Op::kLiteral: return node.literal;
    case Op::kInput: return inputs_.at(static_cast<std::size_t>(node.slot));
    case Op::kLocal: return frame_[static_cast<std::size_t>(node.slot)];
    case Op::kItemField: return item_field(node);
    case Op::kPath: return path(node);
    case Op::kFilter: return filter(node);
    case Op::kNegate:
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kPower: return arithmetic(node);
    case Op::kEqual:
    case Op::kNotEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kGreater:
    case Op::kGreaterEqual:
    case Op::kBetween: return comparison(node);
    case Op::kIn: {
      const Value value = evaluate(*node.children[0]);
      return any_test(node, value, 1);
    }
    case Op::kTest: return {};
    case Op::kUnaryTests: return unary_tests(node);
    case Op::kAnd:
    case Op::kOr: return logic(node);
    case Op::kIf: {
      Value storage;
      const bool yes = reference(*node.children[0], storage).is_true();
      return evaluate(*node.children[yes ? 1 : 2]);
    }
    case Op::kFor: return loop(node);
    case Op::kSome:
    case Op::kEvery: return quantified(node);
    case Op::kSpan: return {};
    case Op::kList: {
      List out;
      out.reserve(node.children.size());
      for (const auto& child : node.children) out.push_back(evaluate(*child));
      return out;
    }
    case Op::kContext: return context_value(node);
    case Op::kRange: return range_value(node);
    case Op::kFunction: return function_value(node);
    case Op::kCall: return call_builtin(node);
    case Op::kCallValue: return call_value(node);
    case Op::kInstanceOf: {
      Value storage;
      const Value& value = reference(*node.children[0], storage);
      if (value.list()) charge(static_cast<std::int64_t>(value.list()->size()));
      return is_instance(value, node.target);
    }
  }
  return {};
}

Value Evaluator::item_field(const Node& node) {
  const Value& item = frame_[static_cast<std::size_t>(node.slot)];
  bool known = false;
  Value out = property(item, node.name, known);
  if (known || node.children.empty()) return out;
  return evaluate(*node.children[0]);
}

Value Evaluator::context_value(const Node& node) {
  Context out;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    Value value = evaluate(*node.children[i]);
    frame_[static_cast<std::size_t>(node.slots[i])] = value;
    out.entries.emplace_back(node.names[i], std::move(value));
  }
  if (node.flag) return warn("duplicate_name");
  return out;
}

Value Evaluator::function_value(const Node& node) {
  auto function = std::make_shared<Function>();
  function->tree = tree_;
  function->node = &node;
  function->captured = frame_;
  charge(static_cast<std::int64_t>(frame_.size()));
  return Value(std::shared_ptr<const Function>(std::move(function)));
}

Value Evaluator::arithmetic(const Node& node) {
  Value left_storage, right_storage;
  if (node.op == Op::kNegate) {
    const Value& value = reference(*node.children[0], left_storage);
    if (const Number* n = value.number()) return -*n;
    std::string_view problem;
    if (value.days_duration()) return apply_arithmetic(Op::kMultiply, value, Number(-1), problem);
    if (const auto* m = value.months_duration()) return MonthsDuration{-m->months};
    position_ = node.position;
    return warn(value.is_null() ? "null_operand" : "wrong_operands");
  }
  // A reference to an input stays valid while the other side is evaluated; one to a local may not.
  const Node& a = *node.children[0];
  const Value& left = a.op == Op::kLocal ? (left_storage = evaluate(a)) : reference(a, left_storage);
  const Value& right = reference(*node.children[1], right_storage);
  std::string_view problem;
  Value result = apply_arithmetic(node.op, left, right, problem);
  if (result.is_null()) {
    position_ = node.position;
    return warn(problem);
  }
  if (const auto* text = result.string()) check_string(text->size());
  return result;
}

Value Evaluator::comparison(const Node& node) {
  Value left_storage, right_storage;
  const Node& a = *node.children[0];
  const Value& left = a.op == Op::kLocal ? (left_storage = evaluate(a)) : reference(a, left_storage);
  const Value& right = reference(*node.children[1], right_storage);
  position_ = node.position;
  if (node.op == Op::kEqual || node.op == Op::kNotEqual) {
    if (left.list() && right.list()) charge(static_cast<std::int64_t>(left.list()->size()));
    const auto same = equal(left, right);
    if (!same) return warn("incomparable");
    return node.op == Op::kEqual ? *same : !*same;
  }
  const auto order = compare(left, right);
  if (node.op == Op::kBetween) {
    Value high_storage;
    const auto upper = compare(left, reference(*node.children[2], high_storage));
    // A known false side decides: null between 1 and 2 is null, 5 between null and 2 is false.
    if ((order && *order < 0) || (upper && *upper > 0)) return false;
    if (!order || !upper) return warn("incomparable");
    return true;
  }
  if (!order) return warn(left.is_null() || right.is_null() ? "null_operand" : "incomparable");
  switch (node.op) {
    case Op::kLess: return *order < 0;
    case Op::kLessEqual: return *order <= 0;
    case Op::kGreater: return *order > 0;
    default: return *order >= 0;
  }
}

// DMN 1.5 tables 48 and 49: anything but true and false is null.
Value Evaluator::logic(const Node& node) {
  const bool decisive = node.op == Op::kOr;
  bool unknown = false;
  for (const auto& child : node.children) {
    Value storage;
    const Value& value = reference(*child, storage);
    const Value* known = boolean_or_null(value);
    if (known == nullptr)
      unknown = true;
    else if (*known->boolean() == decisive)
      return decisive;
  }
  return unknown ? Value() : Value(!decisive);
}

Value Evaluator::path(const Node& node) {
  Value storage;
  const Value& base = reference(*node.children[0], storage);
  position_ = node.position;
  if (const List* list = base.list()) {
    List out;
    charge(static_cast<std::int64_t>(list->size()));
    for (const auto& item : *list) {
      bool known = false;
      out.push_back(property(item, node.name, known));
    }
    return out;
  }
  bool known = false;
  Value out = property(base, node.name, known);
  if (!known) return warn("no_such_entry");
  return out;
}

Value Evaluator::call_builtin(const Node& node) {
  std::vector<Value> arguments;
  arguments.reserve(node.children.size());
  for (const auto& child : node.children) arguments.push_back(child ? evaluate(*child) : Value());
  position_ = node.position;
  return run_builtin(*node.builtin, *this, std::move(arguments));
}

Value Evaluator::call_value(const Node& node) {
  const Value callee = evaluate(*node.children[0]);
  std::vector<Value> arguments;
  for (std::size_t i = 1; i < node.children.size(); ++i) arguments.push_back(evaluate(*node.children[i]));
  position_ = node.position;
  const Function* function = callee.function();
  if (function == nullptr) return warn("not_callable");
  if (!node.names.empty()) {
    if (function->node == nullptr || node.names.size() != function->node->names.size()) return warn("wrong_arguments");
    std::vector<Value> ordered(arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const auto& names = function->node->names;
      const auto it = std::find(names.begin(), names.end(), node.names[i]);
      if (it == names.end()) return warn("wrong_arguments");
      ordered[static_cast<std::size_t>(it - names.begin())] = std::move(arguments[i]);
    }
    arguments = std::move(ordered);
  }
  return call(*function, arguments);
}

// An argument of the wrong type is null (DMN 1.5 §10.3.2.9.4); lists of one item and their items stand for each other.
Value Evaluator::conform(const Value& value, const Type& type) {
  if (type.is_any() || value.is_null() || is_instance(value, type)) return value;
  if (const List* list = value.list(); list && list->size() == 1 && is_instance(list->front(), type)) return list->front();
  if (type.kind() == Type::Kind::kList && is_instance(value, type.element())) return List{value};
  if (type.kind() == Type::Kind::kDateTime && value.date()) return DateTime{value.date()->days, 0, Zone::offset(0)};
  return warn("wrong_argument_type");
}

Value Evaluator::call(const Function& function, std::span<Value> arguments) {
  charge(1);
  if (function.builtin) {
    return run_builtin(*function.builtin, *this, std::vector<Value>(arguments.begin(), arguments.end()));
  }
  if (arguments.size() != function.node->names.size()) return warn("wrong_arguments");
  if (++depth_ > environment_.limits.depth) throw CostLimit{position_};
  charge(static_cast<std::int64_t>(function.captured.size()) + 1);
  const auto parameters = function.node->type.parameters();
  std::vector<Value> saved = std::move(frame_);
  frame_ = function.captured;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    frame_[static_cast<std::size_t>(function.node->slots[i])] = conform(arguments[i], parameters[i]);
  }
  Value result = evaluate(*function.node->children[0]);
  frame_ = std::move(saved);
  --depth_;
  return result;
}

}  // namespace formula
