#include "server/entity/write/merge.hpp"

#include <algorithm>

#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/merge_guard.hpp"
#include "server/entity/on_behalf.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/audit.hpp"
#include "server/entity/write/merge_links.hpp"
#include "server/entity/write/merge_values.hpp"
#include "server/entity/write/rollups.hpp"

namespace entity {

namespace {

constexpr std::int64_t kSliceRows = 10;

void check_request(const MergeRequest& request) {
  if (request.others.empty()) throw base::Error::field("others", "required");
  if (request.others.size() > kMostMerged) throw base::Error::field("others", "too_many", {{"max", std::to_string(kMostMerged)}});
  std::vector<std::int64_t> all = request.others;
  all.push_back(request.survivor);
  std::sort(all.begin(), all.end());
  if (std::adjacent_find(all.begin(), all.end()) != all.end()) throw base::Error(base::ErrorCode::kFailedPrecondition, "merge_same_record");
}

// The records, survivor first, locked in the order of their ids so that two merges wait for each other instead of
// deadlocking. Throws what an update of each and a deletion of the others would.
std::vector<Record> open_all(WriteTransaction& transaction, const Caller& caller, const EntityDef& entity, const MergeRequest& request) {
  std::vector<std::int64_t> ids = request.others;
  ids.push_back(request.survivor);
  std::sort(ids.begin(), ids.end());
  const SaveOptions options;
  std::unordered_map<std::int64_t, Record> found;
  for (const std::int64_t id : ids) {
    const Record record = Save(transaction, caller, entity, options).open(id, Action::kUpdate);
    if (id != request.survivor) Save(transaction, caller, entity, options).open(id, Action::kDelete);
    for (Behaviour* behaviour : transaction.parts.catalog.behaviours(entity)) {
      if (auto* guard = dynamic_cast<MergeGuard*>(behaviour); guard != nullptr) guard->check_merge(record);
    }
    if (const auto version = request.versions.find(id); version != request.versions.end() && version->second != record.version) {
      throw base::Error(base::ErrorCode::kConflict, "version_conflict",
                        {{"expected", std::to_string(version->second)}, {"current", std::to_string(record.version)}});
    }
    found.emplace(id, record);
  }
  std::vector<Record> out{found.at(request.survivor)};
  for (const std::int64_t id : request.others) out.push_back(found.at(id));
  return out;
}

// A merge that was begun and never finished (a job that was stopped) goes on: its moved rows are those of this one.
std::int64_t begin_merge(WriteTransaction& transaction, const Caller& caller, const Record& survivor) {
  {
    auto known = transaction.connection.prepare("merge_running",
                                                "SELECT id FROM sys_merge WHERE entity_id = $1 AND survivor_id = $2 AND state = 'running'");
    if (known.bind(1, survivor.entity->id).bind(2, survivor.id).step()) return known.integer(0);
  }
  auto statement = transaction.connection.prepare("merge_begin",
                                                  "INSERT INTO sys_merge(entity_id, survivor_id, state, at, user_id, version, before, "
                                                  "after) VALUES($1, $2, 'running', $3, $4, 0, $5, '{}') RETURNING id");
  statement.bind(1, survivor.entity->id)
      .bind(2, survivor.id)
      .bind(3, base::to_micros(transaction.now))
      .bind(4, caller.user_id)
      .bind_text(5, pack_values(survivor));
  statement.step();
  return statement.integer(0);
}

void keep_merged(WriteTransaction& transaction, const Record& record, std::int64_t survivor, std::int64_t merge_id) {
  auto statement = transaction.connection.prepare(
      "merge_merged",
      "INSERT INTO sys_merged(entity_id, record_id, uid, survivor_id, merge_id) VALUES($1, $2, $3, $4, $5) ON CONFLICT(entity_id, "
      "record_id) DO UPDATE SET survivor_id = excluded.survivor_id, merge_id = excluded.merge_id");
  statement.bind(1, record.entity->id)
      .bind(2, record.id)
      .bind_blob(3, std::string_view(reinterpret_cast<const char*>(record.uid.data()), record.uid.size()));
  statement.bind(4, survivor).bind(5, merge_id).run();
}

// Rows of logs are moved as they lie: what is rolled up from them is computed anew. All other rows carry their sums along.
void recompute_rollups(WriteTransaction& transaction, const EntityDef& entity, std::int64_t id) {
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const FieldDef& field = entity.fields[i];
    if (field.type->name() != "roll_up" || field.computed_on_read || !field.declaration.is_object()) continue;
    const std::string of = base::json_string(field.declaration.as_object(), "of");
    const EntityDef* child = transaction.registry->find(std::string_view(of).substr(0, of.find('.')));
    if (child != nullptr && child->kind == EntityKind::kLog) recompute_rollup(transaction, entity, static_cast<FieldIndex>(i), id);
  }
  transaction.resolver.forget(entity, id);
}

void settle_pairs(store::Connection& connection, const EntityDef& entity, const std::vector<std::int64_t>& ids, std::string_view from,
                  std::string_view to, base::Instant now) {
  auto statement = connection.prepare(
      "duplicate_settle", "UPDATE sys_duplicate SET state = $1, decided_at = $2 WHERE entity_id = $3 AND state = $4 AND first_id IN (" +
                              connection.int_list_sql(5) + ") AND second_id IN (" + connection.int_list_sql(5) + ")");
  statement.bind_text(1, to).bind(2, base::to_micros(now)).bind(3, entity.id).bind_text(4, from).bind_int_list(5, ids).run();
}

MergeResult finish_in(WriteTransaction& transaction, const Caller& caller, const EntityDef& entity, const MergeRequest& request,
                      std::int64_t merge_id) {
  std::vector<Record> records = open_all(transaction, caller, entity, request);
  if (merge_id == 0) merge_id = begin_merge(transaction, caller, records.front());
  const auto merged = merged_values(*transaction.registry, caller, records, request.choose);
  const Caller system = on_behalf_of(caller);
  const SaveOptions options;
  LinkMover(transaction, system, entity, merge_id).move(request.others, request.survivor, INT64_MAX);
  for (std::size_t i = 1; i < records.size(); ++i) {
    Save(transaction, system, entity, options).give_way(records[i].id, "merged");
    keep_merged(transaction, records[i], request.survivor, merge_id);
  }
  std::vector<std::pair<FieldIndex, Value>> values;
  std::vector<Mark> marks;
  for (const auto& value : merged) {
    marks.insert(marks.end(), value.marks.begin(), value.marks.end());
    // What the moved rows brought (next step, last contact) is newer than the value read before.
    const FieldDef& field = entity.fields[static_cast<std::size_t>(value.field)];
    if (field.read_only && !field.audit) continue;
    values.emplace_back(value.field, value.value);
  }
  const SaveResult saved = Save(transaction, system, entity, options).take(request.survivor, values, std::move(marks), "merged");
  for (const auto& record : records) recompute_rollups(transaction, entity, record.id);
  const Record after = Save(transaction, system, entity, options).open(request.survivor, Action::kUpdate);
  transaction.connection.prepare("merge_finish", "UPDATE sys_merge SET state = 'done', version = $1, after = $2, at = $3 WHERE id = $4")
      .bind(1, saved.version)
      .bind_text(2, pack_values(after))
      .bind(3, base::to_micros(transaction.now))
      .bind(4, merge_id)
      .run();
  std::vector<std::int64_t> ids = request.others;
  ids.push_back(request.survivor);
  settle_pairs(transaction.connection, entity, ids, "open", "merged", transaction.now);
  MergeResult result{merge_id, saved.version, 0};
  auto count = transaction.connection.prepare("merge_link_count", "SELECT count(*) FROM sys_merge_link WHERE merge_id = $1");
  if (count.bind(1, merge_id).step()) result.links = count.integer(0);
  return result;
}

struct KnownMerge {
  std::int64_t survivor = 0;
  std::string state;
  Record before, after;
  std::vector<std::int64_t> others;
};

KnownMerge find_merge(store::Connection& connection, const EntityDef& entity, std::int64_t merge_id) {
  KnownMerge merge;
  auto statement =
      connection.prepare("merge_find", "SELECT survivor_id, state, before, after FROM sys_merge WHERE id = $1 AND entity_id = $2" +
                                           std::string(connection.row_lock_sql()));
  if (!statement.bind(1, merge_id).bind(2, entity.id).step()) throw base::Error(base::ErrorCode::kNotFound, "merge_not_found");
  merge.survivor = statement.integer(0);
  merge.state = statement.text(1);
  merge.before = unpack_values(entity, statement.text(2));
  if (merge.state == "done") merge.after = unpack_values(entity, statement.text(3));
  auto others = connection.prepare("merge_others", "SELECT record_id FROM sys_merged WHERE merge_id = $1 ORDER BY record_id");
  others.bind(1, merge_id);
  while (others.step()) merge.others.push_back(others.integer(0));
  return merge;
}

// The merged records out of the bin; those that somebody took out already stay as they are.
void bring_back(WriteTransaction& transaction, const Caller& caller, const Caller& system, const EntityDef& entity,
                const KnownMerge& merge) {
  const SaveOptions options;
  for (const std::int64_t id : merge.others) {
    const auto record = load_record(transaction.connection, *transaction.registry, entity, id, true);
    if (!record) throw base::Error(base::ErrorCode::kFailedPrecondition, "merged_record_purged", {{"id", std::to_string(id)}});
    if (record->deleted) Save(transaction, system, entity, options).come_back(id, "unmerged");
    Save(transaction, caller, entity, options).open(id, Action::kDelete);
  }
}

MergeUndoResult restore_values(WriteTransaction& transaction, const Caller& system, const EntityDef& entity, const KnownMerge& merge) {
  MergeUndoResult result;
  const SaveOptions options;
  const Record now = Save(transaction, system, entity, options).open(merge.survivor, Action::kUpdate);
  std::vector<std::pair<FieldIndex, Value>> values;
  std::vector<Mark> marks;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const FieldDef& field = entity.fields[i];
    const auto index = static_cast<FieldIndex>(i);
    bool take_before = false;
    if (is_mergeable(field) && !same_value(merge.before.at(index), now.at(index))) {
      const auto undone = undone_value(merge.before.at(index), merge.after.at(index), now.at(index));
      take_before = undone.has_value();
      if (undone) values.emplace_back(index, *undone);
      if (field.audit && (!undone || !same_value(*undone, merge.before.at(index)))) result.kept_fields.push_back(field.key);
    } else {
      take_before = is_mergeable(field);
    }
    for (const auto& mark : (take_before ? merge.before : now).marks) {
      if (mark.field == field.key) marks.push_back(mark);
    }
  }
  result.version = Save(transaction, system, entity, options).take(merge.survivor, values, std::move(marks), "unmerged").version;
  return result;
}

