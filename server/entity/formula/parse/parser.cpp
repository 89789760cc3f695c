#include "server/entity/formula/parse/parser.hpp"

#include <algorithm>
#include <array>

#include "server/entity/formula/parse/typing.hpp"
#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

constexpr int kMaxDepth = 100;
constexpr int kMaxChain = 300;
constexpr std::size_t kMaxText = 100'000;

const char* symbol(Op op) {
  switch (op) {
    case Op::kAdd: return "+";
    case Op::kSubtract: return "-";
    case Op::kMultiply: return "*";
    case Op::kDivide: return "/";
    case Op::kPower: return "**";
    case Op::kAnd: return "and";
    case Op::kOr: return "or";
    default: return "?";
  }
}

NodePtr make(Op op, std::size_t position) { return std::make_unique<Node>(op, position); }

class NoInputs final : public Inputs {
 public:
  const Value& at(std::size_t) override { return null_; }

 private:
  Value null_;
};

}  // namespace

Parser::Deeper::Deeper(Parser& parser) : parser_(parser) {
  if (++parser_.depth_ > kMaxDepth) {
    --parser_.depth_;
    parser_.in_.fail("too_deep", parser_.in_.position());
  }
}

Parser::Parser(std::string_view text, const Scope& scope, Typing typing) : in_(text), scope_(scope), typing_(typing) {
  if (text.size() > kMaxText) in_.fail("too_long", 0, {{"limit", std::to_string(kMaxText)}});
}

NodePtr Parser::parse_formula(const Type& expected) {
  if (in_.at_end()) in_.fail("empty", 0);
  NodePtr root = expression();
  if (!in_.at_end()) in_.fail_here("end");
  if (!root->type.fits(expected)) {
    type_error("wrong_result_type", root->position, {{"expected", expected.name()}, {"actual", root->type.name()}});
  }
  return root;
}

NodePtr Parser::parse_tests(const Type& input) {
  auto node = make(Op::kUnaryTests, 0);
  node->type = Type::boolean();
  node->slot = add_local("?", input);
  if (in_.at_end()) in_.fail("empty", 0);
  if (in_.looking_at("-")) {
    const std::size_t begin = in_.position();
    in_.accept("-");
    if (in_.at_end()) return node;  // irrelevant: always true, no tests
    in_.rewind(begin);
  }
  const std::size_t begin = in_.position();
  if (in_.accept_word("not") && in_.accept("(")) {
    node->flag = true;
    do node->children.push_back(test(input));
    while (in_.accept(","));
    if (in_.accept(")") && in_.at_end()) return node;
    node->children.clear();
    node->flag = false;
  }
  in_.rewind(begin);
  do node->children.push_back(test(input));
  while (in_.accept(","));
  if (!in_.at_end()) in_.fail_here("end");
  return node;
}

void Parser::type_error(std::string code, std::size_t position, base::MessageArgs args) {
  if (typing_ == Typing::kStrict) in_.fail(std::move(code), position, std::move(args));
}

void Parser::require(const Node& node, const Type& wanted) {
  if (!node.type.fits(wanted)) {
    type_error("wrong_type", node.position, {{"expected", wanted.name()}, {"actual", node.type.name()}});
  }
}

std::int32_t Parser::add_local(std::string name, Type type, bool is_item) {
  const auto slot = static_cast<std::int32_t>(locals_.size());
  locals_.push_back({std::move(name), std::move(type), slot, is_item});
  max_slots_ = std::max(max_slots_, locals_.size());
  return slot;
}

void Parser::drop_locals(std::size_t count) { locals_.erase(locals_.begin() + static_cast<std::ptrdiff_t>(count), locals_.end()); }

// An operation on constants is done once. Null results stay for the evaluator, which records why.
NodePtr Parser::fold(NodePtr node) {
  for (const auto& child : node->children) {
    if (child && child->op != Op::kLiteral) return node;
    if (child && (child->literal.function() || child->literal.list() || child->literal.context())) return node;
  }
  if (node->builtin && (node->builtin->uses_clock || node->builtin->rest != Rest::kNone)) return node;
  NoInputs inputs;
  Environment environment;
  environment.limits.steps = 1000;
  environment.limits.string_bytes = 10'000;
  auto holder = std::make_shared<Tree>();
  Evaluator evaluator(holder, inputs, environment);
  Value value;
  try {
    value = evaluator.evaluate(*node);
  } catch (const CostLimit&) {
    return node;
  }
  if (value.is_null()) return node;
  auto literal = make(Op::kLiteral, node->position);
  literal->type = node->type.is_any() ? type_of(value) : node->type;
  literal->literal = std::move(value);
  return literal;
}

NodePtr Parser::binary(Op op, std::size_t position, NodePtr left, NodePtr right) {
  auto node = make(op, position);
  const auto type = arithmetic_type(op, left->type, right->type);
  if (!type) {
    type_error("wrong_operands", position, {{"operator", symbol(op)}, {"left", left->type.name()}, {"right", right->type.name()}});
  }
  node->type = type.value_or(Type::any());
  node->children.push_back(std::move(left));
  node->children.push_back(std::move(right));
  return fold(std::move(node));
}

