#include "server/entity/schema/schema_sync.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "server/base/error.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/schema/derived_versions.hpp"
#include "server/entity/search/search.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

using Columns = std::map<std::string, std::string>;  // name → type as the database calls it

std::string type_name(ColumnKind kind, store::Dialect dialect) {
  const bool is_sqlite = dialect == store::Dialect::kSqlite;
  switch (kind) {
    case ColumnKind::kInteger: return is_sqlite ? "INTEGER" : "BIGINT";
    case ColumnKind::kText: return is_sqlite ? "TEXT" : "TEXT COLLATE \"C\"";
    case ColumnKind::kBlob: return is_sqlite ? "BLOB" : "BYTEA";
  }
  return {};
}

// As introspection answers.
std::string plain_type(ColumnKind kind, store::Dialect dialect) {
  const bool is_sqlite = dialect == store::Dialect::kSqlite;
  switch (kind) {
    case ColumnKind::kInteger: return is_sqlite ? "INTEGER" : "bigint";
    case ColumnKind::kText: return is_sqlite ? "TEXT" : "text";
    case ColumnKind::kBlob: return is_sqlite ? "BLOB" : "bytea";
  }
  return {};
}

class Existing {
 public:
  explicit Existing(store::Connection& connection) {
    const bool is_sqlite = connection.dialect() == store::Dialect::kSqlite;
    auto columns = connection.prepare(
        "schema_columns", is_sqlite ? "SELECT m.name, p.name, p.type FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type='table'"
                                    : "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns WHERE "
                                      "table_schema="
                                      "current_schema()");
    while (columns.step()) tables_[std::string(columns.text(0))][std::string(columns.text(1))] = columns.text(2);
    auto indexes = connection.prepare(
        "schema_indexes", is_sqlite ? "SELECT name, 1 FROM sqlite_master WHERE type='index'"
                                    : "SELECT c.relname::text, CASE WHEN i.indisvalid THEN 1 ELSE 0 END::bigint FROM pg_index i JOIN "
                                      "pg_class c ON "
                                      "c.oid=i.indexrelid JOIN pg_namespace n ON n.oid=c.relnamespace WHERE n.nspname=current_schema()");
    while (indexes.step()) {
      if (indexes.integer(1) != 0) indexes_.insert(std::string(indexes.text(0)));
    }
  }

  const Columns* table(const std::string& name) const {
    const auto found = tables_.find(name);
    return found == tables_.end() ? nullptr : &found->second;
  }
  bool has_index(const std::string& name) const { return indexes_.count(name) > 0; }

 private:
  std::map<std::string, Columns> tables_;
  std::set<std::string> indexes_;
};

class Synchroniser {
 public:
  Synchroniser(store::Connection& connection) : connection_(connection), dialect_(connection.dialect()), existing_(connection) {}

  PendingSchema run(const Registry& registry) {
    for (const auto& entity : registry.entities()) {
      const auto& storage = storage_of(*entity);
      std::set<std::string> fresh;
      if (const auto* columns = existing_.table(storage.table)) {
        add_columns(*entity, *columns);
      } else {
        create_table(storage);
        fresh.insert(storage.table);
      }
      for (const auto& items : storage.items) {
        if (items.relation) continue;
        if (const auto* columns = existing_.table(items.table)) {
          check_items(items, *columns);
        } else {
          create_items(items);
          fresh.insert(items.table);
        }
      }
      add_indexes(*entity, fresh);
      if (existing_.table(storage.table + "__search") == nullptr) {
        for (const auto& statement : search_schema(dialect_, *entity)) connection_.execute(statement);
      }
      check_search(*entity, fresh.count(storage.table) > 0);
    }
    check_sort_keys(registry);
    return std::move(pending_);
  }

 private:
  void create_table(const Storage& storage) {
    std::string sql = "CREATE TABLE " + storage.quoted_table + " (";
    for (const auto& column : storage.columns) {
      if (&column != &storage.columns.front()) sql += ", ";
      sql += column.quoted + " " + type_name(column.kind, dialect_);
      if (column.name == "id") sql += " PRIMARY KEY";
      if (column.name == "uid" || column.name == "version" || column.name == "created_at" || column.name == "updated_at")
        sql += " NOT NULL";
    }
    connection_.execute(sql + ")");
    if (dialect_ == store::Dialect::kPostgres) {
      connection_.execute("CREATE SEQUENCE IF NOT EXISTS " + store::quote_identifier(storage.table + "__id_seq") + " OWNED BY " +
                          storage.quoted_table + ".\"id\"");
    }
  }

  void create_items(const ItemTable& items) {
    std::string sql = "CREATE TABLE " + items.quoted_table +
                      (dialect_ == store::Dialect::kSqlite
                           ? " (\"id\" INTEGER PRIMARY KEY, \"record_id\" INTEGER NOT NULL, \"position\" INTEGER NOT NULL"
                           : " (\"id\" BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, \"record_id\" BIGINT NOT NULL, "
                             "\"position\" BIGINT NOT NULL");
    for (const auto& column : items.columns) sql += ", " + store::quote_identifier(column.suffix) + " " + type_name(column.kind, dialect_);
    connection_.execute(sql + ")");
  }