// Runs in a write.
void run_write(Services& services, std::string_view name, store::Lane lane, const std::function<void(WriteTransaction&)>& body) {
  const WriteParts parts{services.database, services.catalog, services.clock, services.random};
  services.catalog.refresh();
  services.database.write({.name = name, .lane = lane}, [&](store::Connection& connection) {
    WriteTransaction transaction(parts, connection, services.catalog.current(), services.clock.now());
    body(transaction);
  });
}

const EntityDef& current(const WriteTransaction& transaction, const EntityDef& entity) { return transaction.registry->require(entity.key); }

}  // namespace

MergeResult RecordMerge::merge(const Caller& caller, const EntityDef& entity, const MergeRequest& request) {
  return finish(caller, entity, request, 0);
}

MergeResult RecordMerge::finish(const Caller& caller, const EntityDef& entity, const MergeRequest& request, std::int64_t merge_id) {
  check_request(request);
  MergeResult result;
  run_write(services_, "record_merge", store::Lane::kInteractive, [&](WriteTransaction& transaction) {
    result = finish_in(transaction, caller, current(transaction, entity), request, merge_id);
  });
  return result;
}

RecordMerge::Begun RecordMerge::move_slice(const Caller& caller, const EntityDef& entity, const MergeRequest& request,
                                           std::int64_t merge_id) {
  check_request(request);
  Begun begun;
  run_write(services_, "record_merge_slice", store::Lane::kBulk, [&](WriteTransaction& transaction) {
    const EntityDef& known = current(transaction, entity);
    const auto records = open_all(transaction, caller, known, request);
    begun.merge_id = merge_id == 0 ? begin_merge(transaction, caller, records.front()) : merge_id;
    const Caller system = on_behalf_of(caller);
    begun.moved = LinkMover(transaction, system, known, begun.merge_id).move(request.others, request.survivor, kSliceRows);
  });
  return begun;
}

