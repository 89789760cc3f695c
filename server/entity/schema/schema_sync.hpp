// Tables, columns and indexes of a registry, made where they are missing. Additive: nothing is dropped, a column whose
// type no longer fits is refused.
#pragma once

#include <string>
#include <vector>

#include "server/entity/def.hpp"
#include "server/store/database.hpp"

namespace entity {

struct IndexDef {
  std::string name, table;           // plain
  std::vector<std::string> columns;  // quoted
  bool is_unique = false;
  bool is_partial = true;  // WHERE deleted_at IS NULL
};
// Every index the entity ought to have, in a fixed order: by uid, of unique keys, declared, of single fields, of child
// tables.
std::vector<IndexDef> indexes_of(const EntityDef& entity);
std::string index_sql(const IndexDef& index, store::Dialect dialect, bool is_concurrent);

// Columns that came to a table with rows and must be filled: derived ones (__fold, __sort) from the value, those of a
// formula field by computing it.
struct Backfill {
  const EntityDef* entity = nullptr;
  FieldIndex field = -1;
  bool is_formula = false;
};

// What is left to do after the tables and columns are there.
struct PendingSchema {
  std::vector<IndexDef> indexes;
  std::vector<Backfill> backfills;
  std::vector<Backfill> roll_ups;  // stored ones, computed by the catalog: that takes queries
  std::vector<const EntityDef*> searches;  // whose search index was made under another layout
  bool sort_keys_changed = false;          // backfills hold every sortable text: ICU orders otherwise than before
};

// Creates missing tables (with their indexes) and columns within the transaction of `connection`. Throws Error
// failed_precondition "column_type_changed" {table, column, from, to}.
PendingSchema create_tables_and_columns(store::Connection& connection, const Registry& registry);
// The rest, outside of it: fills columns in slices on the bulk lane, then makes the indexes (CONCURRENTLY on
// PostgreSQL; an index that a crash left invalid there is made anew).
void finish_schema(store::Database& database, const Registry& registry, const PendingSchema& pending);

// Run-time changes of FieldDef::unique: a key that is new must hold for what is stored (field error "unique": values_repeat {value}),
// one that is gone loses its index. Within the transaction that makes the change.
void change_unique_fields(store::Connection& connection, const Registry& before, const Registry& after);

// Removes the columns (with their indexes) or the child table of a field for ever.
void drop_field(store::Connection& connection, const EntityDef& entity, FieldIndex field);

}  // namespace entity
