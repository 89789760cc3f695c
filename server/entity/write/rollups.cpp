#include "server/entity/write/rollups.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/trees.hpp"

namespace entity {

namespace {

struct RollUp {
  const EntityDef* parent;
  FieldIndex field;
  const EntityDef* child;
  FieldIndex link;
  std::string fn;
  FieldIndex value = -1;                      // what is summed; -1 for count
  std::shared_ptr<const Filter> filter = {};  // that of the declaration, where it means the same at any time
  FieldIndex tree = -1;                       // link of the parent along which the sum rises
};

std::optional<RollUp> declared_rollup(const Registry& registry, const EntityDef& parent, FieldIndex index) {
  const FieldDef& field = parent.fields[static_cast<std::size_t>(index)];
  if (field.type->name() != "roll_up" || !field.declaration.is_object()) return std::nullopt;
  const json::object& declaration = field.declaration.as_object();
  if (base::json_string(declaration, "eyes", "viewer") != "system") return std::nullopt;
  const std::string of = base::json_string(declaration, "of");
  const auto dot = of.find('.');
  const EntityDef* child = registry.find(std::string_view(of).substr(0, dot));
  if (child == nullptr || dot == std::string::npos) return std::nullopt;
  RollUp result{&parent, index, child, child->index_of(std::string_view(of).substr(dot + 1)),
                base::json_string(declaration, "fn", "count")};
  const std::string value = base::json_string(declaration, "field");
  if (!value.empty()) result.value = child->index_of(value);
  if (const std::string tree = base::json_string(declaration, "tree"); !tree.empty()) result.tree = parent.index_of(tree);
  if (result.link < 0) return std::nullopt;
  return result;
}

// Relative dates and formulas mean something else tomorrow.
bool depends_on_time(const Filter& filter) {
  if (filter.kind == Filter::Kind::kFormula || filter.kind == Filter::Kind::kText) return true;
  if (filter.kind == Filter::Kind::kCompare && !filter.path.empty()) {
    const PathStep& last = filter.path.back();
    const FieldDef& field = last.entity->fields[static_cast<std::size_t>(last.field)];
    const Comparison comparison = field.type == nullptr ? Comparison::kInstant : field.type->comparison(field);
    if (comparison == Comparison::kInstant || comparison == Comparison::kDate) return true;
  }
  return std::any_of(filter.children.begin(), filter.children.end(), depends_on_time);
}

// Parsed once, when that is enough.
std::shared_ptr<const Filter> lasting_filter(const Registry& registry, const RollUp& rollup) {
  const auto* source = rollup.parent->fields[static_cast<std::size_t>(rollup.field)].declaration.as_object().if_contains("filter");
  if (source == nullptr) return nullptr;
  const auto system = Caller::system();
  auto filter = std::make_shared<const Filter>(parse_filter(*source, FilterContext{registry, *rollup.child, *system, base::Instant{}}));
  return depends_on_time(*filter) ? nullptr : filter;
}

struct KnownRollUps {
  std::unordered_map<const EntityDef*, std::vector<RollUp>> of_child;  // by the entity that is counted
  std::unordered_map<const EntityDef*, std::vector<RollUp>> of_tree;   // those with `tree`, by the entity that holds them
};

// Kept per thread for the registry it was made of: every save asks, and metadata changes seldom.
const KnownRollUps& known_rollups(const Registry& registry) {
  static thread_local const Registry* made_of = nullptr;
  static thread_local std::int64_t made_version = -1;
  static thread_local KnownRollUps known;
  if (made_of != &registry || made_version != registry.version()) {
    known = {};
    for (const auto& parent : registry.entities()) {
      for (std::size_t i = 0; i < parent->fields.size(); ++i) {
        auto rollup = declared_rollup(registry, *parent, static_cast<FieldIndex>(i));
        if (!rollup) continue;
        rollup->filter = lasting_filter(registry, *rollup);
        known.of_child[rollup->child].push_back(*rollup);
        if (rollup->tree >= 0) known.of_tree[rollup->parent].push_back(*rollup);
      }
    }
    made_of = &registry;
    made_version = registry.version();
  }
  return known;
}

const std::vector<RollUp>& find_rollups(const std::unordered_map<const EntityDef*, std::vector<RollUp>>& known, const EntityDef& entity) {
  static const std::vector<RollUp> kNone;
  const auto found = known.find(&entity);
  return found == known.end() ? kNone : found->second;
}

// The caller is the system.
Filter rollup_filter(WriteTransaction& transaction, const RollUp& rollup, const Caller& caller) {
  if (rollup.filter) return *rollup.filter;
  const json::object& declaration = rollup.parent->fields[static_cast<std::size_t>(rollup.field)].declaration.as_object();
  const auto* filter = declaration.if_contains("filter");
  if (filter == nullptr) return {};
  return parse_filter(*filter, FilterContext{*transaction.registry, *rollup.child, caller, transaction.now});
}

std::int64_t parent_of(const RollUp& rollup, const Record& record) {
  const auto* link = std::get_if<Link>(&record.at(rollup.link));
  return link != nullptr && link->entity_id == rollup.parent->id ? link->record_id : 0;
}

std::int64_t amount_of(const RollUp& rollup, const Record& record) {
  if (rollup.value < 0) return 1;
  const Value& value = record.at(rollup.value);
  if (const auto* money = std::get_if<Money>(&value)) return money->base_units;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  return 0;
}

// The Filter of `child` records that point to the parent and match the roll-up's own filter.
Filter children_filter(WriteTransaction& transaction, const RollUp& rollup, std::int64_t parent_id, const Caller& caller) {
  Filter points;
  points.kind = Filter::Kind::kCompare;
  points.op = FilterOp::kEq;
  points.path = {PathStep{rollup.child, rollup.link, {}}};
  points.values = {Link{rollup.parent->id, parent_id}};
  Filter all;
  all.kind = Filter::Kind::kAnd;
  all.children.push_back(std::move(points));
  all.children.push_back(rollup_filter(transaction, rollup, caller));
  return all;
}

Value computed(WriteTransaction& transaction, const RollUp& rollup, std::int64_t parent_id) {
  const auto system = Caller::system();
  Aggregate aggregate;
  aggregate.entity = rollup.child;
  aggregate.filter = children_filter(transaction, rollup, parent_id, *system);
  static const std::map<std::string, Measure::Fn> kFunctions = {{"count", Measure::Fn::kCount},
                                                                {"sum", Measure::Fn::kSum},
                                                                {"avg", Measure::Fn::kAvg},
                                                                {"min", Measure::Fn::kMin},
                                                                {"max", Measure::Fn::kMax}};
  Measure measure;
  measure.fn = kFunctions.at(rollup.fn);
  if (rollup.value >= 0) measure.path = {PathStep{rollup.child, rollup.value, {}}};
  aggregate.measures = {measure};
  std::string text;
  base::JsonWriter out(text);
  run_aggregate({transaction.connection, *transaction.registry, *system, transaction.now}, aggregate, out);
  const json::value answer = base::parse_json(text);
  const auto* groups = base::json_array(answer.as_object(), "groups");
  if (groups == nullptr || groups->empty()) return {};
  const auto* values = base::json_array(groups->front().as_object(), "values");
  const FieldDef& field = rollup.parent->fields[static_cast<std::size_t>(rollup.field)];
  std::vector<base::FieldError> errors;
  std::vector<Mark> marks;
  ParseContext context{field, *transaction.registry, field.key, &errors, &marks};
  return values == nullptr ? Value{} : field.type->parse(values->front(), context);
}

void store_value(WriteTransaction& transaction, const RollUp& rollup, std::int64_t parent_id, const Value& value) {
  const FieldDef& field = rollup.parent->fields[static_cast<std::size_t>(rollup.field)];
  const auto columns = field.type->columns(field);
  std::string sets;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) sets += ", ";
    sets += column_of(*rollup.parent, rollup.field, columns[i].suffix) + " = $" + std::to_string(i + 2);
  }
  auto statement = transaction.connection.prepare("rollup_store", "UPDATE " + table_of(*rollup.parent) + " SET " + sets + " WHERE id = $1");
  statement.bind(1, parent_id);
  field.type->bind(field, value, statement, 2);
  statement.run();
  transaction.resolver.forget(*rollup.parent, parent_id);
}