MergeUndoResult RecordMerge::undo(const Caller& caller, const EntityDef& entity, std::int64_t merge_id) {
  MergeUndoResult result;
  run_write(services_, "record_unmerge", store::Lane::kInteractive, [&](WriteTransaction& transaction) {
    const EntityDef& known = current(transaction, entity);
    const KnownMerge merge = find_merge(transaction.connection, known, merge_id);
    if (merge.state == "undone") throw base::Error(base::ErrorCode::kFailedPrecondition, "merge_undone");
    const SaveOptions options;
    Save(transaction, caller, known, options).open(merge.survivor, Action::kUpdate);
    const Caller system = on_behalf_of(caller);
    bring_back(transaction, caller, system, known, merge);
    std::int64_t kept_links = 0;
    LinkMover mover(transaction, system, known, merge_id);
    while (mover.move_back(merge.survivor, 500, kept_links) > 0) {
    }
    result = merge.state == "done" ? restore_values(transaction, system, known, merge) : MergeUndoResult{};
    result.kept_links = kept_links;
    recompute_rollups(transaction, known, merge.survivor);
    for (const std::int64_t id : merge.others) recompute_rollups(transaction, known, id);
    transaction.connection.prepare("merge_forget", "DELETE FROM sys_merged WHERE merge_id = $1").bind(1, merge_id).run();
    transaction.connection.prepare("merge_undone", "UPDATE sys_merge SET state = 'undone', undone_at = $1, undone_by = $2 WHERE id = $3")
        .bind(1, base::to_micros(transaction.now))
        .bind(2, caller.user_id)
        .bind(3, merge_id)
        .run();
    std::vector<std::int64_t> ids = merge.others;
    ids.push_back(merge.survivor);
    settle_pairs(transaction.connection, known, ids, "merged", "open", transaction.now);
  });
  return result;
}

