#include "server/entity/write/rollups.hpp"

#include <map>
#include <unordered_map>

#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

struct RollUp {
  const EntityDef* parent;
  FieldIndex field;
  const EntityDef* child;
  FieldIndex link;
  std::string fn;
  FieldIndex value = -1;  // what is summed; -1 for count
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
  RollUp result{&parent, index, child, child->index_of(std::string_view(of).substr(dot + 1)), base::json_string(declaration, "fn", "count")};
  const std::string value = base::json_string(declaration, "field");
  if (!value.empty()) result.value = child->index_of(value);
  if (result.link < 0) return std::nullopt;
  return result;
}

using RollUpsByChild = std::unordered_map<const EntityDef*, std::vector<RollUp>>;

// Kept per thread for the registry it was made of: every save asks, and metadata changes seldom.
const std::vector<RollUp>& rollups_of_child(const Registry& registry, const EntityDef& child) {
  static thread_local const Registry* made_of = nullptr;
  static thread_local std::int64_t made_version = -1;
  static thread_local RollUpsByChild known;
  if (made_of != &registry || made_version != registry.version()) {
    known.clear();
    for (const auto& parent : registry.entities()) {
      for (std::size_t i = 0; i < parent->fields.size(); ++i) {
        if (auto rollup = declared_rollup(registry, *parent, static_cast<FieldIndex>(i))) known[rollup->child].push_back(*rollup);
      }
    }
    made_of = &registry;
    made_version = registry.version();
  }
  return known[&child];
}

Filter rollup_filter(WriteTransaction& transaction, const RollUp& rollup, const Caller& caller) {
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
  static const std::map<std::string, Measure::Fn> kFunctions = {{"count", Measure::Fn::kCount}, {"sum", Measure::Fn::kSum},
                                                                {"avg", Measure::Fn::kAvg},     {"min", Measure::Fn::kMin},
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
}

void add_difference(WriteTransaction& transaction, const RollUp& rollup, std::int64_t parent_id, std::int64_t difference) {
  const std::string column = column_of(*rollup.parent, rollup.field);
  transaction.connection
      .prepare("rollup_add", "UPDATE " + table_of(*rollup.parent) + " SET " + column + " = COALESCE(" + column + ", 0) + $1 WHERE id = $2")
      .bind(1, difference)
      .bind(2, parent_id)
      .run();
}

}  // namespace

void update_rollups(WriteTransaction& transaction, const Record* before, const Record* after) {
  const EntityDef& child = after != nullptr ? *after->entity : *before->entity;
  const auto& rollups = rollups_of_child(*transaction.registry, child);
  if (rollups.empty()) return;
  const auto system = Caller::system();
  for (const auto& rollup : rollups) {
    const Filter filter = rollup_filter(transaction, rollup, *system);
    const FilterContext context{*transaction.registry, child, *system, transaction.now};
    std::map<std::int64_t, std::int64_t> differences;
    const auto count = [&](const Record* record, std::int64_t sign) {
      if (record == nullptr || record->deleted) return;
      const std::int64_t parent = parent_of(rollup, *record);
      if (parent != 0 && matches(filter, *record, context, &transaction.resolver)) differences[parent] += sign * amount_of(rollup, *record);
    };
    const bool additive = rollup.fn == "count" || rollup.fn == "sum";
    if (additive) {
      count(before, -1);
      count(after, 1);
      for (const auto& [parent, difference] : differences) {
        if (difference != 0) add_difference(transaction, rollup, parent, difference);
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
}

void recompute_rollup(WriteTransaction& transaction, const EntityDef& parent, FieldIndex field, std::int64_t parent_id) {
  const auto rollup = declared_rollup(*transaction.registry, parent, field);
  if (rollup) store_value(transaction, *rollup, parent_id, computed(transaction, *rollup, parent_id));
}

}  // namespace entity
