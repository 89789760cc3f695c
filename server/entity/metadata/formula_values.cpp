// Records as formulas see them.
#include <map>
#include <mutex>

#include "server/base/decimal.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/metadata/formula_types.hpp"
#include "server/entity/rules.hpp"

namespace entity {

namespace {

// Fields of an entity as formulas reach them. Built when first asked, so that entities may refer to each other in
// circles.
class EntitySource final : public formula::Type::FieldSource {
 public:
  EntitySource(const Registry& registry, const EntityDef& entity) : registry_(registry), entity_(entity) {}

  const formula::Type* field(std::string_view name) const override {
    std::call_once(once_, [this] {
      for (const auto& field : entity_.fields) types_.emplace(field.key, type_of(registry_, field));
    });
    const auto found = types_.find(name);
    return found == types_.end() ? nullptr : &found->second;
  }

  static formula::Type type_of(const Registry& registry, const FieldDef& field);

 private:
  const Registry& registry_;  // both outlive what is parsed with them
  const EntityDef& entity_;
  mutable std::once_flag once_;
  mutable std::map<std::string, formula::Type, std::less<>> types_;
};

formula::Type item_type(const FieldDef& field) {
  formula::Type::Fields members;
  for (const auto& column : field.type->item_columns(field)) {
    members.emplace_back(column.suffix, column.kind == ColumnKind::kInteger ? formula::Type::number() : formula::Type::string());
  }
  if (members.size() == 1 || field.type->name() == "tags") return members.front().second;
  return formula::Type::context(std::move(members));
}

formula::Type EntitySource::type_of(const Registry& registry, const FieldDef& field) {
  if (field.type->is_multi_value(field)) {
    const auto* target = field.through.empty() || field.to.empty() ? nullptr : registry.find(field.to.front());
    if (target) return formula::Type::list(formula::Type::record(std::make_shared<EntitySource>(registry, *target)));
    return formula::Type::list(item_type(field));
  }
  switch (field.type->comparison(field)) {
    case Comparison::kText:
    case Comparison::kChoice: return formula::Type::string();
    case Comparison::kNumber: return formula::Type::number();
    case Comparison::kBool: return formula::Type::boolean();
    case Comparison::kDate: return formula::Type::date();
    case Comparison::kInstant: return formula::Type::date_time();
    case Comparison::kDuration: return formula::Type::days_duration();
    case Comparison::kLink: {
      const auto* target = field.to.size() == 1 ? registry.find(field.to.front()) : nullptr;
      if (target && field.type->name() != "link_any") return formula::Type::record(std::make_shared<EntitySource>(registry, *target));
      return formula::Type::context({{"id", formula::Type::number()}, {"entity", formula::Type::string()}});
    }
    case Comparison::kSet:
    case Comparison::kNone: break;
  }
  return formula::Type::any();
}

formula::Value item_value(const FieldDef& field, const Item& item) {
  const auto columns = field.type->item_columns(field);
  const auto column_value = [&](std::size_t i) -> formula::Value {
    if (const auto* number = std::get_if<std::int64_t>(&item.columns[i])) return *number;
    if (const auto* text = std::get_if<std::string>(&item.columns[i])) return *text;
    return {};
  };
  if (columns.size() == 1 || field.type->name() == "tags") return column_value(0);
  formula::Context context;
  for (std::size_t i = 0; i < columns.size() && i < item.columns.size(); ++i) context.set(columns[i].suffix, column_value(i));
  return context;
}

// A record of a many_to_many as an element of a list: its own fields, links by id, so that `others[1].name` and filters
// work.
formula::Context element_of(const RuleContext& context, const FieldDef& field, std::int64_t id) {
  formula::Context element;
  element.set("id", id);
  const auto* target = field.to_ids.empty() ? nullptr : context.registry.find_id(field.to_ids.front());
  const auto record = target && context.resolver ? context.resolver->find(*target, id) : nullptr;
  if (!record) return element;
  for (std::size_t i = 0; i < target->fields.size(); ++i) {
    const auto& each = target->fields[i];
    if (each.key != "id" && each.through.empty()) element.set(each.key, to_formula(context, each, record->values[i]));
  }
  return element;
}

// The values of a formula's paths for one record.
class RecordInputs final : public formula::Inputs {
 public:
  RecordInputs(const RuleContext& context, const formula::Formula& formula, const Record& record)
      : context_(context), paths_(formula.inputs()), record_(record), values_(paths_.size()), is_known_(paths_.size()) {}

