// Conditions: three-valued exactly as the evaluator's, or loose where null may stand for false.
#include <algorithm>

#include "server/entity/formula/run/builtins.hpp"
#include "server/entity/formula/sql/builder.hpp"

namespace formula {
namespace {

constexpr std::size_t kMaxListed = 1000;

const char* symbol(Op op) {
  switch (op) {
    case Op::kLess: return " < ";
    case Op::kLessEqual: return " <= ";
    case Op::kGreater: return " > ";
    case Op::kGreaterEqual: return " >= ";
    case Op::kNotEqual: return " <> ";
    default: return " = ";
  }
}

// Null where the operand is null, else `value`.
std::string known_as(const std::string& sql, bool nullable, bool value) {
  if (!nullable) return value ? "TRUE" : "FALSE";
  return std::string("(CASE WHEN ") + sql + " IS NOT NULL THEN " + (value ? "TRUE" : "FALSE") + " END)";
}

Op mirrored(Op op) {
  switch (op) {
    case Op::kLess: return Op::kGreater;
    case Op::kLessEqual: return Op::kGreaterEqual;
    case Op::kGreater: return Op::kLess;
    case Op::kGreaterEqual: return Op::kLessEqual;
    default: return op;
  }
}

// Of one kind and not null.
bool compare_constants(Op op, const Value& a, const Value& b) {
  if (op == Op::kEqual || op == Op::kNotEqual) return equal(a, b).value_or(false) == (op == Op::kEqual);
  const auto order = compare(a, b);
  if (!order) return false;
  switch (op) {
    case Op::kLess: return *order < 0;
    case Op::kLessEqual: return *order <= 0;
    case Op::kGreater: return *order > 0;
    default: return *order >= 0;
  }
}

std::string parenthesised(std::string sql) { return "(" + std::move(sql) + ")"; }

const char* unknown(bool postgres) { return postgres ? "NULL::boolean" : "NULL"; }

}  // namespace

std::string SqlBuilder::condition(const Node& node, Truth truth) {
  if (const auto value = constant_of(node)) {
    if (value->boolean()) return *value->boolean() ? "TRUE" : "FALSE";
    if (truth == Truth::kLoose) return "FALSE";
    return unknown(postgres());
  }
  switch (node.op) {
    case Op::kInput: {
      const SqlTerm column = input(node);
      if (column.kind != SqlKind::kBoolean) refuse("wrong_type", node.position);
      return truth == Truth::kLoose ? "(" + column.sql + " = 1)" : "(" + column.sql + " <> 0)";
    }
    case Op::kAnd:
    case Op::kOr: {
      std::string out;
      for (const auto& child : node.children) {
        if (!out.empty()) out += node.op == Op::kAnd ? " AND " : " OR ";
        out += condition(*child, truth);
      }
      return checked(parenthesised(std::move(out)), node.position);
    }
    case Op::kEqual:
    case Op::kNotEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kGreater:
    case Op::kGreaterEqual: {
      const Node &a = *node.children[0], &b = *node.children[1];
      const bool booleans = a.type.kind() == Type::Kind::kBoolean && b.type.kind() == Type::Kind::kBoolean;
      const bool equality_op = node.op == Op::kEqual || node.op == Op::kNotEqual;
      if (booleans && equality_op) return compare_conditions(node.op == Op::kNotEqual, a, b, truth);
      const SqlTerm left = term(a);
      const SqlTerm right = term(b);
      return comparison(node.op, left, right, truth, node.position);
    }
    case Op::kBetween: {
      const SqlTerm value = term(*node.children[0]);
      const SqlTerm low = term(*node.children[1]);
      const SqlTerm high = term(*node.children[2]);
      return "(" + comparison(Op::kGreaterEqual, value, low, truth, node.position) + " AND " +
             comparison(Op::kLessEqual, value, high, truth, node.position) + ")";
    }
    case Op::kIn: return membership(node, truth);
    case Op::kIf: {
      const std::string test_sql = condition(*node.children[0], Truth::kLoose);
      const std::string yes = condition(*node.children[1], truth);
      return checked("(CASE WHEN " + test_sql + " THEN " + yes + " ELSE " + condition(*node.children[2], truth) + " END)", node.position);
    }
    case Op::kCall: return call_condition(node, truth);
    case Op::kSome:
    case Op::kEvery:
    case Op::kFor: refuse("iteration", node.position);
    case Op::kFilter: refuse("filter", node.position);
    default: refuse("not_compilable", node.position);
  }
}

std::string SqlBuilder::comparison(Op op, const SqlTerm& a, const SqlTerm& b, Truth truth, std::size_t position) {
  const bool is_equality = op == Op::kEqual || op == Op::kNotEqual;
  if (is_equality && (a.is_null() || b.is_null())) {
    if (a.is_null() && b.is_null()) return op == Op::kEqual ? "TRUE" : "FALSE";
    const SqlTerm& other = a.is_null() ? b : a;
    return "(" + spell(other, position) + (op == Op::kEqual ? " IS NULL)" : " IS NOT NULL)");
  }
  if (a.is_null() || b.is_null()) return truth == Truth::kLoose ? "FALSE" : unknown(postgres());
  if (a.kind != b.kind) refuse("wrong_type", position);
  // A named zone never equals the offset of a stored instant.
  if (is_equality && (a.zone == SqlZone::kNamed) != (b.zone == SqlZone::kNamed)) {
    if (!a.nullable || !b.nullable) return op == Op::kEqual ? "FALSE" : "TRUE";
    refuse("clock_zone", position);
  }
  if (a.constant && b.constant) return compare_constants(op, *a.constant, *b.constant) ? "TRUE" : "FALSE";
  if (a.kind == SqlKind::kNumber) {
    if (b.constant) return compare_number(op, a, *b.constant->number(), truth, position);
    if (a.constant) return compare_number(mirrored(op), b, *a.constant->number(), truth, position);
    SqlTerm left = a, right = b;
    align(left, right, position);
    if (is_equality) return equality(op == Op::kNotEqual, left, right, truth, position);
    return "(" + left.sql + symbol(op) + right.sql + ")";
  }
  if (is_equality) return equality(op == Op::kNotEqual, a, b, truth, position);
  if (a.kind == SqlKind::kBoolean) refuse("wrong_type", position);
  const std::string left = spell(a, position), right = spell(b, position);
  // Strings are ordered by code point: bytes of UTF-8.
  if (a.kind == SqlKind::kText) return "(" + text_order(left) + symbol(op) + text_order(right) + ")";
  return "(" + left + symbol(op) + right + ")";
}

// The constant is brought to the column's scale instead of the column to the constant's, so that indexes serve.
std::string SqlBuilder::compare_number(Op op, const SqlTerm& a, const Number& constant, Truth truth, std::size_t position) {
  const bool is_equality = op == Op::kEqual || op == Op::kNotEqual;
  const auto down = Number::round(constant, a.scale, Rounding::kFloor);
  const bool exact = down && *down == constant;
  auto units = down ? down->to_scaled(a.scale) : std::nullopt;
  if (a.max_units > INT64_MAX) refuse("overflow", position);
  if (!units || *units > INT64_MAX - 2 || *units < INT64_MIN + 2) {  // beyond everything the column holds
    if (is_equality) return op == Op::kEqual ? "FALSE" : "TRUE";
    const bool below = op == Op::kLess || op == Op::kLessEqual;
    return known_as(a.sql, a.nullable, below != constant.is_negative());
  }
  if (is_equality) {
    if (!exact) return op == Op::kEqual ? "FALSE" : "TRUE";
    SqlTerm b;
    b.kind = SqlKind::kNumber;
    b.scale = a.scale;
    b.nullable = false;
    b.sql = bind(*units, false);
    return equality(op == Op::kNotEqual, a, b, truth, position);
  }
  if (!exact) op = op == Op::kLess || op == Op::kLessEqual ? Op::kLessEqual : Op::kGreater;
  return "(" + a.sql + symbol(op) + bind(*units, false) + ")";
}

// null = null is true and null = x false. Where null may stand for false a plain `=` serves, and with it the indexes.
std::string SqlBuilder::equality(bool negated, const SqlTerm& a, const SqlTerm& b, Truth truth, std::size_t position) {
  const std::string left = spell(a, position), right = spell(b, position);
  const bool plain = (!a.nullable && !b.nullable) || (!negated && truth == Truth::kLoose && (!a.nullable || !b.nullable));
  if (plain) return "(" + left + (negated ? " <> " : " = ") + right + ")";
  return "(" + left + (negated ? " IS DISTINCT FROM " : " IS NOT DISTINCT FROM ") + right + ")";
}

std::string SqlBuilder::compare_conditions(bool negated, const Node& a, const Node& b, Truth truth) {
  for (const auto& [constant_node, other] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
    const auto value = constant_of(*constant_node);
    if (!value) continue;
    const std::string word = value->is_null() ? "NULL" : *value->boolean() ? "TRUE" : "FALSE";
    if (!negated && truth == Truth::kLoose && value->is_true()) return condition(*other, Truth::kLoose);
    return "((" + condition(*other, Truth::kExact) + ") IS " + (negated ? "NOT " : "") + word + ")";
  }
  const std::string left = condition(a, Truth::kExact);
  return checked("((" + left + ") IS " + (negated ? "" : "NOT ") + "DISTINCT FROM (" + condition(b, Truth::kExact) + "))", a.position);
}

std::string SqlBuilder::membership(const Node& node, Truth truth) {
  const Node& value_node = *node.children[0];
  if (value_node.type.kind() == Type::Kind::kBoolean || value_node.type.kind() == Type::Kind::kList) {
    refuse("membership_type", value_node.position);
  }
  const SqlTerm value = term(value_node);
  std::string out;
  for (std::size_t i = 1; i < node.children.size(); ++i) {
    if (i > 1) out += " OR ";
    out += test(*node.children[i], value_node, value, truth);
  }
  return checked(parenthesised(std::move(out)), node.position);
}

std::string SqlBuilder::test(const Node& node, const Node&, const SqlTerm& value, Truth truth) {
  const Node& other = *node.children[0];
  if (node.flag) return comparison(node.test_op, value, term(other), truth, node.position);
  if (other.type.kind() == Type::Kind::kBoolean) return condition(other, truth);
  if (const auto constant = constant_of(other)) {
    if (const List* list = constant->list()) return in_list(value, *list, truth, node.position);
    if (const Range* range = constant->range()) return in_range(value, *range, truth, node.position);
    if (constant->is_null()) return comparison(Op::kEqual, value, {}, truth, node.position);
    return comparison(Op::kEqual, value, constant_term(*constant, node.position), truth, node.position);
  }
  if (other.op == Op::kRange) refuse("range_ends", other.position);
  if (other.op == Op::kList) {
    std::string out = "FALSE";
    for (const auto& item : other.children) {
      if (item->type.kind() == Type::Kind::kRange) refuse("range_ends", item->position);
      out += " OR " + comparison(Op::kEqual, value, term(*item), truth, item->position);
    }
    return parenthesised(std::move(out));
  }
  // An expression that is null beside a value is no match, as in the evaluator.
  return comparison(Op::kEqual, value, term(other), truth, node.position);
}

// True or false, never null.
std::string SqlBuilder::in_list(const SqlTerm& value, const List& list, Truth truth, std::size_t position) {
  if (list.size() > kMaxListed) refuse("list_too_long", position);
  std::vector<std::string> items;
  std::string out;
  const auto add = [&](std::string sql) { out += (out.empty() ? "" : " OR ") + std::move(sql); };
  bool has_null = false;
  const std::string sql = value.constant || value.is_null() ? "" : value.sql;
  for (const auto& item : list) {
    if (item.is_null()) {
      has_null = true;
    } else if (item.range() || item.list()) {
      if (item.list()) refuse("not_a_column_value", position);
      const std::string inside = in_range(value, *item.range(), Truth::kExact, position);
      add("(" + inside + " IS TRUE)");
    } else {
      const SqlTerm constant = constant_term(item, position);
      if (value.is_null()) continue;
      if (constant.kind != value.kind || (constant.zone == SqlZone::kNamed) != (value.zone == SqlZone::kNamed)) continue;
      if (constant.kind == SqlKind::kNumber) {
        const auto units = constant.constant->number()->to_scaled(value.scale);
        if (units) items.push_back(bind(*units, false));
      } else {
        items.push_back(spell(constant, position));
      }
    }
  }
  if (!items.empty()) {
    std::string listed;
    for (const auto& item : items) listed += (listed.empty() ? "" : ", ") + item;
    const std::string left = spell(value, position);
    const std::string plain = "(" + left + " IN (" + listed + "))";
    add(value.nullable && truth == Truth::kExact ? "(" + left + " IS NOT NULL AND " + plain + ")" : plain);
  }
  if (has_null) add(value.is_null() ? "TRUE" : "(" + spell(value, position) + " IS NULL)");
  if (out.empty()) return "FALSE";
  return checked(parenthesised(std::move(out)), position);
}

std::string SqlBuilder::in_range(const SqlTerm& value, const Range& range, Truth truth, std::size_t position) {
  std::string out;
  if (value.is_null()) return truth == Truth::kLoose ? "FALSE" : unknown(postgres());
  if (!range.low.is_null()) {
    out = comparison(range.low_included ? Op::kGreaterEqual : Op::kGreater, value, constant_term(range.low, position), truth, position);
  }
  if (!range.high.is_null()) {
    if (!out.empty()) out += " AND ";
    out += comparison(range.high_included ? Op::kLessEqual : Op::kLess, value, constant_term(range.high, position), truth, position);
  }
  return parenthesised(std::move(out));
}

std::string SqlBuilder::call_condition(const Node& node, Truth truth) {
  const std::string_view name = node.builtin->name;
  if (name == "not") {
    return "(NOT " + condition(*node.children[0], Truth::kExact) + ")";
  }
  if (name == "list contains") {
    const auto list = constant_of(*node.children[0]);
    if (!list) refuse("list_column", node.children[0]->position);
    if (!list->list()) return truth == Truth::kLoose ? "FALSE" : unknown(postgres());
    return in_list(term(*node.children[1]), *list->list(), truth, node.position);
  }
  if (name == "odd" || name == "even") {
    const SqlTerm value = term(*node.children[0]);
    if (value.is_null()) return unknown(postgres());
    if (value.scale != 0) refuse("fraction", node.position);
    return "(" + spell(value, node.position) + (name == "odd" ? " % 2 <> 0)" : " % 2 = 0)");
  }
  if (name == "all" || name == "any" || name == "and" || name == "or") {
    const bool all = name == "all" || name == "and";
    std::string out = all ? "TRUE" : "FALSE";
    for (const auto& child : node.children) {
      if (child->type.kind() != Type::Kind::kBoolean) refuse("list_column", child->position);
      out += (all ? " AND " : " OR ") + condition(*child, truth);
    }
    return parenthesised(std::move(out));
  }
  return text_condition(node, name);
}

}  // namespace formula
