#include "server/entity/schema/schema_work.hpp"

#include <algorithm>
#include <optional>

#include "server/base/error.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/schema/derived_versions.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/rollups.hpp"
#include "server/entity/write/save.hpp"

namespace entity {

namespace {

constexpr int kRollUpSlice = 100;

// In this order: formulas read derived values, search and roll-ups read formulas, roll-ups walk links, the other indexes are made
// over what is filled.
constexpr std::string_view kColumn = "1_column", kFormula = "2_formula", kLinkIndex = "3_link_index", kSearch = "3_search",
                           kRollUp = "4_roll_up", kIndex = "5_index";

struct Task {
  std::string kind, entity, name;  // of a field, of an index, or empty
  std::int64_t after = 0;
};

bool is_small(store::Connection& connection, const std::string& quoted_table) {
  auto statement = connection.prepare(
      "schema_table_size", "SELECT count(*) FROM (SELECT 1 FROM " + quoted_table + " LIMIT " + std::to_string(kSmallTable + 1) + ") t");
  return statement.step() && statement.integer(0) <= kSmallTable;
}

// Computes a stored roll-up for the next parents after the id; returns the last one, 0 at the end.
std::int64_t roll_up_slice(const WriteParts& parts, store::Connection& connection, const RegistryPtr& registry, const Backfill& roll_up,
                           std::int64_t after) {
  std::vector<std::int64_t> ids;
  {
    auto statement = connection.prepare("fill_roll_up_ids", "SELECT id FROM " + table_of(*roll_up.entity) +
                                                                " WHERE id>$1 ORDER BY id LIMIT " + std::to_string(kRollUpSlice));
    statement.bind(1, after);
    while (statement.step()) ids.push_back(statement.integer(0));
  }
  WriteTransaction transaction(parts, connection, registry, parts.clock.now());
  for (const auto id : ids) recompute_rollup(transaction, *roll_up.entity, roll_up.field, id);
  return ids.size() < kRollUpSlice ? 0 : ids.back();
}

std::optional<Task> next_task(store::Database& database, std::int64_t& count) {
  std::optional<Task> task;
  store::ReadOptions options;
  options.name = "schema_work_next";
  database.read(options, [&](store::Connection& connection) {
    task.reset();
    auto counted = connection.prepare("schema_work_count", "SELECT count(*) FROM sys_schema_work");
    count = counted.step() ? counted.integer(0) : 0;
    auto statement = connection.prepare("schema_work_next",
                                        "SELECT kind, entity, name, after_id FROM sys_schema_work ORDER BY kind, entity, name LIMIT 1");
    if (statement.step())
      task = Task{std::string(statement.text(0)), std::string(statement.text(1)), std::string(statement.text(2)), statement.integer(3)};
  });
  return task;
}

void end_task(store::Connection& connection, const Task& task) {
  connection.prepare("schema_work_end", "DELETE FROM sys_schema_work WHERE kind = $1 AND entity = $2 AND name = $3")
      .bind_text(1, task.kind)
      .bind_text(2, task.entity)
      .bind_text(3, task.name)
      .run();
}

std::int64_t highest_id(store::Database& database, const EntityDef& entity) {
  std::int64_t highest = 0;
  store::ReadOptions options;
  options.name = "schema_work_size";
  database.read(options, [&](store::Connection& connection) {
    auto statement = connection.prepare("schema_work_size", "SELECT max(id) FROM " + table_of(entity));
    if (statement.step() && !statement.is_null(0)) highest = statement.integer(0);
  });
  return highest;
}

// One run over everything that is noted.
class Worker {
 public:
  Worker(const WriteParts& parts, const SchemaWorkHooks& hooks) : parts_(parts), hooks_(hooks) {}

  void run() {
    std::int64_t left = 0;
    while (const auto task = next_task(parts_.database, left)) {
      total_ = done_ + left * kUnits;
      do_task(*task);
      done_ += kUnits;
      report(0);
    }
  }

 private:
  static constexpr std::int64_t kUnits = 1000;  // of progress, for each task

  void report(std::int64_t units) const {
    if (hooks_.progress) hooks_.progress(done_ + units, std::max(total_, done_ + units));
  }

  void finish(const Task& task) {
    parts_.database.write({.name = "schema_work_end", .lane = store::Lane::kBulk},
                          [&](store::Connection& connection) { end_task(connection, task); });
  }

  // The work may have been noted by another node that already knows a newer version; what is in no version any more is dropped.
  void do_task(const Task& task) {
    for (const bool is_last : {false, true}) {
      const auto registry = parts_.catalog.current();
      const auto* entity = registry->find(task.entity);
      if (entity != nullptr && (task.kind == kIndex || task.kind == kLinkIndex ? make_index(*entity, task) : fill(registry, *entity, task)))
        return;
      if (!is_last) parts_.catalog.refresh();
    }
    finish(task);
  }

  bool make_index(const EntityDef& entity, const Task& task) {
    const auto indexes = indexes_of(entity);
    const auto index = std::find_if(indexes.begin(), indexes.end(), [&](const IndexDef& each) { return each.name == task.name; });
    if (index == indexes.end()) return false;
    try {
      create_index(parts_.database, *index);
    } catch (const base::Error& error) {
      if (error.code() != base::ErrorCode::kConflict) throw;
      if (hooks_.failed) hooks_.failed(index->name, error.key());
    }
    finish(task);
    return true;
  }