// What holds the sum: of money the amount and that in the base currency, which are the same.
std::vector<std::string> sum_columns(const RollUp& rollup) {
  const FieldDef& field = rollup.parent->fields[static_cast<std::size_t>(rollup.field)];
  std::vector<std::string> columns = {column_of(*rollup.parent, rollup.field)};
  if (field.result == "money") columns.push_back(column_of(*rollup.parent, rollup.field, "__base"));
  return columns;
}

std::int64_t units_of(const Value& value) {
  if (const auto* money = std::get_if<Money>(&value)) return money->base_units;
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr ? *number : 0;
}

// A whole tree counted anew: for roll-ups that come to a base with records in it.
void store_tree_total(WriteTransaction& transaction, const RollUp& rollup, std::int64_t root) {
  std::int64_t total = 0;
  for (const std::int64_t id : subtree_of(transaction, *rollup.parent, rollup.tree, root))
    total += units_of(computed(transaction, rollup, id));
  std::string sets;
  for (const auto& column : sum_columns(rollup)) sets += (sets.empty() ? "" : ", ") + column + " = $1";
  transaction.connection.prepare("rollup_total_store", "UPDATE " + table_of(*rollup.parent) + " SET " + sets + " WHERE id = $2")
      .bind(1, total)
      .bind(2, root)
      .run();
  transaction.resolver.forget(*rollup.parent, root);
}

