#include "server/entity/read/filter/operators.hpp"

#include <algorithm>
#include <utility>

namespace entity::read {

namespace {

constexpr std::pair<std::string_view, FilterOp> kNames[] = {
    {"eq", FilterOp::kEq},
    {"ne", FilterOp::kNe},
    {"in", FilterOp::kIn},
    {"not_in", FilterOp::kNotIn},
    {"lt", FilterOp::kLt},
    {"lte", FilterOp::kLte},
    {"gt", FilterOp::kGt},
    {"gte", FilterOp::kGte},
    {"between", FilterOp::kBetween},
    {"contains", FilterOp::kContains},
    {"starts_with", FilterOp::kStartsWith},
    {"is_empty", FilterOp::kIsEmpty},
    {"not_empty", FilterOp::kNotEmpty},
    {"any_of", FilterOp::kAnyOf},
    {"all_of", FilterOp::kAllOf},
    {"none_of", FilterOp::kNoneOf},
    {"within", FilterOp::kWithin},
};

}  // namespace

std::optional<FilterOp> find_operator(std::string_view name) {
  for (const auto& [known, op] : kNames) {
    if (known == name) return op;
  }
  return std::nullopt;
}

std::string_view operator_name(FilterOp op) {
  for (const auto& [name, known] : kNames) {
    if (known == op) return name;
  }
  return {};
}

std::vector<FilterOp> operators_of(const Terminal& terminal) {
  std::vector<FilterOp> ops{FilterOp::kIsEmpty, FilterOp::kNotEmpty};
  const auto add = [&ops](std::initializer_list<FilterOp> more) { ops.insert(ops.end(), more); };
  if (terminal.comparison == Comparison::kNone && !terminal.is_uid) return ops;
  add({FilterOp::kEq, FilterOp::kNe, FilterOp::kIn, FilterOp::kNotIn});
  if (terminal.is_uid) return ops;
  switch (terminal.comparison) {
    case Comparison::kText:
      add({FilterOp::kContains, FilterOp::kStartsWith});
      if (!terminal.sort_column.empty()) add({FilterOp::kLt, FilterOp::kLte, FilterOp::kGt, FilterOp::kGte, FilterOp::kBetween});
      break;
    case Comparison::kNumber:
    case Comparison::kDate:
    case Comparison::kInstant:
    case Comparison::kDuration: add({FilterOp::kLt, FilterOp::kLte, FilterOp::kGt, FilterOp::kGte, FilterOp::kBetween}); break;
    case Comparison::kLink: {
      const auto climbs = [](const EntityDef* target) { return parent_index(*target) >= 0; };
      if (std::any_of(terminal.targets.begin(), terminal.targets.end(), climbs)) add({FilterOp::kWithin});
      break;
    }
    default: break;
  }
  if (terminal.is_many() || terminal.comparison == Comparison::kChoice || terminal.comparison == Comparison::kLink) {
    add({FilterOp::kAnyOf, FilterOp::kNoneOf});
  }
  if (terminal.is_many()) add({FilterOp::kAllOf});
  return ops;
}

}  // namespace entity::read
