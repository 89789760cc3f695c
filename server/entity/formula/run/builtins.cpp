#include "server/entity/formula/run/builtins.hpp"

#include <algorithm>
#include <unordered_map>

#include "server/entity/formula/parse/scanner.hpp"
#include "server/entity/formula/parse/typing.hpp"

namespace formula {
namespace {

struct Registry {
  BuiltinTable table;
  std::unordered_map<std::string_view, std::vector<const Builtin*>> by_name;
  std::vector<std::string> spaced;
};

const Registry& registry() {
  static const Registry instance = [] {
    Registry r;
    r.table.reserve(160);
    add_conversion_builtins(r.table);
    add_string_builtins(r.table);
    add_list_builtins(r.table);
    add_number_builtins(r.table);
    add_temporal_builtins(r.table);
    add_range_builtins(r.table);
    add_context_builtins(r.table);
    return r;
  }();
  return instance;
}

// Kept apart from the table so that its pointers stay good.
const Registry& index() {
  static const Registry instance = [] {
    Registry r;
    for (const Builtin& builtin : registry().table) {
      r.by_name[builtin.name].push_back(&builtin);
      if (!is_simple_name(builtin.name)) r.spaced.emplace_back(builtin.name);
    }
    std::sort(r.spaced.begin(), r.spaced.end());
    r.spaced.erase(std::unique(r.spaced.begin(), r.spaced.end()), r.spaced.end());
    return r;
  }();
  return instance;
}

// Implicit conversions of DMN 1.5 §10.3.2.9.4. False when the value does not fit.
bool convert(Value& value, KindMask kinds) {
  if (kinds & mask(value.kind())) return true;
  if (value.is_null()) return false;
  if (const List* list = value.list(); list && list->size() == 1 && (kinds & mask(list->front().kind()))) {
    value = Value(list->front());
    return true;
  }
  if (kinds & kListMask) {
    value = Value(List{value});
    return true;
  }
  if ((kinds & kDateTimeMask) && value.date()) {
    value = Value(DateTime{value.date()->days, 0, Zone::offset(0)});
    return true;
  }
  return false;
}

std::vector<Value> collect(const Builtin& builtin, std::vector<Value> arguments) {
  if (builtin.rest == Rest::kOrList) {
    if (arguments.size() == 1 && arguments[0].list()) return arguments;
    std::vector<Value> out;
    out.emplace_back(List(std::move(arguments)));
    return out;
  }
  const std::size_t fixed = builtin.parameters.size() - 1;
  if (arguments.size() < fixed) return arguments;
  List rest(std::make_move_iterator(arguments.begin() + static_cast<std::ptrdiff_t>(fixed)), std::make_move_iterator(arguments.end()));
  arguments.resize(fixed);
  arguments.emplace_back(std::move(rest));
  return arguments;
}

}  // namespace

std::span<const Builtin* const> find_builtins(std::string_view name) {
  const auto& names = index().by_name;
  const auto it = names.find(name);
  if (it == names.end()) return {};
  return it->second;
}

const std::vector<std::string>& spaced_builtin_names() { return index().spaced; }

KindMask kinds_of(const Type& type) {
  switch (type.kind()) {
    case Type::Kind::kAny: return kAnyMask;
    case Type::Kind::kNull: return kNullMask;
    case Type::Kind::kBoolean: return kBoolMask;
    case Type::Kind::kNumber: return kNumberMask;
    case Type::Kind::kString: return kStringMask;
    case Type::Kind::kDate: return kDateMask;
    case Type::Kind::kTime: return kTimeMask;
    case Type::Kind::kDateTime: return kDateTimeMask;
    case Type::Kind::kDaysDuration: return kDaysMask;
    case Type::Kind::kMonthsDuration: return kMonthsMask;
    case Type::Kind::kList: return kListMask;
    case Type::Kind::kContext: return kContextMask;
    case Type::Kind::kRange: return kRangeMask;
    case Type::Kind::kFunction: return kFunctionMask;
  }
  return kAnyMask;
}

Type result_type(const Builtin& builtin, const std::vector<Type>& arguments) {
  const Type first = arguments.empty() ? Type::any() : arguments.front();
  const bool is_list = first.kind() == Type::Kind::kList;
  switch (builtin.rule) {
    case ResultRule::kFixed: return builtin.result;
    case ResultRule::kFirst: return first;
    case ResultRule::kElementOfFirst: {
      if (is_list && arguments.size() == 1) return first.element();
      Type out = first;
      for (const Type& t : arguments) out = Type::common(out, t);
      return out;
    }
    case ResultRule::kListOfFirst: return is_list ? first : Type::list(Type::any());
    case ResultRule::kCommonList: {
      Type out = first;
      for (const Type& t : arguments) out = Type::common(out, t);
      return out.kind() == Type::Kind::kList ? out : Type::list(Type::any());
    }
  }
  return Type::any();
}

Value run_builtin(const Builtin& builtin, Evaluator& evaluator, std::vector<Value> arguments) {
  if (builtin.rest != Rest::kNone) arguments = collect(builtin, std::move(arguments));
  if (arguments.size() > builtin.parameters.size()) return evaluator.warn("wrong_arguments");
  arguments.resize(builtin.parameters.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Parameter& parameter = builtin.parameters[i];
    if (parameter.optional && arguments[i].is_null()) continue;
    if (!convert(arguments[i], parameter.kinds)) {
      return evaluator.warn(arguments[i].is_null() ? "null_argument" : "wrong_argument_type");
    }
    if (const List* list = arguments[i].list()) evaluator.charge(static_cast<std::int64_t>(list->size()));
  }
  Value result = builtin.run(evaluator, arguments);
  if (const auto* text = result.string()) evaluator.check_string(text->size());
  if (const List* list = result.list()) evaluator.check_list(list->size());
  return result;
}

}  // namespace formula