  void add_column(const std::string& table, const std::string& column, ColumnKind kind) {
    connection_.execute("ALTER TABLE " + store::quote_identifier(table) + " ADD COLUMN " + store::quote_identifier(column) + " " +
                        type_name(kind, dialect_));
  }

  void check_type(const std::string& table, const std::string& column, ColumnKind kind, const std::string& found) const {
    const auto wanted = plain_type(kind, dialect_);
    if (found == wanted) return;
    throw base::Error(base::ErrorCode::kFailedPrecondition, "column_type_changed",
                      {{"table", table}, {"column", column}, {"from", found}, {"to", wanted}});
  }

  void add_columns(const EntityDef& entity, const Columns& found) {
    const auto& storage = storage_of(entity);
    FieldIndex last_backfill = -1;
    for (const auto& column : storage.columns) {
      if (const auto at = found.find(column.name); at != found.end()) {
        check_type(storage.table, column.name, column.kind, at->second);
        continue;
      }
      add_column(storage.table, column.name, column.kind);
      if (column.field >= 0 && column.name == entity.fields[static_cast<std::size_t>(column.field)].key &&
          entity.fields[static_cast<std::size_t>(column.field)].type->name() == "roll_up") {
        pending_.roll_ups.push_back({&entity, column.field});
      }
      // The value's own column was there before: rows have values whose derived forms are missing.
      const auto first = storage.first_column[static_cast<std::size_t>(std::max(column.field, 0))];
      const bool has_value = column.derived && first >= 0 && found.count(storage.columns[static_cast<std::size_t>(first)].name) > 0;
      const bool is_formula = column.field >= 0 && !entity.fields[static_cast<std::size_t>(column.field)].expression.empty();
      if ((has_value || is_formula) && column.field != last_backfill) {
        pending_.backfills.push_back({&entity, column.field, is_formula});
        last_backfill = column.field;
      }
    }
  }

  void check_items(const ItemTable& items, const Columns& found) {
    for (const auto& column : items.columns) {
      if (const auto at = found.find(column.suffix); at != found.end()) {
        check_type(items.table, column.suffix, column.kind, at->second);
      } else {
        add_column(items.table, column.suffix, column.kind);
      }
    }
  }

  void add_indexes(const EntityDef& entity, const std::set<std::string>& fresh) {
    for (auto& index : indexes_of(entity)) {
      if (existing_.has_index(index.name)) continue;
      if (fresh.count(index.table)) {
        connection_.execute(index_sql(index, dialect_, false));
      } else {
        pending_.indexes.push_back(std::move(index));
      }
    }
  }

  void check_search(const EntityDef& entity, bool is_fresh) {
    if (!is_searchable(entity) || !has_versions()) return;
    const auto wanted = search_version(entity);
    if (derived_version(connection_, wanted.name) == wanted.value) return;
    if (is_fresh) {
      keep_derived_version(connection_, wanted);
    } else {
      pending_.searches.push_back(&entity);
    }
  }

  // Keys of before the version was kept are taken for today's.
  void check_sort_keys(const Registry& registry) {
    if (!has_versions()) return;
    const auto wanted = sort_version();
    const auto known = derived_version(connection_, wanted.name);
    if (known == wanted.value) return;
    if (!known) return keep_derived_version(connection_, wanted);
    pending_.sort_keys_changed = true;
    for (const auto& entity : registry.entities()) {
      FieldIndex last = -1;
      for (const auto& column : storage_of(*entity).columns) {
        if (!column.derived || !column.name.ends_with("__sort") || column.field == last) continue;
        last = column.field;
        pending_.backfills.push_back({entity.get(), column.field, false});
      }
    }
  }
  // Registries of tests come without the engine's tables.
  bool has_versions() const { return existing_.table("sys_counter") != nullptr; }

  store::Connection& connection_;
  store::Dialect dialect_;
  Existing existing_;
  PendingSchema pending_;
};

}  // namespace

PendingSchema create_tables_and_columns(store::Connection& connection, const Registry& registry) {
  return Synchroniser(connection).run(registry);
}

void drop_field(store::Connection& connection, const EntityDef& entity, FieldIndex field) {
  const auto& storage = storage_of(entity);
  if (const auto* items = item_table(entity, field)) {
    if (!items->relation) connection.execute("DROP TABLE IF EXISTS " + items->quoted_table);
    return;
  }
  std::vector<std::string> columns;
  for (const auto& column : storage.columns) {
    if (column.field == field) columns.push_back(column.quoted);
  }
  for (const auto& index : indexes_of(entity)) {
    const bool is_touched = index.table == storage.table && std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
                              return std::find(index.columns.begin(), index.columns.end(), column) != index.columns.end();
                            });
    if (is_touched) connection.execute("DROP INDEX IF EXISTS " + store::quote_identifier(index.name));
  }
  for (const auto& column : columns) connection.execute("ALTER TABLE " + storage.quoted_table + " DROP COLUMN " + column);
}

}  // namespace entity
