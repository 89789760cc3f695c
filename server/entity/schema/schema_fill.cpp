// Filling columns that came to rows, and making indexes over them.
#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"
#include "server/entity/rules.hpp"
#include "server/entity/schema/derived_versions.hpp"
#include "server/entity/schema/schema_sync.hpp"
#include "server/entity/search/search.hpp"
#include "server/entity/storage.hpp"

namespace entity {

namespace {

constexpr int kSlice = 500;

void write_columns(store::Connection& connection, const EntityDef& entity, const FieldDef& field, std::int64_t id, const Value& value) {
  const auto columns = field.type->columns(field);
  std::string sets;
  for (std::size_t i = 0; i < columns.size(); ++i)
    sets += (i > 0 ? "," : "") + store::quote_identifier(field.key + columns[i].suffix) + "=$" + std::to_string(i + 2);
  auto write = connection.prepare("backfill_write", "UPDATE " + table_of(entity) + " SET " + sets + " WHERE \"id\"=$1");
  write.bind(1, id);
  field.type->bind(field, value, write, 2);
  write.run();
}

// Derived columns from the value they belong to.
std::int64_t derive_slice(store::Connection& connection, const Backfill& backfill, std::int64_t after) {
  const auto& entity = *backfill.entity;
  const auto& field = entity.fields[static_cast<std::size_t>(backfill.field)];
  std::string select = "SELECT \"id\"";
  for (const auto& column : field.type->columns(field)) {
    if (!column.derived) select += "," + store::quote_identifier(field.key + column.suffix);
  }
  std::vector<std::pair<std::int64_t, Value>> rows;
  {
    auto read = connection.prepare("backfill_read", select + " FROM " + table_of(entity) + " WHERE \"id\">$1 AND " +
                                                        store::quote_identifier(field.key) + " IS NOT NULL ORDER BY \"id\" LIMIT " +
                                                        std::to_string(kSlice) + std::string(connection.row_lock_sql()));
    read.bind(1, after);
    while (read.step()) {
      auto& row = rows.emplace_back();
      row.first = read.integer(0);
      field.type->read(field, read, 1, row.second);
    }
  }
  for (const auto& [id, value] : rows) write_columns(connection, entity, field, id, value);
  return rows.size() < kSlice ? 0 : rows.back().first;
}

// Every stored formula of the record: those that read the changed one change with it. True: something that is searched changed.
bool compute_record(store::Connection& connection, const Registry& registry, Record& record) {
  const auto before = record.values;
  const RuleContext context{registry, *Caller::system(), base::Instant{}, nullptr};
  // A result that does not fit leaves the field as it is; the record's next save will say so.
  std::vector<base::FieldError> errors;
  compute_fields(context, ComputeWhich::kStored, record, errors);
  const auto& entity = *record.entity;
  bool is_searched = false;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const auto& field = entity.fields[i];
    if (field.expression.empty() || field.computed_on_read || before[i] == record.values[i]) continue;
    write_columns(connection, entity, field, record.id, record.values[i]);
    is_searched = is_searched || field.search != SearchKind::kNone;
  }
  return is_searched;
}

// Whole records are read, since a formula may see any of their columns.
std::int64_t compute_slice(store::Connection& connection, const Registry& registry, const Backfill& backfill, std::int64_t after) {
  const auto& entity = *backfill.entity;
  const auto& storage = storage_of(entity);
  std::vector<Record> records;
  {
    auto read = connection.prepare("backfill_read", "SELECT " + storage.select_list + " FROM " + storage.quoted_table +
                                                        " WHERE \"id\">$1 ORDER BY \"id\" LIMIT " + std::to_string(kSlice) +
                                                        std::string(connection.row_lock_sql()));
    read.bind(1, after);
    while (read.step()) read_record_row(entity, read, 0, records.emplace_back());
  }
  for (auto& record : records) {
    const auto old = record.values;
    if (!compute_record(connection, registry, record) || record.deleted) continue;
    auto now = load_record(connection, registry, entity, record.id);
    if (!now) continue;
    Record before = *now;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
      if (!entity.fields[i].expression.empty()) before.values[i] = old[i];
    }
    update_search_index(connection, &before, &*now);
  }
  return records.size() < kSlice ? 0 : records.back().id;
}

// What the values of a stored formula were computed with; nullopt: not known.
std::optional<std::string> computed_with(store::Connection& connection, const EntityDef& entity, const FieldDef& field) {
  auto statement = connection.prepare("formula_read", "SELECT expression FROM sys_formula WHERE entity = $1 AND field = $2");
  if (!statement.bind_text(1, entity.key).bind_text(2, field.key).step()) return std::nullopt;
  return std::string(statement.text(0));
}

