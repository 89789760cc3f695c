#include "server/entity/write/merge_values.hpp"

#include <algorithm>

#include "server/entity/access.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

bool is_united_field(const EntityDef& entity, FieldIndex index) {
  const ItemTable* table = item_table(entity, index);
  return table != nullptr && table->relation == nullptr;
}

// What makes two items one: the normalised column, else all of them.
bool same_item(const EntityDef& entity, FieldIndex index, const Item& a, const Item& b) {
  const FieldDef& field = entity.fields[static_cast<std::size_t>(index)];
  const std::string_view main = field.type->main_item_column(field);
  const ItemTable* table = item_table(entity, index);
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    if (table->columns[i].suffix != main) continue;
    const auto* text = std::get_if<std::string>(&a.columns[i]);
    const bool is_empty_text = text != nullptr && text->empty();
    if (!is_empty_text && !std::holds_alternative<std::monostate>(a.columns[i])) return a.columns[i] == b.columns[i];
  }
  return a.columns == b.columns;
}

MergedValue united(const std::vector<Record>& records, FieldIndex index) {
  const EntityDef& entity = *records.front().entity;
  MergedValue out{index, records.front().at(index), {}, records.front().id, false};
  Items all;
  if (const auto* own = std::get_if<Items>(&out.value)) all = *own;
  const std::size_t own_count = all.size();
  for (std::size_t i = 1; i < records.size(); ++i) {
    const auto* items = std::get_if<Items>(&records[i].at(index));
    if (items == nullptr) continue;
    for (const auto& item : *items) {
      if (std::any_of(all.begin(), all.end(), [&](const Item& known) { return same_item(entity, index, known, item); })) continue;
      all.push_back({0, item.columns});
    }
  }
  if (all.size() == own_count) return out;
  out.value = std::move(all);
  out.from = 0;
  out.is_united = true;
  return out;
}

std::vector<Mark> marks_of(const Record& record, const FieldDef& field) {
  std::vector<Mark> marks;
  for (const auto& mark : record.marks) {
    if (mark.field == field.key) marks.push_back(mark);
  }
  return marks;
}

Value without_ids(Value value) {
  if (auto* items = std::get_if<Items>(&value)) {
    for (auto& item : *items) item.id = 0;
  }
  return value;
}

MergedValue taken(const std::vector<Record>& records, const Record& source, FieldIndex index) {
  const bool own = &source == &records.front();
  return {index, own ? source.at(index) : without_ids(source.at(index)),
          marks_of(source, source.entity->fields[static_cast<std::size_t>(index)]), source.id, false};
}

MergedValue by_rule(const std::vector<Record>& records, FieldIndex index) {
  if (is_united_field(*records.front().entity, index)) return united(records, index);
  for (const auto& record : records) {
    if (!is_empty(record.at(index))) return taken(records, record, index);
  }
  return taken(records, records.front(), index);
}

std::optional<MergedValue> by_choice(const Registry& registry, const std::vector<Record>& records, FieldIndex index,
                                     const json::value& choice, std::vector<base::FieldError>& errors) {
  const FieldDef& field = records.front().entity->fields[static_cast<std::size_t>(index)];
  if (choice.is_int64()) {
    const auto at = std::find_if(records.begin(), records.end(), [&](const Record& record) { return record.id == choice.as_int64(); });
    if (at != records.end()) return taken(records, *at, index);
    errors.push_back({"choose." + field.key, "unknown_record", {{"id", std::to_string(choice.as_int64())}}});
    return std::nullopt;
  }
  const auto* given = choice.is_object() ? choice.as_object().if_contains("value") : nullptr;
  if (given == nullptr) {
    errors.push_back({"choose." + field.key, "wrong_type", {{"expected", "record id or {\"value\"}"}}});
    return std::nullopt;
  }
  MergedValue out{index, {}, {}, 0, false};
  ParseContext context{field, registry, "choose." + field.key, &errors, &out.marks};
  context.before = &records.front().at(index);
  out.value = field.type->parse(*given, context);
  return out;
}

// A record is not its own parent: links among the merged ones fall away.
void drop_inner_link(const std::vector<Record>& records, MergedValue& merged) {
  const auto* link = std::get_if<Link>(&merged.value);
  if (link == nullptr || link->entity_id != records.front().entity->id) return;
  const bool inner = std::any_of(records.begin(), records.end(), [&](const Record& record) { return record.id == link->record_id; });
  if (inner) merged.value = std::monostate{};
}

json::value pack(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return json::value(*text);
  if (const auto* money = std::get_if<Money>(&value))
    return json::object{{"m", json::array{money->units, json::value(money->currency), money->base_units}}};
  if (const auto* link = std::get_if<Link>(&value)) return json::object{{"l", json::array{link->entity_id, link->record_id}}};
  if (const auto* items = std::get_if<Items>(&value)) {
    json::array out;
    for (const auto& item : *items) {
      json::array columns;
      for (const auto& column : item.columns) {
        if (const auto* number = std::get_if<std::int64_t>(&column))
          columns.emplace_back(*number);
        else if (const auto* text = std::get_if<std::string>(&column))
          columns.emplace_back(*text);
        else
          columns.emplace_back(nullptr);
      }
      out.push_back(json::array{item.id, std::move(columns)});
    }
    return out;
  }
  return nullptr;
}

