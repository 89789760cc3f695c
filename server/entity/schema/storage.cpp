#include "server/entity/storage.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/entity/schema/storage_layout.hpp"

namespace entity {

namespace {

void add_columns(Storage& storage, const EntityDef& entity, FieldIndex index) {
  const auto& field = entity.fields[static_cast<std::size_t>(index)];
  for (const auto& column : field.type->columns(field)) {
    const auto at = static_cast<std::size_t>(index);
    StoredColumn stored;
    stored.name = field.key + column.suffix;
    stored.quoted = store::quote_identifier(stored.name);
    stored.kind = column.kind;
    stored.field = index;
    stored.derived = column.derived;
    if (storage.first_column[at] < 0) storage.first_column[at] = static_cast<int>(storage.columns.size());
    if (!column.derived) {
      if (storage.first_read_column[at] < 0) storage.first_read_column[at] = static_cast<int>(storage.read_columns.size());
      ++storage.read_column_count[at];
      storage.read_columns.push_back(stored);
    }
    storage.columns.push_back(std::move(stored));
  }
}

void add_marks_column(Storage& storage) {
  StoredColumn marks;
  marks.name = "marks";
  marks.quoted = store::quote_identifier(marks.name);
  storage.columns.push_back(marks);
  storage.read_columns.push_back(std::move(marks));
}

// The relation's link that points to the entity of the field (`from` names it where both do) and the other one.
void resolve_relation(ItemTable& table, const EntityDef& entity, const FieldDef& field, const EntityDef& relation) {
  std::string from;
  if (const auto* object = field.declaration.if_object()) from = base::json_string(*object, "from");
  const FieldDef* own = nullptr;
  const FieldDef* target = nullptr;
  for (const auto& link : relation.fields) {
    if (link.system || link.to.size() != 1 || link.type->is_multi_value(link)) continue;
    const bool is_own = !own && (from.empty() ? link.to.front() == entity.key : link.key == from);
    if (is_own) {
      own = &link;
    } else if (!target) {
      target = &link;
    }
  }
  if (!own || !target) throw base::Error::internal("relation " + relation.key + " does not join " + entity.key + "." + field.key);
  table.relation = &relation;
  table.own_column = store::quote_identifier(own->key);
  table.target_column = store::quote_identifier(target->key);
  table.target_entity_id = target->to_ids.front();
}

void add_items(Storage& storage, const EntityDef& entity, FieldIndex index, const Registry& registry) {
  const auto& field = entity.fields[static_cast<std::size_t>(index)];
  ItemTable table;
  table.field = index;
  table.columns = field.type->item_columns(field);
  if (!field.through.empty()) {
    const auto* relation = registry.find(field.through);
    if (!relation) throw base::Error::internal("unknown relation " + field.through);
    resolve_relation(table, entity, field, *relation);
    table.table = relation->table;
    table.select_list = "\"id\"," + table.target_column;
  } else {
    table.table = storage.table + "__" + field.key;
    table.select_list = "\"id\"";
    for (const auto& column : table.columns) table.select_list += "," + store::quote_identifier(column.suffix);
  }
  table.quoted_table = store::quote_identifier(table.table);
  storage.items.push_back(std::move(table));
}

std::string join_columns(const std::vector<StoredColumn>& columns, const std::string& prefix) {
  std::string text;
  for (const auto& column : columns) {
    if (!text.empty()) text += ',';
    text += prefix + column.quoted;
  }
  return text;
}

}  // namespace

const std::vector<std::string>& built_in_fields() {
  static const std::vector<std::string> kNames{"id",         "uid",        "version",    "created_at",
                                               "updated_at", "created_by", "updated_by", "deleted_at"};
  return kNames;
}

std::shared_ptr<const Storage> make_storage(const EntityDef& entity, const Registry& registry) {
  auto storage = std::make_shared<Storage>();
  storage->table = entity.table;
  storage->quoted_table = store::quote_identifier(entity.table);
  storage->first_column.assign(entity.fields.size(), -1);
  storage->first_read_column.assign(entity.fields.size(), -1);
  storage->read_column_count.assign(entity.fields.size(), 0);
  for (const auto& name : built_in_fields()) add_columns(*storage, entity, entity.index_of(name));
  add_marks_column(*storage);
  for (FieldIndex i = 0; i < static_cast<FieldIndex>(entity.fields.size()); ++i) {
    const auto& field = entity.fields[static_cast<std::size_t>(i)];
    if (field.system) continue;
    if (field.type->is_multi_value(field)) {
      add_items(*storage, entity, i, registry);
    } else {
      add_columns(*storage, entity, i);
    }
  }
  storage->select_list = join_columns(storage->read_columns, "");
  storage->insert_sql = "INSERT INTO " + storage->quoted_table + " (" + join_columns(storage->columns, "") + ") VALUES (";
  for (std::size_t i = 1; i <= storage->columns.size(); ++i) storage->insert_sql += (i > 1 ? ",$" : "$") + std::to_string(i);
  storage->insert_sql += ")";
  return storage;
}

const Storage& storage_of(const EntityDef& entity) { return *entity.storage; }

const ItemTable* item_table(const EntityDef& entity, FieldIndex field) {
  for (const auto& table : entity.storage->items) {
    if (table.field == field) return &table;
  }
  return nullptr;
}

std::string column_of(const EntityDef& entity, FieldIndex field, std::string_view suffix) {
  const auto& storage = *entity.storage;
  const auto first = storage.first_column[static_cast<std::size_t>(field)];
  if (first < 0) return {};
  const std::string name = entity.fields[static_cast<std::size_t>(field)].key + std::string(suffix);
  for (auto i = static_cast<std::size_t>(first); i < storage.columns.size() && storage.columns[i].field == field; ++i) {
    if (storage.columns[i].name == name) return storage.columns[i].quoted;
  }
  return {};
}

std::string select_list(const EntityDef& entity, std::string_view alias) {
  return join_columns(entity.storage->read_columns, std::string(alias) + ".");
}

Record make_record(const EntityDef& entity) {
  Record record;
  record.entity = &entity;
  record.values.resize(entity.fields.size());
  return record;
}

}  // namespace entity
