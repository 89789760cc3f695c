#include "server/entity/formula/parse/typing.hpp"

#include <array>
#include <string_view>

namespace formula {
namespace {

using K = Type::Kind;

struct ArithmeticRule {
  Op op;
  K left, right, result;
};

// DMN 1.5 tables 50 to 53.
constexpr ArithmeticRule kRules[] = {
    {Op::kAdd, K::kNumber, K::kNumber, K::kNumber},
    {Op::kAdd, K::kString, K::kString, K::kString},
    {Op::kAdd, K::kDate, K::kDaysDuration, K::kDate},
    {Op::kAdd, K::kDate, K::kMonthsDuration, K::kDate},
    {Op::kAdd, K::kDaysDuration, K::kDate, K::kDate},
    {Op::kAdd, K::kMonthsDuration, K::kDate, K::kDate},
    {Op::kAdd, K::kDateTime, K::kDaysDuration, K::kDateTime},
    {Op::kAdd, K::kDateTime, K::kMonthsDuration, K::kDateTime},
    {Op::kAdd, K::kDaysDuration, K::kDateTime, K::kDateTime},
    {Op::kAdd, K::kMonthsDuration, K::kDateTime, K::kDateTime},
    {Op::kAdd, K::kTime, K::kDaysDuration, K::kTime},
    {Op::kAdd, K::kDaysDuration, K::kTime, K::kTime},
    {Op::kAdd, K::kDaysDuration, K::kDaysDuration, K::kDaysDuration},
    {Op::kAdd, K::kMonthsDuration, K::kMonthsDuration, K::kMonthsDuration},
    {Op::kSubtract, K::kNumber, K::kNumber, K::kNumber},
    {Op::kSubtract, K::kDate, K::kDate, K::kDaysDuration},
    {Op::kSubtract, K::kDateTime, K::kDateTime, K::kDaysDuration},
    {Op::kSubtract, K::kDate, K::kDateTime, K::kDaysDuration},
    {Op::kSubtract, K::kDateTime, K::kDate, K::kDaysDuration},
    {Op::kSubtract, K::kTime, K::kTime, K::kDaysDuration},
    {Op::kSubtract, K::kDate, K::kDaysDuration, K::kDate},
    {Op::kSubtract, K::kDate, K::kMonthsDuration, K::kDate},
    {Op::kSubtract, K::kDateTime, K::kDaysDuration, K::kDateTime},
    {Op::kSubtract, K::kDateTime, K::kMonthsDuration, K::kDateTime},
    {Op::kSubtract, K::kTime, K::kDaysDuration, K::kTime},
    {Op::kSubtract, K::kDaysDuration, K::kDaysDuration, K::kDaysDuration},
    {Op::kSubtract, K::kMonthsDuration, K::kMonthsDuration, K::kMonthsDuration},
    {Op::kMultiply, K::kNumber, K::kNumber, K::kNumber},
    {Op::kMultiply, K::kNumber, K::kDaysDuration, K::kDaysDuration},
    {Op::kMultiply, K::kNumber, K::kMonthsDuration, K::kMonthsDuration},
    {Op::kMultiply, K::kDaysDuration, K::kNumber, K::kDaysDuration},
    {Op::kMultiply, K::kMonthsDuration, K::kNumber, K::kMonthsDuration},
    {Op::kDivide, K::kNumber, K::kNumber, K::kNumber},
    {Op::kDivide, K::kDaysDuration, K::kNumber, K::kDaysDuration},
    {Op::kDivide, K::kMonthsDuration, K::kNumber, K::kMonthsDuration},
    {Op::kDivide, K::kDaysDuration, K::kDaysDuration, K::kNumber},
    {Op::kDivide, K::kMonthsDuration, K::kMonthsDuration, K::kNumber},
    {Op::kPower, K::kNumber, K::kNumber, K::kNumber},
};

bool is_loose(const Type& t) { return t.is_any() || t.is_null(); }

struct PropertyRule {
  K owner;
  std::string_view name;
  K result;
};

// DMN 1.5 table 65; range properties table 66.
constexpr PropertyRule kProperties[] = {
    {K::kDate, "year", K::kNumber},
    {K::kDate, "month", K::kNumber},
    {K::kDate, "day", K::kNumber},
    {K::kDate, "weekday", K::kNumber},
    {K::kDateTime, "year", K::kNumber},
    {K::kDateTime, "month", K::kNumber},
    {K::kDateTime, "day", K::kNumber},
    {K::kDateTime, "weekday", K::kNumber},
    {K::kDateTime, "hour", K::kNumber},
    {K::kDateTime, "minute", K::kNumber},
    {K::kDateTime, "second", K::kNumber},
    {K::kDateTime, "time offset", K::kDaysDuration},
    {K::kDateTime, "timezone", K::kString},
    {K::kTime, "hour", K::kNumber},
    {K::kTime, "minute", K::kNumber},
    {K::kTime, "second", K::kNumber},
    {K::kTime, "time offset", K::kDaysDuration},
    {K::kTime, "timezone", K::kString},
    {K::kDaysDuration, "days", K::kNumber},
    {K::kDaysDuration, "hours", K::kNumber},
    {K::kDaysDuration, "minutes", K::kNumber},
    {K::kDaysDuration, "seconds", K::kNumber},
    {K::kMonthsDuration, "years", K::kNumber},
    {K::kMonthsDuration, "months", K::kNumber},
    {K::kRange, "start included", K::kBoolean},
    {K::kRange, "end included", K::kBoolean},
};

}  // namespace

std::optional<Type> arithmetic_type(Op op, const Type& a, const Type& b) {
  std::optional<K> result;
  bool possible = false, several = false;
  for (const auto& rule : kRules) {
    if (rule.op != op) continue;
    if ((!is_loose(a) && a.kind() != rule.left) || (!is_loose(b) && b.kind() != rule.right)) continue;
    if (possible && *result != rule.result) several = true;
    possible = true;
    result = rule.result;
  }
  if (!possible) return std::nullopt;
  if (several) return Type::any();
  return Type::plain(*result);
}

bool can_equal(const Type& a, const Type& b) {
  if (is_loose(a) || is_loose(b)) return true;
  if (a.kind() != b.kind()) return false;
  return a.kind() != K::kList || can_equal(a.element(), b.element());
}

bool can_order(const Type& a, const Type& b) {
  const auto orderable = [](const Type& t) {
    switch (t.kind()) {
      case K::kAny:
      case K::kNull:
      case K::kNumber:
      case K::kString:
      case K::kDate:
      case K::kTime:
      case K::kDateTime:
      case K::kDaysDuration:
      case K::kMonthsDuration: return true;
      default: return false;
    }
  };
  return orderable(a) && orderable(b) && (is_loose(a) || is_loose(b) || a.kind() == b.kind());
}

std::optional<Type> property_type(const Type& type, std::string_view name) {
  if (is_loose(type) || (type.kind() == K::kContext && !type.has_known_fields())) return Type::any();
  if (type.kind() == K::kRange && (name == "start" || name == "end")) return type.element();
  if (type.kind() == K::kList) {
    const Type& element = type.element();
    if (const Type* field = element.field(name)) return Type::list(*field);
    const auto inner = property_type(element, name);
    return inner ? std::optional(Type::list(*inner)) : std::nullopt;
  }
  for (const auto& rule : kProperties) {
    if (rule.owner == type.kind() && rule.name == name) return Type::plain(rule.result);
  }
  return std::nullopt;
}

Type type_of(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull: return Type::null();
    case Kind::kBoolean: return Type::boolean();
    case Kind::kNumber: return Type::number();
    case Kind::kString: return Type::string();
    case Kind::kDate: return Type::date();
    case Kind::kTime: return Type::time();
    case Kind::kDateTime: return Type::date_time();
    case Kind::kDaysDuration: return Type::days_duration();
    case Kind::kMonthsDuration: return Type::months_duration();
    case Kind::kList: {
      Type element = Type::null();
      for (const auto& item : *value.list()) element = Type::common(element, type_of(item));
      return Type::list(element.is_null() ? Type::any() : element);
    }
    case Kind::kContext: {
      Type::Fields fields;
      for (const auto& [name, entry] : value.context()->entries) {
        const Type t = type_of(entry);
        fields.emplace_back(name, t.is_null() ? Type::any() : t);
      }
      return Type::context(std::move(fields));
    }
    case Kind::kRange: return Type::range(type_of(value.range()->low.is_null() ? value.range()->high : value.range()->low));
    case Kind::kFunction: return Type::plain(K::kFunction);
  }
  return Type::any();
}

}  // namespace formula