void keep_expression(store::Connection& connection, const EntityDef& entity, const FieldDef& field) {
  auto statement = connection.prepare("formula_keep",
                                      "INSERT INTO sys_formula(entity, field, expression) VALUES($1, $2, $3) ON CONFLICT(entity, field) DO "
                                      "UPDATE SET expression = excluded.expression");
  statement.bind_text(1, entity.key).bind_text(2, field.key).bind_text(3, field.expression).run();
}

// Stored roll-ups whose value or filter names the field of their child.
void add_roll_ups_over(const Registry& registry, const EntityDef& child, const FieldDef& changed, PendingSchema& pending) {
  for (const auto& parent : registry.entities()) {
    for (std::size_t i = 0; i < parent->fields.size(); ++i) {
      const auto& field = parent->fields[i];
      if (field.type->name() != "roll_up" || field.computed_on_read) continue;
      const auto& declaration = field.declaration.as_object();
      if (!base::json_string(declaration, "of").starts_with(child.key + ".")) continue;
      if (json::serialize(declaration).find("\"" + changed.key) == std::string::npos) continue;
      pending.roll_ups.push_back({parent.get(), static_cast<FieldIndex>(i)});
    }
  }
}

}  // namespace

void add_changed_formulas(store::Connection& connection, const Registry& registry, PendingSchema& pending) {
  for (const auto& entity : registry.entities()) {
    for (std::size_t i = 0; i < entity->fields.size(); ++i) {
      const auto& field = entity->fields[i];
      if (field.expression.empty() || field.computed_on_read) continue;
      if (computed_with(connection, *entity, field) == field.expression) continue;
      keep_expression(connection, *entity, field);
      const bool is_known = std::any_of(pending.backfills.begin(), pending.backfills.end(), [&](const Backfill& backfill) {
        return backfill.entity == entity.get() && backfill.field == static_cast<FieldIndex>(i);
      });
      if (!is_known) pending.backfills.push_back({entity.get(), static_cast<FieldIndex>(i), true});
      add_roll_ups_over(registry, *entity, field, pending);
    }
  }
}

std::int64_t fill_slice(store::Connection& connection, const Registry& registry, const Backfill& backfill, std::int64_t after) {
  return backfill.is_formula ? compute_slice(connection, registry, backfill, after) : derive_slice(connection, backfill, after);
}

std::int64_t search_slice(store::Connection& connection, const Registry& registry, const EntityDef& entity, std::int64_t after) {
  constexpr int kRecords = 100;
  if (after == 0) base::log(base::LogLevel::kInfo, "rebuild_search", {{"entity", std::string_view(entity.key)}});
  return rebuild_search_index(connection, registry, entity, after, kRecords);
}

void create_index(store::Database& database, const IndexDef& index) {
  base::log(base::LogLevel::kInfo, "create_index", {{"index", std::string_view(index.name)}});
  const std::string drop = "DROP INDEX CONCURRENTLY IF EXISTS " + store::quote_identifier(index.name);
  const bool is_postgres = database.dialect() == store::Dialect::kPostgres;
  // Left invalid by a crash: IF NOT EXISTS would take it for done.
  if (is_postgres) database.execute_outside_transaction(drop);
  try {
    database.execute_outside_transaction(index_sql(index, database.dialect(), true));
  } catch (const base::Error&) {
    if (is_postgres) database.execute_outside_transaction(drop);
    throw;
  }
}

void finish_schema(store::Database& database, const Registry& registry, const PendingSchema& pending) {
  store::WriteOptions options;
  options.name = "backfill";
  options.lane = store::Lane::kBulk;
  for (const auto& backfill : pending.backfills) {
    std::int64_t after = 0;
    do {
      std::int64_t next = 0;
      database.write(options, [&](store::Connection& connection) { next = fill_slice(connection, registry, backfill, after); });
      after = next;
    } while (after != 0);
  }
  database.write(options, [&](store::Connection& connection) {
    if (pending.sort_keys_changed) keep_derived_version(connection, sort_version());
  });
  for (const auto* entity : pending.searches) {
    std::int64_t after = 0;
    do {
      std::int64_t next = 0;
      database.write(options, [&](store::Connection& connection) {
        next = search_slice(connection, registry, *entity, after);
        if (next == 0) keep_derived_version(connection, search_version(*entity));
      });
      after = next;
    } while (after != 0);
  }
  for (const auto& index : pending.indexes) create_index(database, index);
}

}  // namespace entity