// What a record passes on to the one above it, as it stands in the table.
std::int64_t stored_total(WriteTransaction& transaction, const RollUp& rollup, std::int64_t id) {
  auto statement = transaction.connection.prepare(
      "rollup_total", "SELECT " + column_of(*rollup.parent, rollup.field) + " FROM " + table_of(*rollup.parent) + " WHERE id = $1");
  return statement.bind(1, id).step() && !statement.is_null(0) ? statement.integer(0) : 0;
}

// A record that hangs elsewhere now, or that went to the bin or came back, takes the total of all below it along.
void move_totals(WriteTransaction& transaction, const Record* before, const Record& after) {
  const auto& rollups = find_rollups(known_rollups(*transaction.registry).of_tree, *after.entity);
  if (rollups.empty() || before == nullptr) return;
  TotalChanges changes(transaction, *after.entity);
  for (const auto& rollup : rollups) {
    const auto target = [&](const Record& record) {
      const auto* link = std::get_if<Link>(&record.at(rollup.tree));
      return link == nullptr || record.deleted ? 0 : link->record_id;
    };
    const std::int64_t from = target(*before), to = target(after);
    if (from == to) continue;
    const std::int64_t total = stored_total(transaction, rollup, after.id);
    if (from != 0) changes.climb(from, rollup.tree, sum_columns(rollup), -total);
    if (to != 0) changes.climb(to, rollup.tree, sum_columns(rollup), total);
  }
  changes.write();
}

// Whether the record before or after the save counts for a roll-up. Several roll-ups of an entity share few filters: each is tried once.
class ChildTest {
 public:
  ChildTest(WriteTransaction& transaction, const Record* before, const Record* after)
      : transaction_(transaction), before_(before), after_(after) {}

  bool operator()(const RollUp& rollup, const Record& record) {
    const json::value* source = rollup.parent->fields[static_cast<std::size_t>(rollup.field)].declaration.as_object().if_contains("filter");
    if (source == nullptr) return true;
    auto known = std::find_if(known_.begin(), known_.end(), [&](const Known& each) { return *each.source == *source; });
    if (known == known_.end()) known = known_.insert(known_.end(), {source, test(rollup, before_), test(rollup, after_)});
    return &record == before_ ? known->before : known->after;
  }

 private:
  struct Known {
    const json::value* source;
    bool before, after;
  };

  bool test(const RollUp& rollup, const Record* record) {
    if (record == nullptr) return false;
    const auto system = Caller::system();
    const FilterContext context{*transaction_.registry, *rollup.child, *system, transaction_.now};
    if (rollup.filter) return matches(*rollup.filter, *record, context, &transaction_.resolver);
    return matches(rollup_filter(transaction_, rollup, *system), *record, context, &transaction_.resolver);
  }

  WriteTransaction& transaction_;
  const Record *before_, *after_;
  std::vector<Known> known_;
};

}  // namespace

void update_rollups(WriteTransaction& transaction, const Record* before, const Record* after) {
  if (after != nullptr) move_totals(transaction, before, *after);
  const EntityDef& child = after != nullptr ? *after->entity : *before->entity;
  const auto& rollups = find_rollups(known_rollups(*transaction.registry).of_child, child);
  if (rollups.empty()) return;
  ChildTest passes(transaction, before, after);
  std::map<const EntityDef*, TotalChanges> changes;
  for (const auto& rollup : rollups) {
    std::map<std::int64_t, std::int64_t> differences;
    const auto count = [&](const Record* record, std::int64_t sign) {
      if (record == nullptr || record->deleted) return;
      const std::int64_t parent = parent_of(rollup, *record);
      if (parent != 0 && passes(rollup, *record)) differences[parent] += sign * amount_of(rollup, *record);
    };
    const bool additive = rollup.fn == "count" || rollup.fn == "sum";
    if (additive) {
      count(before, -1);
      count(after, 1);
      TotalChanges& sums = changes.try_emplace(rollup.parent, transaction, *rollup.parent).first->second;
      for (const auto& [parent, difference] : differences) {
        if (rollup.tree >= 0)
          sums.climb(parent, rollup.tree, sum_columns(rollup), difference);
        else
          for (const auto& column : sum_columns(rollup)) sums.add(parent, column, difference);
      }
      continue;
    }
    for (const Record* record : {before, after}) {
      const std::int64_t parent = record == nullptr ? 0 : parent_of(rollup, *record);
      if (parent == 0 || differences.count(parent) != 0) continue;
      differences[parent] = 0;
      store_value(transaction, rollup, parent, computed(transaction, rollup, parent));
    }
  }
  for (auto& [entity, sums] : changes) sums.write();
}

void recompute_rollup(WriteTransaction& transaction, const EntityDef& parent, FieldIndex field, std::int64_t parent_id) {
  const auto rollup = declared_rollup(*transaction.registry, parent, field);
  if (!rollup) return;
  if (rollup->tree >= 0)
    store_tree_total(transaction, *rollup, parent_id);
  else
    store_value(transaction, *rollup, parent_id, computed(transaction, *rollup, parent_id));
}

}  // namespace entity