Value unpack(const json::value& packed) {
  if (packed.is_int64()) return packed.as_int64();
  if (packed.is_string()) return std::string(packed.as_string());
  if (packed.is_object()) {
    const auto& object = packed.as_object();
    if (const auto* money = object.if_contains("m")) {
      const auto& parts = money->as_array();
      return Money{parts.at(0).as_int64(), std::string(parts.at(1).as_string()), parts.at(2).as_int64()};
    }
    const auto& parts = object.at("l").as_array();
    return Link{static_cast<int>(parts.at(0).as_int64()), parts.at(1).as_int64()};
  }
  if (!packed.is_array()) return {};
  Items items;
  for (const auto& entry : packed.as_array()) {
    Item item{entry.as_array().at(0).as_int64(), {}};
    for (const auto& column : entry.as_array().at(1).as_array()) {
      if (column.is_int64())
        item.columns.emplace_back(column.as_int64());
      else if (column.is_string())
        item.columns.emplace_back(std::string(column.as_string()));
      else
        item.columns.emplace_back(std::monostate{});
    }
    items.push_back(std::move(item));
  }
  return items;
}

bool holds(const Items& items, const Item& wanted) {
  return std::any_of(items.begin(), items.end(), [&](const Item& item) { return item.columns == wanted.columns; });
}

}  // namespace

bool is_mergeable(const FieldDef& field) {
  const std::string_view type = field.type->name();
  return !field.system && field.through.empty() && type != "formula" && type != "roll_up" && type != "auto_number" &&
         type != "many_to_many";
}

std::vector<MergedValue> merged_values(const Registry& registry, const Caller& caller, const std::vector<Record>& records,
                                       const json::object& choose) {
  const EntityDef& entity = *records.front().entity;
  std::vector<base::FieldError> errors;
  for (const auto& member : choose) {
    const std::string key(member.key());
    const FieldDef* field = entity.field(key);
    if (field == nullptr || !may_read_field(caller, entity, *field))
      errors.push_back({"choose." + key, "unknown_field", {}});
    else if (!is_mergeable(*field) || field->read_only || !may_write_field(caller, entity, *field))
      errors.push_back({"choose." + key, "read_only", {}});
  }
  if (!errors.empty()) throw base::Error(std::move(errors));
  std::vector<MergedValue> out;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const FieldDef& field = entity.fields[i];
    if (!is_mergeable(field)) continue;
    const auto index = static_cast<FieldIndex>(i);
    const auto* choice = choose.if_contains(field.key);
    auto merged = choice == nullptr ? by_rule(records, index) : by_choice(registry, records, index, *choice, errors);
    if (!merged) continue;
    drop_inner_link(records, *merged);
    if (field.required && is_empty(merged->value) && !is_empty(records.front().at(index)))
      errors.push_back({"choose." + field.key, "required", {}});
    out.push_back(std::move(*merged));
  }
  if (!errors.empty()) throw base::Error(std::move(errors));
  return out;
}

std::string pack_values(const Record& record) {
  json::object out;
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    const FieldDef& field = record.entity->fields[i];
    if (is_mergeable(field) && !is_empty(record.values[i])) out[std::to_string(field.id)] = pack(record.values[i]);
  }
  json::array marks;
  for (const auto& mark : record.marks)
    marks.push_back(json::array{json::value(mark.field), json::value(mark.code), json::value(mark.raw)});
  out["marks"] = std::move(marks);
  return json::serialize(out);
}

Record unpack_values(const EntityDef& entity, std::string_view text) {
  Record record = make_record(entity);
  const json::value parsed = base::parse_json(text, {64, 64u << 20});
  const auto& values = parsed.as_object();
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    if (const auto* packed = values.if_contains(std::to_string(entity.fields[i].id)); packed != nullptr && is_mergeable(entity.fields[i]))
      record.values[i] = unpack(*packed);
  }
  for (const auto& mark : values.at("marks").as_array()) {
    const auto& parts = mark.as_array();
    record.marks.push_back(
        {std::string(parts.at(0).as_string()), std::string(parts.at(1).as_string()), std::string(parts.at(2).as_string())});
  }
  return record;
}

bool same_value(const Value& a, const Value& b) {
  if (is_empty(a) && is_empty(b)) return true;
  const auto* left = std::get_if<Items>(&a);
  const auto* right = std::get_if<Items>(&b);
  if (left == nullptr || right == nullptr) return a == b;
  return std::equal(left->begin(), left->end(), right->begin(), right->end(),
                    [](const Item& x, const Item& y) { return x.columns == y.columns; });
}

std::optional<Value> undone_value(const Value& before, const Value& after, const Value& now) {
  if (same_value(now, after)) return before;
  static const Items kNone;
  const auto items_of = [](const Value& value) -> const Items& {
    const auto* items = std::get_if<Items>(&value);
    return items == nullptr ? kNone : *items;
  };
  const bool are_items =
      std::holds_alternative<Items>(before) || std::holds_alternative<Items>(after) || std::holds_alternative<Items>(now);
  if (!are_items) return std::nullopt;
  Items kept;
  for (const auto& item : items_of(now)) {
    if (!holds(items_of(after), item) || holds(items_of(before), item)) kept.push_back(item);
  }
  for (const auto& item : items_of(before)) {
    if (!holds(items_of(after), item) && !holds(kept, item)) kept.push_back({0, item.columns});
  }
  return kept.empty() ? Value{} : Value{std::move(kept)};
}

}  // namespace entity
