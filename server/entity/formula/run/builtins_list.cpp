// DMN 1.5 §10.3.4.4.
#include <algorithm>

#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

using Arguments = std::span<Value>;

const List& items(const Value& value) { return *value.list(); }

Value list_contains(Evaluator&, Arguments a) {
  for (const auto& item : items(a[0])) {
    if (equal(item, a[1]).value_or(false)) return true;
  }
  return false;
}

Value count(Evaluator&, Arguments a) { return static_cast<std::int64_t>(items(a[0]).size()); }

Value extreme(Evaluator& evaluator, const List& list, bool largest) {
  if (list.empty()) return {};
  const Value* best = &list.front();
  for (const auto& item : list) {
    const auto order = compare(item, *best);
    if (!order) return evaluator.warn("incomparable");
    if (largest ? *order > 0 : *order < 0) best = &item;
  }
  return *best;
}
Value minimum(Evaluator& evaluator, Arguments a) { return extreme(evaluator, items(a[0]), false); }
Value maximum(Evaluator& evaluator, Arguments a) { return extreme(evaluator, items(a[0]), true); }

bool all_numbers(const List& list) {
  return std::all_of(list.begin(), list.end(), [](const Value& v) { return v.number() != nullptr; });
}

// Numbers, and durations of one kind (ours: DMN sums numbers only).
Value total(Evaluator& evaluator, const List& list) {
  if (list.empty()) return {};
  Value out = list.front();
  if (!out.number() && !out.days_duration() && !out.months_duration()) return evaluator.warn("wrong_argument_type");
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (list[i].kind() != out.kind()) return evaluator.warn("wrong_argument_type");
    std::string_view problem;
    out = apply_arithmetic(Op::kAdd, out, list[i], problem);
    if (out.is_null()) return evaluator.warn(problem);
  }
  return out;
}
Value sum(Evaluator& evaluator, Arguments a) { return total(evaluator, items(a[0])); }

Value product(Evaluator& evaluator, Arguments a) {
  const List& list = items(a[0]);
  if (list.empty() || !all_numbers(list)) return list.empty() ? Value() : evaluator.warn("wrong_argument_type");
  std::optional<Number> out(1);
  for (const auto& item : list) {
    if (out) out = Number::multiply(*out, *item.number());
  }
  return out ? Value(*out) : evaluator.warn("overflow");
}

Value mean(Evaluator& evaluator, Arguments a) {
  const Value sum_value = total(evaluator, items(a[0]));
  if (sum_value.is_null()) return {};
  std::string_view problem;
  return apply_arithmetic(Op::kDivide, sum_value, Number(static_cast<std::int64_t>(items(a[0]).size())), problem);
}

std::optional<std::vector<Number>> sorted_numbers(const List& list) {
  if (!all_numbers(list)) return std::nullopt;
  std::vector<Number> out;
  for (const auto& item : list) out.push_back(*item.number());
  std::sort(out.begin(), out.end(), [](const Number& x, const Number& y) { return (x <=> y) < 0; });
  return out;
}

Value median(Evaluator& evaluator, Arguments a) {
  const auto sorted = sorted_numbers(items(a[0]));
  if (!sorted) return evaluator.warn("wrong_argument_type");
  if (sorted->empty()) return {};
  const std::size_t half = sorted->size() / 2;
  if (sorted->size() % 2 == 1) return (*sorted)[half];
  const auto both = Number::add((*sorted)[half - 1], (*sorted)[half]);
  return both ? Value(Number::divide(*both, 2)) : evaluator.warn("overflow");
}

// Sample standard deviation; fewer than two numbers have none.
Value standard_deviation(Evaluator& evaluator, Arguments a) {
  const List& list = items(a[0]);
  if (list.size() < 2 || !all_numbers(list)) return evaluator.warn("wrong_argument_type");
  const Value average = mean(evaluator, a);
  if (!average.number()) return {};
  std::optional<Number> squares(0);
  for (const auto& item : list) {
    const auto off = Number::subtract(*item.number(), *average.number());
    const auto square = off ? Number::multiply(*off, *off) : std::nullopt;
    squares = squares && square ? Number::add(*squares, *square) : std::nullopt;
  }
  const auto variance = squares ? Number::divide(*squares, Number(static_cast<std::int64_t>(list.size()) - 1)) : std::nullopt;
  return variance ? Value(Number::sqrt(*variance)) : evaluator.warn("overflow");
}

Value mode(Evaluator& evaluator, Arguments a) {
  const auto sorted = sorted_numbers(items(a[0]));
  if (!sorted) return evaluator.warn("wrong_argument_type");
  List out;
  std::size_t best = 0;
  for (std::size_t i = 0; i < sorted->size();) {
    std::size_t end = i;
    while (end < sorted->size() && (*sorted)[end] == (*sorted)[i]) ++end;
    if (end - i > best) {
      best = end - i;
      out.clear();
    }
    if (end - i == best) out.emplace_back((*sorted)[i]);
    i = end;
  }
  return out;
}