  const formula::Value& at(std::size_t index) override {
    if (!is_known_[index]) {
      values_[index] = resolve(paths_[index]);
      is_known_[index] = true;
    }
    return values_[index];
  }

 private:
  formula::Value resolve(const formula::Path& path) const {
    if (path.front() == "me" && !record_.entity->field("me")) return me(path);
    return follow(record_, path, 0);
  }

  formula::Value me(const formula::Path& path) const {
    formula::Context me;
    me.set("id", context_.caller.user_id);
    me.set("name", context_.caller.title);
    if (context_.caller.department_id > 0)
      me.set("department_id", context_.caller.department_id);
    else
      me.set("department_id", {});
    me.set("is_admin", context_.caller.is_admin);
    formula::List roles;
    for (const std::int64_t role : context_.caller.roles) roles.emplace_back(role);
    me.set("roles", std::move(roles));
    if (path.size() == 1) return me;
    const auto* member = me.find(path[1]);
    return member && path.size() == 2 ? *member : formula::Value();
  }

  formula::Value follow(const Record& record, const formula::Path& path, std::size_t step) const {
    const auto index = record.entity->index_of(path[step]);
    if (index < 0) return {};
    const auto& field = record.entity->fields[static_cast<std::size_t>(index)];
    const auto& value = record.at(index);
    if (step + 1 == path.size()) return to_formula(context_, field, value);
    if (const auto* link = std::get_if<Link>(&value)) return follow_link(*link, path, step + 1);
    if (const auto* items = std::get_if<Items>(&value)) return project(field, *items, path, step + 1);
    return {};
  }

  formula::Value follow_link(const Link& link, const formula::Path& path, std::size_t step) const {
    if (step + 1 == path.size() && path[step] == "id") return link.record_id;
    const auto* target = context_.registry.find_id(link.entity_id);
    if (step + 1 == path.size() && path[step] == "entity" && target && !target->field("entity")) return target->key;
    if (!target || !context_.resolver) return {};
    const auto record = context_.resolver->find(*target, link.record_id);
    return record ? follow(*record, path, step) : formula::Value();
  }

  // A path through a list gives the list of what the path gives for each element (DMN 1.5 §10.3.2.5).
  formula::Value project(const FieldDef& field, const Items& items, const formula::Path& path, std::size_t step) const {
    formula::List list;
    for (const auto& item : items) {
      if (!field.through.empty()) {
        const Link link{field.to_ids.empty() ? 0 : field.to_ids.front(), std::get<std::int64_t>(item.columns.at(0))};
        list.push_back(follow_link(link, path, step));
      } else if (const auto element = item_value(field, item); element.context() && step + 1 == path.size()) {
        const auto* member = element.context()->find(path[step]);
        list.push_back(member ? *member : formula::Value());
      }
    }
    return list;
  }

