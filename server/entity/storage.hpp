// How records lie in tables: one layout shared by schema synchronisation, the record service and queries (engine.md
// §2). Everything here is computed once per registry version; all names are given both plain and quoted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/entity/field_type.hpp"
#include "server/entity/value.hpp"
#include "server/store/database.hpp"

namespace entity {

// A column of the entity's own table.
struct StoredColumn {
  std::string name;    // plain: "name__sort"
  std::string quoted;  // "\"name__sort\""
  ColumnKind kind = ColumnKind::kText;
  FieldIndex field = -1;  // -1: marks
  bool derived = false;   // computed from the value when written (__fold, __sort); never read back
};

// The child table of a multi-value: columns id, record_id, position, then the type's item columns in their order.
// For many_to_many the table is that of the relation entity (see `relation`).
struct ItemTable {
  FieldIndex field = -1;
  std::string table, quoted_table;  // "company__phones"
  std::vector<Column> columns;      // FieldType::item_columns; Column::suffix is the column's name
  std::string select_list;          // "\"id\",\"raw\",…": id and the item columns
  // many_to_many only: the relation entity and its two link columns (quoted). Items hold one column, the target's id;
  // Item::id is the id of the relation record. Living rows are those with deleted_at IS NULL.
  const EntityDef* relation = nullptr;
  std::string own_column, target_column;
  int target_entity_id = 0;
};

// Layout of one entity. Column order: id, uid, version, created_at, updated_at, created_by, updated_by, deleted_at,
// marks, then the declared fields in their order.
struct Storage {
  std::string table, quoted_table;
  std::vector<StoredColumn> columns;       // all, the order of INSERT
  std::vector<StoredColumn> read_columns;  // without derived ones, the order of SELECT
  std::vector<int> first_column;           // by FieldIndex: position of the field's first column in `columns`, -1 none
  std::vector<int> first_read_column;      // by FieldIndex: position in `read_columns`, -1 none
  std::vector<int> read_column_count;      // by FieldIndex
  std::vector<ItemTable> items;            // multi-values and many_to_many, in field order
  std::string select_list;                 // read_columns, quoted, comma separated: "\"id\",\"uid\",…"
  std::string insert_sql;                  // INSERT INTO t (…) VALUES ($1,…)
};

// Never fails; lives as long as the registry of `entity`.
const Storage& storage_of(const EntityDef& entity);
inline const std::string& table_of(const EntityDef& entity) { return storage_of(entity).quoted_table; }
inline const std::vector<StoredColumn>& columns_of(const EntityDef& entity) { return storage_of(entity).columns; }
// nullptr: the field has no items.
const ItemTable* item_table(const EntityDef& entity, FieldIndex field);
// Quoted column of a field; suffix "" (value), "__sort", "__fold", "__currency", "__base", "__entity". Empty when there
// is none.
std::string column_of(const EntityDef& entity, FieldIndex field, std::string_view suffix = {});
// read_columns with an alias: "r.\"id\",r.\"uid\",…".
std::string select_list(const EntityDef& entity, std::string_view alias);

// Reads the read_columns from column `first` on into the record (members, values, marks; items stay empty).
// Returns the number of columns read. `out.entity` is set; values are sized.
int read_record_row(const EntityDef& entity, store::Statement& statement, int first, Record& out);
// Binds all `columns` from parameter `first` on; returns the number of parameters. Built-in fields come from the
// members.
int bind_record_row(const Record& record, store::Statement& statement, int first);
// Copies id, uid, version, … from the members into `values`, so that filters and formulas see them as fields.
void copy_built_in(Record& record);
// An empty record of the entity with sized values.
Record make_record(const EntityDef& entity);

// The next id of the entity: a sequence on PostgreSQL, sys_counter on SQLite; ascending, never given twice.
std::int64_t next_id(store::Connection& connection, const EntityDef& entity);
// `count` of them at once, ascending, on PostgreSQL not always in a row.
std::vector<std::int64_t> next_ids(store::Connection& connection, const EntityDef& entity, int count);
// Next number of a named series without gaps (in the transaction; the row is locked until its end). Starts at 1.
std::int64_t next_counter(store::Connection& connection, std::string_view name);

void insert_record(store::Connection& connection, const Record& record);
// Writes the columns of fields that differ from `before`, the built-in columns and marks, where the version still is
// before.version. False: somebody else was first (or the record is gone). Stored roll-ups are not touched.
bool update_record(store::Connection& connection, const Record& before, const Record& after);
// Removes the row and all its items for ever (not relation records).
void erase_record(store::Connection& connection, const EntityDef& entity, std::int64_t id);

// Who and when, for rows of relation entities written on behalf of a many_to_many field.
struct WriteStamp {
  base::Instant now{};
  std::int64_t user_id = 0;
  base::Random* random = nullptr;  // outlives the call
};

Items read_items(store::Connection& connection, const ItemTable& table, std::int64_t record_id);
// Items of many records at once; ids without items are absent.
std::unordered_map<std::int64_t, Items> read_items(store::Connection& connection, const ItemTable& table,
                                                   const std::vector<std::int64_t>& record_ids);
// All items of a record into its values.
void read_all_items(store::Connection& connection, Record& record);
// The set replaces the old one: items with an id of `before` are kept or changed, others added, absent ones removed.
// Fills in new ids and returns true when anything changed.
bool write_items(store::Connection& connection, const ItemTable& table, std::int64_t record_id, const Items& before, Items& after,
                 const WriteStamp& stamp);
// Equality as audit sees it: the same values in the same order, ids of new items ignored.
bool same_items(const Items& a, const Items& b);

}  // namespace entity