Value decide(Evaluator& evaluator, const List& list, bool decisive) {
  bool unknown = false;
  for (const auto& item : list) {
    if (item.boolean() && *item.boolean() == decisive) return decisive;
    if (!item.boolean()) {
      if (!item.is_null()) evaluator.warn("wrong_argument_type");
      unknown = true;
    }
  }
  return unknown ? Value() : Value(!decisive);
}
Value all_true(Evaluator& evaluator, Arguments a) { return decide(evaluator, items(a[0]), false); }
Value any_true(Evaluator& evaluator, Arguments a) { return decide(evaluator, items(a[0]), true); }

// 0-based position of a 1-based or, from the end, negative one; nullopt when outside.
std::optional<std::size_t> place(const Value& number, std::size_t size) {
  const auto n = number.number()->to_integer();
  const auto limit = static_cast<std::int64_t>(size);
  if (!n || *n == 0 || *n > limit || *n < -limit) return std::nullopt;
  return static_cast<std::size_t>(*n > 0 ? *n - 1 : limit + *n);
}

Value sublist(Evaluator& evaluator, Arguments a) {
  const List& list = items(a[0]);
  const auto first = place(a[1], list.size());
  if (!first) return evaluator.warn("bad_position");
  std::size_t length = list.size() - *first;
  if (a[2].number()) {
    const auto wanted = a[2].number()->to_integer();
    if (!wanted || *wanted < 1 || static_cast<std::size_t>(*wanted) > length) return evaluator.warn("bad_length");
    length = static_cast<std::size_t>(*wanted);
  }
  const auto begin = list.begin() + static_cast<std::ptrdiff_t>(*first);
  return List(begin, begin + static_cast<std::ptrdiff_t>(length));
}

Value append(Evaluator&, Arguments a) {
  List out = items(a[0]);
  for (const auto& item : items(a[1])) out.push_back(item);
  return out;
}

// Each argument is a list; a lone value stands for a list of itself.
List joined(Evaluator& evaluator, const List& lists) {
  List out;
  for (const auto& each : lists) {
    if (const List* list = each.list()) {
      evaluator.charge(static_cast<std::int64_t>(list->size()));
      out.insert(out.end(), list->begin(), list->end());
    } else {
      out.push_back(each);
    }
    evaluator.check_list(out.size());
  }
  return out;
}

List without_duplicates(Evaluator& evaluator, const List& list) {
  List out;
  for (const auto& item : list) {
    evaluator.charge(static_cast<std::int64_t>(out.size() / 8 + 1));
    const bool known = std::any_of(out.begin(), out.end(), [&](const Value& v) { return equal(v, item).value_or(false); });
    if (!known) out.push_back(item);
  }
  return out;
}

bool any_null(const List& list) {
  return std::any_of(list.begin(), list.end(), [](const Value& v) { return v.is_null(); });
}

Value concatenate(Evaluator& evaluator, Arguments a) {
  if (any_null(items(a[0]))) return evaluator.warn("null_argument");
  return joined(evaluator, items(a[0]));
}

Value set_union(Evaluator& evaluator, Arguments a) {
  if (any_null(items(a[0]))) return evaluator.warn("null_argument");
  return without_duplicates(evaluator, joined(evaluator, items(a[0])));
}
Value distinct_values(Evaluator& evaluator, Arguments a) { return without_duplicates(evaluator, items(a[0])); }

Value insert_before(Evaluator& evaluator, Arguments a) {
  List out = items(a[0]);
  const auto at = place(a[1], out.size());
  if (!at) return evaluator.warn("bad_position");
  out.insert(out.begin() + static_cast<std::ptrdiff_t>(*at), a[2]);
  return out;
}

Value remove_item(Evaluator& evaluator, Arguments a) {
  List out = items(a[0]);
  const auto at = place(a[1], out.size());
  if (!at) return evaluator.warn("bad_position");
  out.erase(out.begin() + static_cast<std::ptrdiff_t>(*at));
  return out;
}

Value list_replace(Evaluator& evaluator, Arguments a) {
  List out = items(a[0]);
  if (a[1].number()) {
    const auto at = place(a[1], out.size());
    if (!at) return evaluator.warn("bad_position");
    out[*at] = a[2];
    return out;
  }
  for (auto& item : out) {
    std::vector<Value> pair{item, a[2]};
    const Value hit = evaluator.call(*a[1].function(), pair);
    if (!hit.boolean()) return evaluator.warn("wrong_argument_type");
    if (*hit.boolean()) item = a[2];
  }
  return out;
}

Value reverse(Evaluator&, Arguments a) {
  List out = items(a[0]);
  std::reverse(out.begin(), out.end());
  return out;
}

