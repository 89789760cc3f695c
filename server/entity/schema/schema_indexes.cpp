#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

#include "server/entity/field_type.hpp"
#include "server/entity/schema/schema_sync.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

// PostgreSQL cuts names at 63 bytes; longer ones keep their beginning and get a hash (FNV-1a) of the whole.
std::string index_name(const std::string& table, const std::vector<std::string>& columns) {
  std::string name = "ix_" + table + "__";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) name += '_';
    for (const char c : columns[i]) {
      if (c != '"') name += c;
    }
  }
  if (name.size() <= 63) return name;
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  std::string suffix;
  for (int shift = 28; shift >= 0; shift -= 4) suffix += "0123456789abcdef"[(hash >> shift) & 15];
  return name.substr(0, 54) + "_" + suffix;
}

// The column that comparisons of a field use, and the one that orders it.
std::string filter_column(const EntityDef& entity, FieldIndex field) {
  for (const auto* suffix : {"__fold", "__base"}) {
    if (auto column = column_of(entity, field, suffix); !column.empty()) return column;
  }
  return column_of(entity, field);
}

std::string sort_column(const EntityDef& entity, FieldIndex field) {
  for (const auto* suffix : {"__sort", "__base"}) {
    if (auto column = column_of(entity, field, suffix); !column.empty()) return column;
  }
  return filter_column(entity, field);
}

class Indexes {
 public:
  explicit Indexes(const EntityDef& entity) : entity_(entity), storage_(storage_of(entity)) {}

  std::vector<IndexDef> all() {
    add({"\"uid\""}, true, false);
    add_unique_keys();
    add_declared();
    add_fields();
    if (entity_.kind != EntityKind::kRelation) add({"\"created_at\"", "\"id\""});
    if (entity_.kind == EntityKind::kRecord) {
      add({"\"updated_at\"", "\"id\""});
      IndexDef bin{index_name(storage_.table, {"deleted_at", "id"}), storage_.table, {"\"deleted_at\"", "\"id\""}, false, false};
      push(std::move(bin));
    }
    add_items();
    return std::move(result_);
  }

 private:
  void push(IndexDef index) {
    if (names_.insert(index.name).second) result_.push_back(std::move(index));
  }

  void add(std::vector<std::string> columns, bool is_unique = false, bool is_partial = true) {
    IndexDef index;
    index.name = index_name(storage_.table, columns);
    index.table = storage_.table;
    index.columns = std::move(columns);
    index.is_unique = is_unique;
    index.is_partial = is_partial;
    push(std::move(index));
  }

  void add_unique_keys() {
    for (std::size_t i = 0; i < entity_.fields.size(); ++i) {
      const auto column = filter_column(entity_, static_cast<FieldIndex>(i));
      if (entity_.fields[i].unique && !column.empty()) add({column}, true);
    }
    for (const auto& key : entity_.unique_keys) {
      std::vector<std::string> columns;
      for (const auto& name : key) columns.push_back(filter_column(entity_, entity_.index_of(name)));
      if (std::none_of(columns.begin(), columns.end(), [](const auto& column) { return column.empty(); })) add(std::move(columns), true);
    }
  }

  void add_declared() {
    for (const auto& names : entity_.indexes) {
      std::vector<std::string> columns;
      for (std::size_t i = 0; i < names.size(); ++i) {
        const auto field = entity_.index_of(names[i]);
        auto column = i + 1 == names.size() ? sort_column(entity_, field) : filter_column(entity_, field);
        if (!column.empty()) columns.push_back(std::move(column));
      }
      if (columns.empty()) continue;
      if (columns.back() != "\"id\"") columns.push_back("\"id\"");
      add(std::move(columns));
    }
  }

  bool begins_an_index(const std::string& column) const {
    return std::any_of(result_.begin(), result_.end(),
                       [&](const IndexDef& index) { return index.table == storage_.table && index.columns.front() == column; });
  }

