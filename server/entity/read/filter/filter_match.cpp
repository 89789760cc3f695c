// Filter over a record in memory; the mirror of filter_sql.cpp.
#include <algorithm>
#include <set>
#include <string_view>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/access.hpp"
#include "server/entity/read/filter/folded_text.hpp"
#include "server/entity/read/filter/formula_scope.hpp"
#include "server/entity/read/filter/record_value.hpp"
#include "server/entity/read/filter/terminal.hpp"
#include "server/entity/search/search.hpp"

namespace entity {

namespace {

using read::Terminal;

bool compare_ordered(FilterOp op, const auto& value, const std::vector<Value>& operands, const auto& get) {
  switch (op) {
    case FilterOp::kLt: return value < get(operands[0]);
    case FilterOp::kLte: return value <= get(operands[0]);
    case FilterOp::kGt: return value > get(operands[0]);
    case FilterOp::kGte: return value >= get(operands[0]);
    case FilterOp::kBetween: return value >= get(operands[0]) && value <= get(operands[1]);
    default: return false;
  }
}

bool equals_any(const Value& value, const std::vector<Value>& operands) {
  return std::find(operands.begin(), operands.end(), value) != operands.end();
}

class Matcher {
 public:
  Matcher(const FilterContext& context, RecordResolver* resolver) : context_(context), resolver_(resolver) {}

  bool matches(const Filter& filter, const Record& record) {
    const bool outer = as_system_;
    as_system_ = as_system_ || filter.as_system;
    const bool result = node(filter, record);
    as_system_ = outer;
    return result;
  }

 private:
  bool node(const Filter& filter, const Record& record) {
    const auto passes = [&](const Filter& child) { return matches(child, record); };
    switch (filter.kind) {
      case Filter::Kind::kAlways: return true;
      case Filter::Kind::kNever: return false;
      case Filter::Kind::kAnd: return std::all_of(filter.children.begin(), filter.children.end(), passes);
      case Filter::Kind::kOr: return std::any_of(filter.children.begin(), filter.children.end(), passes);
      case Filter::Kind::kNot: return !passes(filter.children.front());
      case Filter::Kind::kCompare: return walk(filter, 0, record);
      case Filter::Kind::kExists: return exists(filter, record);
      case Filter::Kind::kLinked: return linked(filter, record);
      case Filter::Kind::kFormula: return read::formula_matches(filter, record, context_, resolver_, as_system_);
      case Filter::Kind::kText: return text_matches(record, as_system_ ? *Caller::system() : context_.caller, filter.text);
      case Filter::Kind::kScope: return scope(filter, record);
      case Filter::Kind::kShared: return shared(filter, record);
    }
    return false;
  }

  bool exists(const Filter& filter, const Record& record) {
    if (resolver_ == nullptr || record.id == 0) return false;
    if (!as_system_ || filter.as_system) return resolver_->exists(*filter.other, filter, record.id);
    auto own = filter;
    own.as_system = true;
    return resolver_->exists(*filter.other, own, record.id);
  }

  std::shared_ptr<const Record> living(const EntityDef& entity, std::int64_t id) {
    if (resolver_ == nullptr || id == 0) return nullptr;
    auto record = resolver_->find(entity, id);
    return record != nullptr && !record->deleted ? record : nullptr;
  }

  bool readable(const EntityDef& entity, const Record& record) {
    if (as_system_) return true;
    const auto access = access_filter(context_.registry, entity, context_.caller, Action::kRead);
    if (access.kind == Filter::Kind::kAlways) return true;
    as_system_ = true;
    const bool result = matches(access, record);
    as_system_ = false;
    return result;
  }

  bool walk(const Filter& filter, std::size_t step, const Record& record) {
    if (step + 1 == filter.path.size()) return leaf(filter, record);
    const auto& target = *filter.path[step + 1].entity;
    const auto ids = read::linked_ids(record, filter.path[step], target, context_.registry);
    return std::any_of(ids.begin(), ids.end(), [&](std::int64_t id) {
      const auto next = living(target, id);
      return next != nullptr && walk(filter, step + 1, *next) && readable(target, *next);
    });
  }

