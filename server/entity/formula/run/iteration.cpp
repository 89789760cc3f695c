// Filters, for, some and every.
#include "server/entity/formula/run/evaluator.hpp"

namespace formula {

Value Evaluator::filter(const Node& node) {
  Value base = evaluate(*node.children[0]);
  position_ = node.position;
  if (base.is_null()) {
    if (node.children[1]->type.kind() == Type::Kind::kNumber) return {};
    return List{};
  }
  if (!base.list()) base = Value(List{base});
  const List& list = *base.list();
  const Node& condition = *node.children[1];
  const auto index_of = [&](const Value& index) -> Value {
    const auto n = index.number()->to_integer();
    const auto size = static_cast<std::int64_t>(list.size());
    if (!n || *n == 0 || *n > size || *n < -size) return warn("no_such_element");
    return list[static_cast<std::size_t>(*n > 0 ? *n - 1 : size + *n)];
  };
  Value& item = frame_[static_cast<std::size_t>(node.slot)];
  if (condition.type.kind() == Type::Kind::kNumber) {
    item = {};
    const Value index = evaluate(condition);
    return index.number() ? index_of(index) : warn("no_such_element");
  }
  List out;
  for (const auto& element : list) {
    charge(1);
    frame_[static_cast<std::size_t>(node.slot)] = element;
    const Value keep = evaluate(condition);
    if (keep.number()) return index_of(keep);
    if (keep.is_true()) out.push_back(element);
  }
  return out;
}

// Calls `body` for every combination; it answers false to stop. Returns false when an iterator is no list or range.
bool Evaluator::iterate(const Node& node, std::size_t depth, const std::function<bool()>& body) {
  if (depth == node.slots.size()) {
    go_on_ = body();
    return true;
  }
  const auto slot = static_cast<std::size_t>(node.slots[depth]);
  const Node& source = *node.children[depth];
  const auto visit = [&](Value value) {
    charge(1);
    frame_[slot] = std::move(value);
    return iterate(node, depth + 1, body);
  };
  Value low, high;
  if (source.op == Op::kSpan) {
    low = evaluate(*source.children[0]);
    high = evaluate(*source.children[1]);
  } else {
    const Value values = evaluate(source);
    if (values.is_null()) return false;
    if (const List* list = values.list()) {
      for (const auto& item : *list) {
        if (!visit(item)) return false;
        if (!go_on_) return true;
      }
      return true;
    }
    const Range* range = values.range();
    if (range == nullptr) return visit(values);
    low = range->low;
    high = range->high;
    if (!range->low_included || !range->high_included) return false;
  }
  if (low.date() && high.date()) {
    const std::int64_t step = low.date()->days <= high.date()->days ? 1 : -1;
    for (std::int64_t d = low.date()->days;; d += step) {
      if (!visit(Date{d})) return false;
      if (!go_on_ || d == high.date()->days) return true;
    }
  }
  if (!low.number() || !high.number()) return false;
  const auto first = low.number()->to_integer(), last = high.number()->to_integer();
  if (!first || !last) return false;
  const std::int64_t step = *first <= *last ? 1 : -1;
  for (std::int64_t i = *first;; i += step) {
    if (!visit(i)) return false;
    if (!go_on_ || i == *last) return true;
  }
}

Value Evaluator::loop(const Node& node) {
  auto out = std::make_shared<List>();
  const auto partial = static_cast<std::size_t>(node.slot);
  const Node& body = *node.children.back();
  const bool wants_partial = node.flag;
  go_on_ = true;
  const bool sound = iterate(node, 0, [&] {
    if (wants_partial) {
      charge(static_cast<std::int64_t>(out->size()));
      frame_[partial] = Value(List(*out));
    }
    out->push_back(evaluate(body));
    check_list(out->size());
    go_on_ = true;
    return true;
  });
  position_ = node.position;
  if (!sound) return warn("not_iterable");
  return List(std::move(*out));
}

Value Evaluator::quantified(const Node& node) {
  const bool some = node.op == Op::kSome;
  bool decided = false, unknown = false;
  go_on_ = true;
  const bool sound = iterate(node, 0, [&] {
    const Value value = evaluate(*node.children.back());
    if (!value.boolean())
      unknown = true;
    else if (*value.boolean() == some)
      decided = true;
    return !decided;
  });
  position_ = node.position;
  go_on_ = true;
  if (!sound) return warn("not_iterable");
  if (decided) return some;
  return unknown ? Value() : Value(!some);
}

}  // namespace formula
