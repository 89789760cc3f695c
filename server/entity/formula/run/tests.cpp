// Ranges and the tests of `in` and of decision tables.
#include "server/entity/formula/run/evaluator.hpp"

namespace formula {
namespace {

Value from_optional(const std::optional<bool>& v) { return v ? Value(*v) : Value(); }

}  // namespace

Value Evaluator::unary_tests(const Node& node) {
  frame_[static_cast<std::size_t>(node.slot)] = inputs_.at(static_cast<std::size_t>(tree_->tested));
  if (node.children.empty()) return true;
  const Value value = frame_[static_cast<std::size_t>(node.slot)];
  const Value any = any_test(node, value, 0);
  if (!node.flag) return any.is_true();
  return any.boolean() ? Value(!*any.boolean()) : Value();
}

Value Evaluator::range_value(const Node& node) {
  Value low = evaluate(*node.children[0]);
  Value high = evaluate(*node.children[1]);
  position_ = node.position;
  if (!node.flag) {
    if (low.is_null() && high.is_null()) return warn("bad_range");
    // An end that is null is unbounded and cannot belong to the range.
    if (!low.is_null() && !high.is_null()) {
      const auto order = compare(low, high);
      if (!order || *order > 0) return warn("bad_range");
    }
  }
  Range out{std::move(low), std::move(high), node.low_included, node.high_included};
  if (out.low.is_null()) out.low_included = false;
  if (out.high.is_null()) out.high_included = false;
  return out;
}

Value Evaluator::test(const Node& node, const Value& value) {
  Value storage;
  const Value& other = reference(*node.children[0], storage);
  position_ = node.position;
  if (node.flag) {
    if (node.test_op == Op::kEqual || node.test_op == Op::kNotEqual) {
      const auto same = equal(value, other);
      return same ? Value(node.test_op == Op::kEqual ? *same : !*same) : Value();
    }
    const auto order = compare(value, other);
    if (!order) return {};
    switch (node.test_op) {
      case Op::kLess: return *order < 0;
      case Op::kLessEqual: return *order <= 0;
      case Op::kGreater: return *order > 0;
      default: return *order >= 0;
    }
  }
  if (const Range* range = other.range(); range && !value.range()) return from_optional(includes(*range, value));
  if (const List* list = other.list(); list) {
    charge(static_cast<std::int64_t>(list->size()));
    if (value.list()) {
      if (equal(value, other).value_or(false)) return true;
    }
    for (const auto& item : *list) {
      if (const Range* range = item.range(); range && !value.range()) {
        if (includes(*range, value).value_or(false)) return true;
      } else if (equal(value, item).value_or(false)) {
        return true;
      }
    }
    return false;
  }
  // A condition written with "?" decides by itself.
  if (other.boolean() && !value.boolean()) return other;
  if (other.is_null() && !value.is_null()) return false;
  if (const List* list = value.list(); list && !other.list()) {
    charge(static_cast<std::int64_t>(list->size()));
    for (const auto& item : *list) {
      if (equal(item, other).value_or(false)) return true;
    }
    return false;
  }
  return from_optional(equal(value, other));
}

Value Evaluator::any_test(const Node& node, const Value& value, std::size_t first) {
  bool unknown = false;
  for (std::size_t i = first; i < node.children.size(); ++i) {
    charge(1);
    const Value result = test(*node.children[i], value);
    if (result.is_true()) return true;
    if (result.is_null()) unknown = true;
  }
  return unknown ? Value() : Value(false);
}

}  // namespace formula
