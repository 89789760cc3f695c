#include "server/entity/read/page/computed.hpp"

#include <algorithm>

#include "server/base/decimal.hpp"
#include "server/base/error.hpp"
#include "server/entity/access.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/read/filter/filter_sql.hpp"
#include "server/entity/read/page/database_resolver.hpp"
#include "server/entity/rules.hpp"
#include "server/entity/storage.hpp"

namespace entity::read {

namespace {

struct ViewerRollUp {
  const EntityDef& parent;
  const FieldDef& field;
  const EntityDef* child = nullptr;
  FieldIndex link = -1;
  std::string fn;
  Terminal value;  // of what is summed; no field for count
  Filter filter;
};

std::string json_of(const FieldDef& field, const Value& value) {
  std::string text;
  base::JsonWriter out(text);
  field.type->write(field, value, out);
  return text;
}

// False: the roll-up reads what the caller may not.
bool describe(const QueryContext& context, ViewerRollUp& roll_up) {
  const auto& declaration = roll_up.field.declaration.as_object();
  const std::string of = base::json_string(declaration, "of");
  const auto dot = of.find('.');
  roll_up.child = &context.registry.require(std::string_view(of).substr(0, dot));
  roll_up.link = roll_up.child->index_of(std::string_view(of).substr(dot + 1));
  roll_up.fn = base::json_string(declaration, "fn", "count");
  if (!may(context.caller, *roll_up.child, Action::kRead)) return false;
  const auto readable = [&](FieldIndex index) {
    return index >= 0 && may_read_field(context.caller, *roll_up.child, roll_up.child->fields[static_cast<std::size_t>(index)]);
  };
  if (!readable(roll_up.link)) return false;
  if (roll_up.fn != "count") {
    const auto index = roll_up.child->index_of(base::json_string(declaration, "field"));
    if (!readable(index)) return false;
    roll_up.value = describe_terminal(context.registry, {roll_up.child, index, {}});
    if (roll_up.value.source != TerminalSource::kColumn) return false;
  }
  const auto* filter = declaration.if_contains("filter");
  if (filter == nullptr || filter->is_null()) return true;
  try {
    roll_up.filter = parse_filter(*filter, FilterContext{context.registry, *roll_up.child, context.caller, context.now});
  } catch (const base::Error& error) {
    if (error.code() != base::ErrorCode::kInvalidArgument) throw;
    return false;  // the filter stands on a field that the caller may not read
  }
  return true;
}

// link, the number of values, the value asked for.
void write_sql(const QueryContext& context, const ViewerRollUp& roll_up, const std::vector<std::int64_t>& ids, SqlWriter& sql) {
  const std::string link = "r." + column_of(*roll_up.child, roll_up.link);
  const std::string value = roll_up.fn == "count" ? std::string() : "r." + roll_up.value.column;
  sql << "SELECT " << link << ",count(" << (value.empty() ? "*" : value) << ")";
  if (!value.empty()) sql << ",CAST(" << (roll_up.fn == "avg" ? "sum" : roll_up.fn) << "(" << value << ") AS BIGINT)";
  sql << " FROM " << table_of(*roll_up.child) << " r WHERE " << link;
  sql.in_ints(ids);
  if (const auto entity_column = column_of(*roll_up.child, roll_up.link, "__entity"); !entity_column.empty()) {
    sql << " AND r." << entity_column << " = ";
    sql.number(roll_up.parent.id);
  }
  sql << " AND r.deleted_at IS NULL";
  FilterSql filters(sql, context.registry, context.caller, context.now);
  if (roll_up.filter.kind != Filter::Kind::kAlways) {
    sql << " AND ";
    filters.write(roll_up.filter, *roll_up.child, "r");
  }
  filters.readable(*roll_up.child, "r");
  sql << " GROUP BY " << link;
}

// Half away from zero, the product's one way of rounding.
std::int64_t divide_rounded(__int128 value, std::int64_t by) {
  return static_cast<std::int64_t>((value >= 0 ? value + by / 2 : value - by / 2) / by);
}

Value value_of(const ViewerRollUp& roll_up, std::int64_t count, std::int64_t sum) {
  if (roll_up.fn == "count") return count;
  const auto type = roll_up.field.result_type->name();
  const bool is_scaled = type == "decimal" || type == "percent" || type == "money";
  __int128 units = sum;
  std::int64_t by = roll_up.fn == "avg" ? count : 1;
  const auto type_of_value =
      roll_up.value.field->result_type != nullptr ? roll_up.value.field->result_type->name() : roll_up.value.field->type->name();
  const int from = type_of_value == "integer" ? 0 : roll_up.value.scale;
  for (int scale = from; is_scaled && scale < roll_up.field.scale; ++scale) units *= 10;
  for (int scale = roll_up.field.scale; is_scaled && scale < from; ++scale) by *= 10;
  const std::int64_t result = divide_rounded(units, by);
  if (type == "money") return Money{result, roll_up.field.base_currency, result};
  return result;
}

ComputedValues compute_roll_up(const QueryContext& context, const EntityDef& entity, const FieldDef& field,
                               const std::vector<std::int64_t>& ids) {
  ViewerRollUp roll_up{entity, field, nullptr, -1, {}, {}, {}};
  ComputedValues values;
  const bool is_seen = describe(context, roll_up);
  // Nothing to count is a number; no highest, lowest or mean of nothing exists.
  const bool is_additive = roll_up.fn == "count" || roll_up.fn == "sum";
  const std::string none = is_seen && is_additive ? json_of(field, value_of(roll_up, 0, 0)) : "null";
  for (const auto id : ids) values[id] = none;
  if (!is_seen) return values;
  SqlWriter sql(context.connection);
  write_sql(context, roll_up, ids, sql);
  auto statement = context.connection.prepare("roll_up_viewer", sql.text());
  sql.bind_all(statement);
  while (statement.step()) {
    const std::int64_t count = statement.integer(1);
    if (count == 0) continue;
    values[statement.integer(0)] = json_of(field, value_of(roll_up, count, roll_up.fn == "count" ? 0 : statement.integer(2)));
  }
  return values;
}

// Records as the caller sees them: null when he may not read them, without the fields he may not read.
class ViewerResolver final : public DatabaseResolver {
 public:
  explicit ViewerResolver(const QueryContext& context)
      : DatabaseResolver(context.connection, context.registry, context.caller, context.now), context_(context) {}