std::int64_t count_merge_links(store::Connection& connection, const Registry& registry, const EntityDef& entity,
                               const std::vector<std::int64_t>& others) {
  std::int64_t count = 0;
  for (const auto& backlink : registry.backlinks(entity)) {
    const std::string column = column_of(*backlink.entity, backlink.field), other = column_of(*backlink.entity, backlink.field, "__entity");
    if (column.empty()) continue;
    auto statement = connection.prepare("merge_link_total", "SELECT count(*) FROM " + table_of(*backlink.entity) + " WHERE " + column +
                                                                " IN (" + connection.int_list_sql(1) + ")" +
                                                                (other.empty() ? "" : " AND " + other + " = " + std::to_string(entity.id)));
    if (statement.bind_int_list(1, others).step()) count += statement.integer(0);
  }
  return count;
}

std::optional<std::int64_t> find_survivor(store::Connection& connection, const EntityDef& entity, std::int64_t id) {
  std::optional<std::int64_t> found;
  for (int steps = 0; steps < 100; ++steps) {
    auto statement = connection.prepare("merge_survivor", "SELECT survivor_id FROM sys_merged WHERE entity_id = $1 AND record_id = $2");
    if (!statement.bind(1, entity.id).bind(2, found.value_or(id)).step()) break;
    found = statement.integer(0);
  }
  return found;
}

std::vector<MergeRow> list_merges(store::Connection& connection, const EntityDef& entity, std::int64_t survivor) {
  std::vector<MergeRow> rows;
  {
    auto statement = connection.prepare("merge_list",
                                        "SELECT id, version, user_id, at FROM sys_merge WHERE entity_id = $1 AND survivor_id = $2 AND "
                                        "state = 'done' ORDER BY id DESC LIMIT 50");
    statement.bind(1, entity.id).bind(2, survivor);
    while (statement.step())
      rows.push_back({statement.integer(0), statement.integer(1), statement.integer(2), base::from_micros(statement.integer(3)), {}});
  }
  for (auto& row : rows) {
    auto statement = connection.prepare("merge_others", "SELECT record_id FROM sys_merged WHERE merge_id = $1 ORDER BY record_id");
    statement.bind(1, row.id);
    while (statement.step()) row.merged.push_back(statement.integer(0));
  }
  return rows;
}

}  // namespace entity