  void add_fields() {
    for (std::size_t i = 0; i < entity_.fields.size(); ++i) {
      const auto& field = entity_.fields[i];
      const auto index = static_cast<FieldIndex>(i);
      if (field.system || storage_.first_column[i] < 0) continue;
      const auto comparison = field.type->comparison(field);
      if (field.sortable) {
        const auto column = sort_column(entity_, index);
        add({column, "\"id\""});
      }
      // A yes or no divides too little; links are followed backwards from every card.
      const bool is_link = comparison == Comparison::kLink;
      if ((!field.filterable && !is_link) || comparison == Comparison::kBool) continue;
      if (const auto entity_column = column_of(entity_, index, "__entity"); !entity_column.empty()) {
        add({column_of(entity_, index), entity_column, "\"id\""});
      } else if (const auto column = filter_column(entity_, index); !begins_an_index(column)) {
        add({column, "\"id\""});
      }
    }
  }

  void add_items() {
    for (const auto& table : storage_.items) {
      if (table.relation) continue;
      const auto add_item = [&](std::vector<std::string> columns) {
        IndexDef index{index_name(table.table, columns), table.table, columns, false, false};
        push(std::move(index));
      };
      add_item({"\"record_id\"", "\"position\""});
      for (const auto& column : table.columns) {
        if (column.indexed) add_item({store::quote_identifier(column.suffix), "\"record_id\""});
      }
    }
  }

  const EntityDef& entity_;
  const Storage& storage_;
  std::vector<IndexDef> result_;
  std::set<std::string> names_;
};

}  // namespace

std::vector<IndexDef> indexes_of(const EntityDef& entity) { return Indexes(entity).all(); }

namespace {

void require_no_repeats(store::Connection& connection, const EntityDef& entity, FieldIndex field) {
  const auto key = filter_column(entity, field);
  auto statement = connection.prepare("unique_repeats", "SELECT CAST(min(" + column_of(entity, field) + ") AS TEXT) FROM " +
                                                            table_of(entity) + " WHERE deleted_at IS NULL AND " + key +
                                                            " IS NOT NULL GROUP BY " + key + " HAVING count(*) > 1 LIMIT 1");
  if (statement.step()) throw base::Error::field("unique", "values_repeat", {{"value", std::string(statement.text(0))}});
}

}  // namespace

void change_unique_fields(store::Connection& connection, const Registry& before, const Registry& after) {
  for (const auto& entity : after.entities()) {
    const auto* old = before.find(entity->key);
    if (old == nullptr) continue;
    for (std::size_t i = 0; i < entity->fields.size(); ++i) {
      const auto& field = entity->fields[i];
      const auto* old_field = old->field(field.key);
      if (old_field == nullptr || old_field->unique == field.unique || field.system) continue;
      if (field.unique) {
        require_no_repeats(connection, *old, old->index_of(field.key));  // the new columns are not there yet
      } else {
        const std::vector<std::string> columns{filter_column(*old, old->index_of(field.key))};
        connection.execute("DROP INDEX IF EXISTS " + store::quote_identifier(index_name(storage_of(*old).table, columns)));
      }
    }
  }
}

std::string index_sql(const IndexDef& index, store::Dialect dialect, bool is_concurrent) {
  std::string sql = index.is_unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  if (is_concurrent && dialect == store::Dialect::kPostgres) sql += "CONCURRENTLY ";
  sql += "IF NOT EXISTS " + store::quote_identifier(index.name) + " ON " + store::quote_identifier(index.table) + " (";
  for (std::size_t i = 0; i < index.columns.size(); ++i) sql += (i > 0 ? "," : "") + index.columns[i];
  sql += ")";
  if (index.is_partial) sql += " WHERE \"deleted_at\" IS NULL";
  if (index.columns.front() == "\"deleted_at\"") sql += " WHERE \"deleted_at\" IS NOT NULL";
  return sql;
}

}  // namespace entity