  std::shared_ptr<const Record> find(const EntityDef& entity, std::int64_t id) override {
    auto& known = seen_[&entity];
    if (const auto found = known.find(id); found != known.end()) return found->second;
    return known.emplace(id, seen(entity, DatabaseResolver::find(entity, id))).first->second;
  }

 private:
  std::shared_ptr<const Record> seen(const EntityDef& entity, std::shared_ptr<const Record> record) {
    if (!record || record->deleted) return nullptr;
    DatabaseResolver whole(context_.connection, context_.registry, context_.caller, context_.now);
    const FilterContext filters{context_.registry, entity, context_.caller, context_.now};
    if (!matches(access_filter(context_.registry, entity, context_.caller, Action::kRead), *record, filters, &whole)) return nullptr;
    auto shown = std::make_shared<Record>(*record);
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
      if (!may_read_field(context_.caller, entity, entity.fields[i])) shown->values[i] = Value{};
    }
    return shown;
  }

  const QueryContext& context_;
  std::unordered_map<const EntityDef*, std::unordered_map<std::int64_t, std::shared_ptr<const Record>>> seen_;
};

ComputedValues compute_formula(const QueryContext& context, const EntityDef& entity, FieldIndex field,
                               const std::vector<std::int64_t>& ids) {
  ComputedValues values;
  ViewerResolver resolver(context);
  const RuleContext rules{context.registry, context.caller, context.now, &resolver};
  for (const auto id : ids) {
    auto record = load_record(context.connection, context.registry, entity, id);
    if (!record) {
      values[id] = "null";
      continue;
    }
    copy_built_in(*record);
    std::vector<base::FieldError> errors;  // a result that does not fit is shown as nothing
    compute_fields(rules, ComputeWhich::kOnRead, *record, errors);
    values[id] = json_of(entity.fields[static_cast<std::size_t>(field)], record->at(field));
  }
  return values;
}

}  // namespace

bool is_computed_on_read(const FieldDef& field) { return field.computed_on_read && field.result_type != nullptr; }

ComputedValues compute_on_read(const QueryContext& context, const EntityDef& entity, FieldIndex index,
                               const std::vector<std::int64_t>& ids) {
  const FieldDef& field = entity.fields[static_cast<std::size_t>(index)];
  return field.expression.empty() ? compute_roll_up(context, entity, field, ids) : compute_formula(context, entity, index, ids);
}

}  // namespace entity::read
