// Literals, boxed values, iteration and function definitions.
#include <algorithm>
#include <array>

#include "server/entity/formula/parse/parser.hpp"
#include "server/entity/formula/parse/typing.hpp"
#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

NodePtr make(Op op, std::size_t position) { return std::make_unique<Node>(op, position); }

NodePtr literal(std::size_t position, Value value) {
  auto node = make(Op::kLiteral, position);
  node->type = type_of(value);
  node->literal = std::move(value);
  return node;
}

bool is_keyword(std::string_view word) {
  static constexpr std::string_view kWords[] = {"if",        "then", "else", "for",     "return", "some",     "every",
                                                "satisfies", "and",  "or",   "between", "in",     "instance", "function"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

}  // namespace

NodePtr Parser::primary() {
  in_.skip_space();
  const std::size_t position = in_.position();
  const char c = in_.peek();
  if (c == '"') return literal(position, *in_.string_literal());
  if (c == '(') return parenthesised();
  if (c == '[' || c == ']') return list_or_range();
  if (c == '{') return context_literal();
  if (c == '@') return at_literal();
  if (c == '<' || c == '>') {
    const Deeper deeper(*this);
    return comparison_range(position);
  }
  if (c == '?') {
    in_.accept("?");
    return name_reference("?", position);
  }
  if (const auto number = in_.number()) {
    const auto value = Number::parse(*number);
    if (!value) in_.fail("bad_number", position, {{"text", *number}});
    return literal(position, *value);
  }
  if (in_.looking_at_word("function")) {
    const std::size_t begin = in_.position();
    in_.accept_word("function");
    if (in_.looking_at("(")) {
      in_.rewind(begin);
      return function_definition();
    }
    in_.rewind(begin);
  }
  if (in_.accept_word("true")) return literal(position, true);
  if (in_.accept_word("false")) return literal(position, false);
  if (in_.accept_word("null")) return literal(position, {});
  if (!in_.at_name()) in_.fail_here("expression");
  auto word = in_.identifier();
  in_.rewind(position);
  if (is_keyword(*word) && !at_spaced_name()) {
    if (*word == "if" || *word == "for" || *word == "some" || *word == "every") return expression();
    in_.fail_here("expression");
  }
  return name_or_call();
}

NodePtr Parser::at_literal() {
  const std::size_t position = in_.position();
  in_.expect("@");
  const auto text = in_.string_literal();
  if (!text) in_.fail_here("text");
  if (const auto v = Date::parse(*text)) return literal(position, *v);
  if (const auto v = DateTime::parse(*text)) return literal(position, *v);
  if (const auto v = Time::parse(*text)) return literal(position, *v);
  if (const auto v = parse_days_duration(*text)) return literal(position, *v);
  if (const auto v = parse_months_duration(*text)) return literal(position, *v);
  type_error("bad_literal", position, {{"text", *text}, {"type", "@"}});
  return literal(position, {});
}

// "< 5" where a value is expected is the range of everything below 5 (DMN 1.5 §10.3.2.7); null: there is no such sign.
NodePtr Parser::comparison_range(std::size_t position) {
  static constexpr std::array<std::pair<std::string_view, int>, 4> kEnds{{{"<=", 0}, {">=", 1}, {"<", 2}, {">", 3}}};
  for (const auto& [symbol, which] : kEnds) {
    if (!in_.accept(symbol)) continue;
    auto node = make(Op::kRange, position);
    NodePtr end = additive();
    node->type = Type::range(end->type);
    const bool below = which % 2 == 0;
    node->low_included = which == 1;
    node->high_included = which == 0;
    NodePtr open = literal(position, {});
    node->flag = true;
    node->children.push_back(below ? std::move(open) : std::move(end));
    node->children.push_back(below ? std::move(end) : literal(position, {}));
    return node;
  }
  return nullptr;
}

NodePtr Parser::parenthesised() {
  const Inside inside(*this);
  const std::size_t position = in_.position();
  in_.expect("(");
  NodePtr value = expression();
  if (in_.looking_at("..")) return range_end(std::move(value), position, false);
  in_.expect(")");
  return value;
}

NodePtr Parser::range_end(NodePtr low, std::size_t position, bool low_included) {
  in_.expect("..");
  auto node = make(Op::kRange, position);
  node->low_included = low_included;
  at_range_end_ = true;  // the caller is inside brackets of its own and restores it
  NodePtr high = expression();
  at_range_end_ = false;
  if (in_.accept("]"))
    node->high_included = true;
  else if (!in_.accept(")") && !in_.accept("["))
    in_.fail_here("]");
  if (!can_order(low->type, high->type)) {
    type_error("incomparable", position, {{"left", low->type.name()}, {"right", high->type.name()}});
  }
  node->type = Type::range(Type::common(low->type, high->type));
  node->children.push_back(std::move(low));
  node->children.push_back(std::move(high));
  return node;
}

NodePtr Parser::list_or_range() {
  const Inside inside(*this);
  const std::size_t position = in_.position();
  if (in_.accept("]")) {
    NodePtr low = expression();
    return range_end(std::move(low), position, false);
  }
  in_.expect("[");
  auto node = make(Op::kList, position);
  Type element = Type::null();
  if (!in_.accept("]")) {
    do {
      node->children.push_back(expression());
      if (node->children.size() == 1 && in_.looking_at("..")) return range_end(std::move(node->children[0]), position, true);
      element = node->children.size() == 1 ? node->children[0]->type : Type::common(element, node->children.back()->type);
    } while (in_.accept(","));
    in_.expect("]");
  }
  node->type = Type::list(element.is_null() ? Type::any() : element);
  return node;
}

NodePtr Parser::context_literal() {
  const Inside inside(*this);
  auto node = make(Op::kContext, in_.position());
  in_.expect("{");
  const std::size_t before = locals_.size();
  Type::Fields fields;
  if (!in_.accept("}")) {
    do {
      in_.skip_space();
      const std::size_t position = in_.position();
      auto key = in_.string_literal();
      if (!key) key = in_.free_name(":,{}");
      if (!key) in_.fail_here("name");
      in_.expect(":");
      if (std::find(node->names.begin(), node->names.end(), *key) != node->names.end()) {
        type_error("duplicate_name", position, {{"name", *key}});
        node->flag = true;  // null at run time
      }
      NodePtr value = expression();
      node->slots.push_back(add_local(*key, value->type));
      node->names.push_back(*key);
      fields.emplace_back(*key, value->type.is_null() ? Type::any() : value->type);
      node->children.push_back(std::move(value));
    } while (in_.accept(","));
    in_.expect("}");
  }
  drop_locals(before);
  node->type = Type::context(std::move(fields));
  return node;
}

NodePtr Parser::if_expression() {
  auto node = make(Op::kIf, in_.position());
  in_.expect_word("if");
  NodePtr condition = expression();
  require(*condition, Type::boolean());
  in_.expect_word("then");
  NodePtr yes = expression();
  in_.expect_word("else");
  NodePtr no = expression();
  node->type = yes->type.is_any() || no->type.is_any() ? Type::any() : Type::common(yes->type, no->type);
  node->children.push_back(std::move(condition));
  node->children.push_back(std::move(yes));
  node->children.push_back(std::move(no));
  return node;
}

void Parser::iterators(Node& node) {
  do {
    in_.skip_space();
    const std::size_t begin = in_.position();
    // "for first name in …": the name runs up to the word `in`.
    std::string name;
    while (!in_.looking_at_word("in")) {
      const auto word = in_.identifier();
      if (!word) in_.fail_here("in");
      name += (name.empty() ? "" : " ") + *word;
    }
    if (name.empty()) in_.fail("syntax", begin, {{"found", "in"}, {"expected", "name"}});
    in_.expect_word("in");
    NodePtr source = expression();
    Type element;
    in_.skip_space();
    if (in_.looking_at("..")) {
      auto span = make(Op::kSpan, in_.position());
      in_.accept("..");
      NodePtr high = expression();
      element = Type::common(source->type, high->type);
      span->children.push_back(std::move(source));
      span->children.push_back(std::move(high));
      source = std::move(span);
    } else {
      const auto kind = source->type.kind();
      element = kind == Type::Kind::kList || kind == Type::Kind::kRange ? source->type.element() : source->type;
    }
    node.slots.push_back(add_local(name, element));
    node.children.push_back(std::move(source));
  } while (in_.accept(","));
}

NodePtr Parser::for_expression() {
  auto node = make(Op::kFor, in_.position());
  in_.expect_word("for");
  const std::size_t before = locals_.size();
  iterators(*node);
  in_.expect_word("return");
  node->slot = add_local("partial", Type::list(Type::any()));
  NodePtr body = expression();
  node->type = Type::list(body->type);
  node->children.push_back(std::move(body));
  drop_locals(before);
  return node;
}

NodePtr Parser::quantified_expression() {
  const bool some = in_.looking_at_word("some");
  auto node = make(some ? Op::kSome : Op::kEvery, in_.position());
  in_.expect_word(some ? "some" : "every");
  node->type = Type::boolean();
  const std::size_t before = locals_.size();
  iterators(*node);
  in_.expect_word("satisfies");
  NodePtr condition = expression();
  require(*condition, Type::boolean());
  node->children.push_back(std::move(condition));
  drop_locals(before);
  return node;
}

NodePtr Parser::function_definition() {
  const Deeper deeper(*this);
  auto node = make(Op::kFunction, in_.position());
  in_.expect_word("function");
  in_.expect("(");
  const std::size_t before = locals_.size();
  std::vector<Type> types;
  if (!in_.accept(")")) {
    do {
      auto name = in_.free_name(":,)");
      if (!name) in_.fail_here("name");
      Type type;
      if (in_.accept(":")) type = type_name();
      node->slots.push_back(add_local(*name, type));
      node->names.push_back(*std::move(name));
      types.push_back(type);
    } while (in_.accept(","));
    in_.expect(")");
  }
  if (in_.looking_at_word("external")) in_.fail("external_function", in_.position());
  NodePtr body = expression();
  // Parameter types bind here but values of other types only make the result null, so nothing is promised to callers.
  node->type = Type::function(std::move(types), body->type);
  node->children.push_back(std::move(body));
  drop_locals(before);
  return node;
}

NodePtr Parser::instance_of(NodePtr value) {
  auto node = make(Op::kInstanceOf, value->position);
  in_.expect_word("instance");
  in_.expect_word("of");
  node->type = Type::boolean();
  node->target = type_name();
  node->children.push_back(std::move(value));
  return node;
}

Type Parser::type_name() {
  const Deeper deeper(*this);
  using K = Type::Kind;
  static constexpr std::array<std::pair<std::string_view, K>, 18> kNames{{{"years and months duration", K::kMonthsDuration},
                                                                          {"year month duration", K::kMonthsDuration},
                                                                          {"days and time duration", K::kDaysDuration},
                                                                          {"day time duration", K::kDaysDuration},
                                                                          {"date and time", K::kDateTime},
                                                                          {"date time", K::kDateTime},
                                                                          {"number", K::kNumber},
                                                                          {"string", K::kString},
                                                                          {"boolean", K::kBoolean},
                                                                          {"date", K::kDate},
                                                                          {"time", K::kTime},
                                                                          {"Any", K::kAny},
                                                                          {"Null", K::kNull},
                                                                          {"list", K::kList},
                                                                          {"context", K::kContext},
                                                                          {"range", K::kRange},
                                                                          {"function", K::kFunction},
                                                                          {"any", K::kAny}}};
  in_.skip_space();
  for (const auto& [name, kind] : kNames) {
    const std::size_t size = in_.match_name(name);
    if (size == 0) continue;
    in_.rewind(in_.position() + size);
    if (kind == K::kList || kind == K::kRange) {
      if (!in_.accept("<")) return Type::plain(kind);
      Type element = type_name();
      in_.expect(">");
      return kind == K::kList ? Type::list(std::move(element)) : Type::range(std::move(element));
    }
    if (kind == K::kContext) {
      if (!in_.accept("<")) return Type::plain(kind);
      Type::Fields fields;
      do {
        auto field = in_.free_name(":");
        if (!field) in_.fail_here("name");
        in_.expect(":");
        fields.emplace_back(*std::move(field), type_name());
      } while (in_.accept(","));
      in_.expect(">");
      return Type::context(std::move(fields));
    }
    if (kind == K::kFunction) {
      if (!in_.accept("<")) return Type::plain(kind);
      std::vector<Type> parameters;
      if (!in_.accept(">")) {
        do parameters.push_back(type_name());
        while (in_.accept(","));
        in_.expect(">");
      }
      in_.expect("->");
      return Type::function(std::move(parameters), type_name());
    }
    return Type::plain(kind);
  }
  in_.fail_here("type");
}

}  // namespace formula