Value index_of(Evaluator&, Arguments a) {
  List out;
  std::int64_t position = 0;
  for (const auto& item : items(a[0])) {
    ++position;
    if (equal(item, a[1]).value_or(false)) out.emplace_back(position);
  }
  return out;
}

void flatten_into(Evaluator& evaluator, const List& list, List& out, int depth) {
  if (depth > evaluator.environment().limits.depth) evaluator.check_list(static_cast<std::size_t>(-1));
  for (const auto& item : list) {
    evaluator.charge(1);
    if (const List* inner = item.list())
      flatten_into(evaluator, *inner, out, depth + 1);
    else
      out.push_back(item);
    evaluator.check_list(out.size());
  }
}

Value flatten(Evaluator& evaluator, Arguments a) {
  List out;
  flatten_into(evaluator, items(a[0]), out, 0);
  return out;
}

// Merge sort, stable: the comparing function may answer anything, which std::sort would not survive.
void merge_sort(Evaluator& evaluator, List& list, const Function& precedes) {
  List buffer(list.size());
  for (std::size_t width = 1; width < list.size(); width *= 2) {
    for (std::size_t low = 0; low < list.size(); low += 2 * width) {
      const std::size_t middle = std::min(low + width, list.size()), high = std::min(low + 2 * width, list.size());
      std::size_t i = low, j = middle;
      for (std::size_t k = low; k < high; ++k) {
        bool right = i >= middle;
        if (!right && j < high) {
          std::vector<Value> pair{list[j], list[i]};
          right = evaluator.call(precedes, pair).is_true();
        }
        buffer[k] = right ? list[j++] : list[i++];
      }
    }
    list.swap(buffer);
  }
}

Value sort(Evaluator& evaluator, Arguments a) {
  List out = items(a[0]);
  merge_sort(evaluator, out, *a[1].function());
  return out;
}

}  // namespace

void add_list_builtins(BuiltinTable& t) {
  const Parameter list{"list", kListMask};
  const auto of_list = [&](std::string_view name, Value (*run)(Evaluator&, Arguments), Type result, Rest rest,
                           ResultRule rule = ResultRule::kFixed) {
    t.push_back({name, {list}, std::move(result), run, rest, rule});
  };
  of_list("count", count, Type::number(), Rest::kNone);
  of_list("min", minimum, Type::any(), Rest::kOrList, ResultRule::kElementOfFirst);
  of_list("max", maximum, Type::any(), Rest::kOrList, ResultRule::kElementOfFirst);
  of_list("sum", sum, Type::any(), Rest::kOrList, ResultRule::kElementOfFirst);
  of_list("mean", mean, Type::any(), Rest::kOrList, ResultRule::kElementOfFirst);
  of_list("product", product, Type::number(), Rest::kOrList);
  of_list("median", median, Type::number(), Rest::kOrList);
  of_list("stddev", standard_deviation, Type::number(), Rest::kOrList);
  of_list("mode", mode, Type::list(Type::number()), Rest::kOrList);
  for (const std::string_view name : {"all", "and"}) of_list(name, all_true, Type::boolean(), Rest::kOrList);
  for (const std::string_view name : {"any", "or"}) of_list(name, any_true, Type::boolean(), Rest::kOrList);
  of_list("reverse", reverse, Type::any(), Rest::kNone, ResultRule::kListOfFirst);
  of_list("distinct values", distinct_values, Type::any(), Rest::kNone, ResultRule::kListOfFirst);
  of_list("flatten", flatten, Type::list(Type::any()), Rest::kNone);
  of_list("concatenate", concatenate, Type::any(), Rest::kCollect, ResultRule::kCommonList);
  of_list("union", set_union, Type::any(), Rest::kCollect, ResultRule::kCommonList);
  const Type any_list = Type::list(Type::any());
  t.push_back({"list contains", {list, {"element", kAnyMask}}, Type::boolean(), list_contains});
  t.push_back({"sublist",
               {list, {"start position", kNumberMask}, {"length", kNumberMask, true}},
               any_list,
               sublist,
               Rest::kNone,
               ResultRule::kListOfFirst});
  t.push_back({"append", {list, {"item", kAnyMask}}, any_list, append, Rest::kCollect});
  t.push_back({"insert before", {list, {"position", kNumberMask}, {"newItem", kAnyMask}}, any_list, insert_before});
  t.push_back({"remove", {list, {"position", kNumberMask}}, any_list, remove_item, Rest::kNone, ResultRule::kListOfFirst});
  t.push_back({"list replace", {list, {"position", kNumberMask}, {"newItem", kAnyMask}}, any_list, list_replace});
  t.push_back({"list replace", {list, {"match", kFunctionMask}, {"newItem", kAnyMask}}, any_list, list_replace});
  t.push_back({"index of", {list, {"match", kAnyMask}}, Type::list(Type::number()), index_of});
  t.push_back({"sort", {list, {"precedes", kFunctionMask}}, any_list, sort, Rest::kNone, ResultRule::kListOfFirst});
}

}  // namespace formula