  bool fill(const RegistryPtr& registry, const EntityDef& entity, const Task& task) {
    const Backfill backfill{&entity, entity.index_of(task.name), task.kind == kFormula};
    const bool is_search = task.kind == kSearch;
    if (!is_search && (backfill.field < 0 || !entity.fields[static_cast<std::size_t>(backfill.field)].is_stored_column())) return false;
    const std::int64_t highest = std::max<std::int64_t>(1, highest_id(parts_.database, entity));
    std::int64_t after = task.after;
    while (after >= 0) {
      std::int64_t reached = 0;
      parts_.database.write({.name = "schema_work_fill", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
        if (is_search)
          reached = search_slice(connection, *registry, entity, after);
        else if (task.kind == kRollUp)
          reached = roll_up_slice(parts_, connection, registry, backfill, after);
        else
          reached = fill_slice(connection, *registry, backfill, after);
        if (reached == 0)
          end_task(connection, task);
        else
          keep_place(connection, task, reached);
      });
      if (reached == 0) return true;
      after = reached;
      report(std::min(kUnits - 1, after * kUnits / highest));
    }
    return true;
  }

  static void keep_place(store::Connection& connection, const Task& task, std::int64_t after) {
    auto statement =
        connection.prepare("schema_work_place", "UPDATE sys_schema_work SET after_id = $4 WHERE kind = $1 AND entity = $2 AND name = $3");
    statement.bind_text(1, task.kind).bind_text(2, task.entity).bind_text(3, task.name).bind(4, after).run();
  }

  const WriteParts& parts_;
  const SchemaWorkHooks& hooks_;
  std::int64_t done_ = 0, total_ = 0;
};

// A roll-up without the index of its link would read a whole table for each record.
bool leads_by_link(const EntityDef* entity, const IndexDef& index) {
  if (entity == nullptr || index.table != storage_of(*entity).table) return false;
  for (std::size_t i = 0; i < entity->fields.size(); ++i) {
    if (entity->fields[i].type->name() == "link" && column_of(*entity, static_cast<FieldIndex>(i)) == index.columns.front()) return true;
  }
  return false;
}

std::string entity_of_table(const Registry& registry, const std::string& table) {
  for (const auto& entity : registry.entities()) {
    const auto& storage = storage_of(*entity);
    if (storage.table == table) return entity->key;
    for (const auto& items : storage.items) {
      if (items.table == table) return entity->key;
    }
  }
  return {};
}

}  // namespace

PendingSchema do_small_work(const WriteParts& parts, store::Connection& connection, const RegistryPtr& registry, PendingSchema pending) {
  PendingSchema later;
  for (const auto& backfill : pending.backfills) {
    if (!is_small(connection, table_of(*backfill.entity))) {
      later.backfills.push_back(backfill);
      continue;
    }
    for (std::int64_t after = 0; (after = fill_slice(connection, *registry, backfill, after)) != 0;) {
    }
  }
  for (const auto* entity : pending.searches) {
    if (!is_small(connection, table_of(*entity))) {
      later.searches.push_back(entity);
      continue;
    }
    for (std::int64_t after = 0; (after = search_slice(connection, *registry, *entity, after)) != 0;) {
    }
    keep_derived_version(connection, search_version(*entity));
  }
  // What is not done here is noted for sure.
  if (pending.sort_keys_changed) keep_derived_version(connection, sort_version());
  for (const auto& roll_up : pending.roll_ups) {
    if (!is_small(connection, table_of(*roll_up.entity))) {
      later.roll_ups.push_back(roll_up);
      continue;
    }
    for (std::int64_t after = 0; (after = roll_up_slice(parts, connection, registry, roll_up, after)) != 0;) {
    }
  }
  for (auto& index : pending.indexes) {
    if (is_small(connection, store::quote_identifier(index.table)))
      connection.execute(index_sql(index, connection.dialect(), false));
    else
      later.indexes.push_back(std::move(index));
  }
  return later;
}

void note_schema_work(store::Connection& connection, const Registry& registry, const PendingSchema& pending) {
  const auto note = [&](std::string_view kind, const std::string& entity, const std::string& name) {
    auto statement = connection.prepare("schema_work_note",
                                        "INSERT INTO sys_schema_work(kind, entity, name, after_id) VALUES($1, $2, $3, 0) ON CONFLICT(kind, "
                                        "entity, name) DO UPDATE SET after_id = 0");
    statement.bind_text(1, kind).bind_text(2, entity).bind_text(3, name).run();
  };
  const auto field_of = [](const Backfill& backfill) { return backfill.entity->fields[static_cast<std::size_t>(backfill.field)].key; };
  for (const auto& backfill : pending.backfills) note(backfill.is_formula ? kFormula : kColumn, backfill.entity->key, field_of(backfill));
  for (const auto* entity : pending.searches) {
    note(kSearch, entity->key, "");
    keep_derived_version(connection, search_version(*entity));
  }
  for (const auto& roll_up : pending.roll_ups) note(kRollUp, roll_up.entity->key, field_of(roll_up));
  for (const auto& index : pending.indexes) {
    const auto entity = entity_of_table(registry, index.table);
    note(leads_by_link(registry.find(entity), index) ? kLinkIndex : kIndex, entity, index.name);
  }
}

bool has_schema_work(store::Database& database) {
  std::int64_t count = 0;
  next_task(database, count);
  return count > 0;
}

void do_schema_work(const WriteParts& parts, const SchemaWorkHooks& hooks) { Worker(parts, hooks).run(); }

}  // namespace entity