NodePtr Parser::compare_nodes(Op op, std::size_t position, NodePtr left, NodePtr right) {
  const bool equality = op == Op::kEqual || op == Op::kNotEqual;
  const bool fine = equality ? can_equal(left->type, right->type) : can_order(left->type, right->type);
  if (!fine) {
    type_error("incomparable", position, {{"left", left->type.name()}, {"right", right->type.name()}});
  }
  auto node = make(op, position);
  node->type = Type::boolean();
  node->children.push_back(std::move(left));
  node->children.push_back(std::move(right));
  return node;
}

// `and` and `or` take any number of operands, so that long chains stay flat.
NodePtr Parser::logical(Op op, std::size_t position, NodePtr left, NodePtr right) {
  require(*left, Type::boolean());
  require(*right, Type::boolean());
  if (left->op == op && !left->flag) {
    left->children.push_back(std::move(right));
    return left;
  }
  auto node = make(op, position);
  node->type = Type::boolean();
  node->children.push_back(std::move(left));
  node->children.push_back(std::move(right));
  return node;
}

NodePtr Parser::expression() {
  const Deeper deeper(*this);
  const bool if_word = in_.looking_at_word("if"), for_word = in_.looking_at_word("for");
  const bool quantifier = in_.looking_at_word("some") || in_.looking_at_word("every");
  if ((!if_word && !for_word && !quantifier) || at_spaced_name()) return disjunction();
  return if_word ? if_expression() : for_word ? for_expression() : quantified_expression();
}

NodePtr Parser::disjunction() {
  NodePtr left = conjunction();
  while (in_.looking_at_word("or")) {
    const std::size_t position = in_.position();
    in_.accept_word("or");
    left = logical(Op::kOr, position, std::move(left), conjunction());
  }
  left->flag = left->op == Op::kOr ? true : left->flag;  // closed: (a or b) or c does not reopen it
  return left;
}

NodePtr Parser::conjunction() {
  NodePtr left = comparison();
  bool any = false;
  while (in_.looking_at_word("and")) {
    const std::size_t position = in_.position();
    in_.accept_word("and");
    left = logical(Op::kAnd, position, std::move(left), comparison());
    any = true;
  }
  if (any) left->flag = true;
  return left;
}

NodePtr Parser::comparison() {
  static constexpr std::array<std::pair<std::string_view, Op>, 6> kSymbols{
      {{"<=", Op::kLessEqual}, {">=", Op::kGreaterEqual}, {"!=", Op::kNotEqual}, {"=", Op::kEqual}, {"<", Op::kLess}, {">", Op::kGreater}}};
  NodePtr left = additive();
  for (int chain = 0;; ++chain) {
    if (chain > kMaxChain) in_.fail("too_deep", in_.position());
    in_.skip_space();
    const std::size_t position = in_.position();
    const auto found = std::find_if(kSymbols.begin(), kSymbols.end(), [&](const auto& s) { return in_.looking_at(s.first); });
    if (found != kSymbols.end()) {
      in_.accept(found->first);
      left = compare_nodes(found->second, position, std::move(left), additive());
    } else if (in_.accept_word("between")) {
      left = between(std::move(left));
      left->position = static_cast<std::uint32_t>(position);
    } else if (in_.accept_word("in")) {
      left = in_tests(std::move(left));
      left->position = static_cast<std::uint32_t>(position);
    } else {
      return left;
    }
  }
}

NodePtr Parser::between(NodePtr value) {
  auto node = make(Op::kBetween, in_.position());
  node->type = Type::boolean();
  NodePtr low = additive();
  in_.expect_word("and");
  NodePtr high = additive();
  for (const Node* end : {low.get(), high.get()}) {
    if (!can_order(value->type, end->type)) {
      type_error("incomparable", end->position, {{"left", value->type.name()}, {"right", end->type.name()}});
    }
  }
  node->children.push_back(std::move(value));
  node->children.push_back(std::move(low));
  node->children.push_back(std::move(high));
  return node;
}

NodePtr Parser::in_tests(NodePtr value) {
  auto node = make(Op::kIn, in_.position());
  node->type = Type::boolean();
  const Type tested = value->type;
  node->children.push_back(std::move(value));
  in_.skip_space();
  const std::size_t begin = in_.position();
  // "(1, 2)" and "(< 5, > 10)" are lists of tests; "(1..5)" is a range, "(a + b) * 2" an expression.
  if (in_.accept("(")) {
    try {
      do node->children.push_back(test(tested));
      while (in_.accept(","));
      if (in_.accept(")")) return node;
    } catch (const ParseFailure&) {
      if (in_.text().substr(begin).find("..") == std::string_view::npos) throw;
    }
    node->children.resize(1);
    in_.rewind(begin);
  }
  node->children.push_back(test(tested));
  return node;
}