  bool leaf(const Filter& filter, const Record& record) {
    const auto terminal = read::describe_terminal(context_.registry, filter.path.back());
    const bool any_item = filter.op == FilterOp::kNotEmpty && filter.path.back().item_column.empty();
    if (!terminal.is_many()) return passes(filter, terminal, read::terminal_value(record, terminal));
    const auto* items = std::get_if<Items>(&record.at(terminal.index));
    if (items == nullptr) return false;
    return std::any_of(items->begin(), items->end(),
                       [&](const Item& item) { return any_item || passes(filter, terminal, read::item_value(item, terminal)); });
  }

  bool passes(const Filter& filter, const Terminal& terminal, const Value& value) {
    if (is_empty(value)) return false;
    switch (filter.op) {
      case FilterOp::kNotEmpty: return true;
      case FilterOp::kEq:
      case FilterOp::kIn: return equals_any(comparable(value, terminal), filter.values);
      case FilterOp::kWithin: return within(filter, std::get<Link>(value));
      case FilterOp::kContains: {
        const auto text = comparable(value, terminal);
        return std::get<std::string>(text).find(std::get<std::string>(filter.values.front())) != std::string::npos;
      }
      case FilterOp::kStartsWith: {
        const auto text = comparable(value, terminal);
        return std::get<std::string>(text).starts_with(std::get<std::string>(filter.values.front()));
      }
      default: return ordered(filter, terminal, value);
    }
  }

  static Value comparable(const Value& value, const Terminal& terminal) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && terminal.is_folded) return read::folded_text(*text);
    return value;
  }

  static bool ordered(const Filter& filter, const Terminal& terminal, const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      if (terminal.comparison != Comparison::kText) return false;
      const auto key = base::sort_key(*text);
      return compare_ordered(filter.op, key, filter.values, [](const Value& v) -> const std::string& { return std::get<std::string>(v); });
    }
    const auto* number = std::get_if<std::int64_t>(&value);
    return number != nullptr &&
           compare_ordered(filter.op, *number, filter.values, [](const Value& v) { return std::get<std::int64_t>(v); });
  }

  // Climbs from the linked record to the root; stops at circles.
  bool within(const Filter& filter, const Link& link) {
    const auto* target = context_.registry.find_id(link.entity_id);
    if (target == nullptr || resolver_ == nullptr) return false;
    const auto parent = read::parent_index(*target);
    std::set<std::int64_t> seen;
    auto id = link.record_id;
    while (id != 0 && seen.insert(id).second) {
      const auto record = resolver_->find(*target, id);
      if (record == nullptr) return false;
      if (equals_any(Link{link.entity_id, id}, filter.values)) return true;
      if (parent < 0) return false;
      const auto* up = std::get_if<Link>(&record->at(parent));
      id = up != nullptr ? up->record_id : 0;
    }
    return false;
  }

  bool linked(const Filter& filter, const Record& record) {
    const auto& target = *filter.other;
    const auto ids = read::linked_ids(record, filter.path.front(), target, context_.registry);
    return std::any_of(ids.begin(), ids.end(), [&](std::int64_t id) {
      const auto next = living(target, id);
      return next != nullptr && matches(filter.children.front(), *next) && readable(target, *next);
    });
  }

  bool scope(const Filter& filter, const Record& record) {
    const auto terminal = read::describe_terminal(context_.registry, filter.path.front());
    const auto value = read::terminal_value(record, terminal);
    const auto* link = std::get_if<Link>(&value);
    const auto& owners = context_.caller.owners(static_cast<Scope>(std::get<std::int64_t>(filter.values.front())));
    return link != nullptr && std::binary_search(owners.begin(), owners.end(), link->record_id);
  }

  bool shared(const Filter& filter, const Record& record) {
    const bool writes = std::get<std::int64_t>(filter.values.front()) > 1;
    return resolver_ != nullptr && record.id != 0 &&
           resolver_->is_shared(*record.entity, record.id, context_.caller, writes ? Action::kUpdate : Action::kRead);
  }

  const FilterContext& context_;
  RecordResolver* resolver_;
  bool as_system_ = false;
};

}  // namespace

bool matches(const Filter& filter, const Record& record, const FilterContext& context, RecordResolver* resolver) {
  return Matcher(context, resolver).matches(filter, record);
}

}  // namespace entity