  const RuleContext& context_;
  const std::vector<formula::Path>& paths_;
  const Record& record_;
  std::vector<formula::Value> values_;
  std::vector<bool> is_known_;
};

}  // namespace

formula::Type formula_type(const Registry& registry, const FieldDef& field) { return EntitySource::type_of(registry, field); }

formula::Scope scope_of(const Registry& registry, const EntityDef& entity) {
  formula::Scope scope;
  for (const auto& field : entity.fields) scope.add(field.key, EntitySource::type_of(registry, field));
  if (!entity.field("me")) {
    scope.add("me", formula::Type::context({{"id", formula::Type::number()},
                                            {"name", formula::Type::string()},
                                            {"department_id", formula::Type::number()},
                                            {"is_admin", formula::Type::boolean()},
                                            {"roles", formula::Type::list(formula::Type::number())}}));
  }
  return scope;
}

formula::Value to_formula(const RuleContext& context, const FieldDef& field, const Value& value) {
  if (const auto* items = std::get_if<Items>(&value)) {
    formula::List list;
    for (const auto& item : *items) {
      if (field.through.empty()) {
        list.push_back(item_value(field, item));
      } else {
        list.emplace_back(element_of(context, field, std::get<std::int64_t>(item.columns.at(0))));
      }
    }
    return list;
  }
  if (field.type->is_multi_value(field)) return formula::List{};
  if (is_empty(value)) return {};
  if (const auto* link = std::get_if<Link>(&value)) {
    formula::Context target;
    target.set("id", link->record_id);
    const auto* entity = context.registry.find_id(link->entity_id);
    if (field.type->name() == "link_any" && entity) target.set("entity", entity->key);
    return target;
  }
  if (const auto* money = std::get_if<Money>(&value)) return formula::Number::from_scaled(money->units, field.scale);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto number = std::get<std::int64_t>(value);
  switch (field.type->comparison(field)) {
    case Comparison::kBool: return number != 0;
    case Comparison::kDate: return formula::Date{number};
    case Comparison::kInstant: return formula::DateTime::from_instant(base::from_micros(number), formula::Zone::offset(0));
    case Comparison::kDuration: return formula::DaysDuration::from_micros(number);
    default: break;
  }
  const auto type = field.result_type ? field.result_type->name() : field.type->name();
  if (type == "decimal" || type == "percent") return formula::Number::from_scaled(number, field.scale);
  return number;
}

bool from_formula(const FieldDef& field, const FieldType& type, const formula::Value& result, Value& value) {
  value = std::monostate{};
  if (result.is_null()) return true;
  const auto scaled = [&](int scale) -> std::optional<std::int64_t> {
    if (!result.number()) return std::nullopt;
    const auto rounded = formula::Number::round(*result.number(), scale, formula::Rounding::kHalfUp);
    return rounded ? rounded->to_scaled(scale) : std::nullopt;
  };
  const auto name = type.name();
  std::optional<std::int64_t> number;
  if (name == "text" || name == "long_text" || name == "choice" || name == "url") {
    if (!result.string()) return false;
    if (!result.string()->empty()) value = *result.string();
    return true;
  }
  if (name == "link" || name == "user") {
    const auto* id = result.context() ? result.context()->find("id") : nullptr;
    number = id && id->number() ? id->number()->to_integer() : result.number() ? result.number()->to_integer() : std::nullopt;
    if (number) value = Link{field.to_ids.empty() ? 0 : field.to_ids.front(), *number};
    return number.has_value();
  }
  if (name == "integer") number = scaled(0);
  if (name == "decimal" || name == "percent" || name == "money") number = scaled(field.scale);
  if (name == "bool" && result.boolean()) number = *result.boolean() ? 1 : 0;
  if (name == "date" && result.date()) number = result.date()->days;
  if (name == "instant" && result.date_time()) {
    const auto* at = result.date_time();
    number = at->epoch_seconds() * 1'000'000 + at->nanos % formula::kNanosPerSecond / 1000;
  }
  if (name == "duration" && result.days_duration()) number = static_cast<std::int64_t>(result.days_duration()->total_nanos() / 1000);
  if (!number) return false;
  if (name == "money") {
    value = Money{*number, field.base_currency, *number};
  } else {
    value = *number;
  }
  return true;
}

formula::Value evaluate(const RuleContext& context, const formula::Formula& formula, const Record& record) {
  RecordInputs inputs(context, formula, record);
  formula::Environment environment;
  environment.now = context.now;
  if (const auto zone = formula::Zone::named(context.caller.time_zone)) environment.zone = *zone;
  return formula.evaluate(inputs, environment).value;
}

}  // namespace entity