NodePtr Parser::test(const Type& tested) {
  const Deeper deeper(*this);
  static constexpr std::array<std::pair<std::string_view, Op>, 6> kSymbols{
      {{"<=", Op::kLessEqual}, {">=", Op::kGreaterEqual}, {"!=", Op::kNotEqual}, {"=", Op::kEqual}, {"<", Op::kLess}, {">", Op::kGreater}}};
  in_.skip_space();
  auto node = make(Op::kTest, in_.position());
  node->type = Type::boolean();
  for (const auto& [text, op] : kSymbols) {
    if (!in_.accept(text)) continue;
    node->test_op = op;
    node->flag = true;  // an operator is written
    node->children.push_back(additive());
    const Type& other = node->children[0]->type;
    const bool equality = op == Op::kEqual || op == Op::kNotEqual;
    if (!(equality ? can_equal(tested, other) : can_order(tested, other))) {
      type_error("incomparable", node->position, {{"left", tested.name()}, {"right", other.name()}});
    }
    return node;
  }
  node->children.push_back(expression());
  const Type& other = node->children[0]->type;
  const bool fine = can_equal(tested, other) || other.kind() == Type::Kind::kBoolean ||
                    ((other.kind() == Type::Kind::kList || other.kind() == Type::Kind::kRange) &&
                     (can_equal(tested, other.element()) ||
                      (other.element().kind() == Type::Kind::kRange && can_equal(tested, other.element().element()))));
  if (!fine) type_error("incomparable", node->position, {{"left", tested.name()}, {"right", other.name()}});
  return node;
}

NodePtr Parser::additive() {
  NodePtr left = multiplicative();
  for (int chain = 0;; ++chain) {
    if (chain > kMaxChain) in_.fail("too_deep", in_.position());
    in_.skip_space();
    const std::size_t position = in_.position();
    if (in_.accept("+")) {
      left = binary(Op::kAdd, position, std::move(left), multiplicative());
    } else if (in_.accept("-")) {
      left = binary(Op::kSubtract, position, std::move(left), multiplicative());
    } else {
      return left;
    }
  }
}

NodePtr Parser::multiplicative() {
  NodePtr left = exponentiation();
  for (int chain = 0;; ++chain) {
    if (chain > kMaxChain) in_.fail("too_deep", in_.position());
    in_.skip_space();
    const std::size_t position = in_.position();
    if (!in_.looking_at("**") && in_.accept("*")) {
      left = binary(Op::kMultiply, position, std::move(left), exponentiation());
    } else if (in_.accept("/")) {
      left = binary(Op::kDivide, position, std::move(left), exponentiation());
    } else {
      return left;
    }
  }
}

NodePtr Parser::exponentiation() {
  NodePtr left = unary();
  for (int chain = 0;; ++chain) {
    if (chain > kMaxChain) in_.fail("too_deep", in_.position());
    in_.skip_space();
    const std::size_t position = in_.position();
    if (!in_.accept("**")) return left;
    left = binary(Op::kPower, position, std::move(left), unary());
  }
}

// Binds tighter than ** (DMN 1.5 §10.3.1.2, rule 4): -2 ** 2 is 4.
NodePtr Parser::unary() {
  in_.skip_space();
  const std::size_t position = in_.position();
  if (!in_.accept("-")) return postfix();
  const Deeper deeper(*this);
  auto node = make(Op::kNegate, position);
  NodePtr operand = unary();
  const auto kind = operand->type.kind();
  if (kind != Type::Kind::kNumber && kind != Type::Kind::kDaysDuration && kind != Type::Kind::kMonthsDuration && !operand->type.is_any() &&
      !operand->type.is_null()) {
    type_error("wrong_type", operand->position, {{"expected", "number"}, {"actual", operand->type.name()}});
  }
  node->type = operand->type;
  node->children.push_back(std::move(operand));
  return fold(std::move(node));
}

NodePtr Parser::postfix() {
  NodePtr value = primary();
  for (int chain = 0;; ++chain) {
    if (chain > kMaxChain) in_.fail("too_deep", in_.position());
    in_.skip_space();
    if (in_.looking_at(".") && !in_.looking_at("..")) {
      in_.accept(".");
      value = path_step(std::move(value));
    } else if (!at_range_end_ && in_.looking_at("[")) {
      value = filter_step(std::move(value));
    } else if (in_.looking_at("(")) {
      const auto kind = value->type.kind();
      if (kind != Type::Kind::kAny && kind != Type::Kind::kFunction && typing_ == Typing::kStrict) {
        type_error("not_callable", value->position, {{"actual", value->type.name()}});
      }
      value = value_call(std::move(value));
    } else if (in_.looking_at_word("instance")) {
      value = instance_of(std::move(value));
    } else {
      return value;
    }
  }
}

}  // namespace formula
