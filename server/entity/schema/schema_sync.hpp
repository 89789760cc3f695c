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
  std::vector<Backfill> roll_ups;          // stored ones, computed by the catalog: that takes queries
  std::vector<const EntityDef*> searches;  // whose search index was made under another layout
  bool sort_keys_changed = false;          // backfills hold every sortable text: ICU orders otherwise than before
};

// Creates missing tables (with their indexes) and columns within the transaction of `connection`. Throws Error failed_precondition
// "column_type_changed" {table, column, from, to}.
PendingSchema create_tables_and_columns(store::Connection& connection, const Registry& registry);
// Adds stored formulas whose expression is another than the one their values were computed with (table sys_formula, which learns the
// new one), and stored roll-ups over them.
void add_changed_formulas(store::Connection& connection, const Registry& registry, PendingSchema& pending);
// Fills the next rows after the id `after`, 500 at most, within the transaction; returns the last id, 0 at the end. Formulas and
// derived columns only: roll-ups take queries.
std::int64_t fill_slice(store::Connection& connection, const Registry& registry, const Backfill& backfill, std::int64_t after);
// The same for the search index of an entity, made anew from the start when `after` is 0.
std::int64_t search_slice(store::Connection& connection, const Registry& registry, const EntityDef& entity, std::int64_t after);
// Outside of any transaction: CONCURRENTLY on PostgreSQL, where an index that a crash left invalid is made anew. Error conflict
// "unique_violation" leaves nothing behind.
void create_index(store::Database& database, const IndexDef& index);
// The rest at once, outside of the transaction: fill_slice and create_index until nothing is left. For tests and tools.
void finish_schema(store::Database& database, const Registry& registry, const PendingSchema& pending);

// Run-time changes of FieldDef::unique: a key that is new must hold for what is stored (field error "unique": values_repeat {value}),
// one that is gone loses its index. Within the transaction that makes the change.
void change_unique_fields(store::Connection& connection, const Registry& before, const Registry& after);

// Removes the columns (with their indexes) or the child table of a field for ever.
void drop_field(store::Connection& connection, const EntityDef& entity, FieldIndex field);

}  // namespace entity
