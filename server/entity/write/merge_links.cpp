#include "server/entity/write/merge_links.hpp"

#include <algorithm>

#include "server/entity/field_type.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/shares.hpp"

namespace entity {

namespace {

constexpr std::string_view kShare = "#share", kReference = "#reference";
// A relation that the survivor has already: it lies in the bin until undo.
constexpr std::string_view kDoubled = "doubled";

std::string place_of(const Backlink& backlink) {
  return backlink.entity->key + "." + backlink.entity->fields[static_cast<std::size_t>(backlink.field)].key;
}

// The condition that the field points to record $1 (of entity $2 when it may point to several).
std::string points_to(const Backlink& backlink, int entity_id) {
  const std::string column = column_of(*backlink.entity, backlink.field);
  const std::string entity_column = column_of(*backlink.entity, backlink.field, "__entity");
  return column + " = $1" + (entity_column.empty() ? "" : " AND " + entity_column + " = " + std::to_string(entity_id));
}

}  // namespace

std::int64_t LinkMover::move(const std::vector<std::int64_t>& others, std::int64_t survivor, std::int64_t limit) {
  std::int64_t moved = 0;
  for (const std::int64_t other : others) {
    for (const auto& backlink : transaction_.registry->backlinks(entity_)) {
      if (column_of(*backlink.entity, backlink.field).empty()) continue;
      moved += move_field(backlink, other, survivor, limit - moved);
      if (moved >= limit) return moved;
    }
    move_shares(other, survivor);
    move_references(other, survivor);
  }
  return moved;
}

std::int64_t LinkMover::move_field(const Backlink& backlink, std::int64_t other, std::int64_t survivor, std::int64_t limit) {
  std::vector<std::pair<std::int64_t, bool>> rows;
  {
    auto statement = transaction_.connection.prepare(
        "merge_links", "SELECT id, deleted_at IS NOT NULL FROM " + table_of(*backlink.entity) + " WHERE " +
                           points_to(backlink, entity_.id) + " ORDER BY id LIMIT $2" + std::string(transaction_.connection.row_lock_sql()));
    statement.bind(1, other).bind(2, limit);
    while (statement.step()) rows.emplace_back(statement.integer(0), statement.integer(1) != 0);
  }
  for (const auto& [row, in_bin] : rows) move_row(backlink, row, in_bin, other, survivor);
  return static_cast<std::int64_t>(rows.size());
}

void LinkMover::move_row(const Backlink& backlink, std::int64_t row, bool in_bin, std::int64_t other, std::int64_t survivor) {
  const bool is_log = backlink.entity->kind == EntityKind::kLog;
  const bool doubled = !in_bin && backlink.entity->kind == EntityKind::kRelation && is_doubled(backlink, row, survivor);
  note({place_of(backlink), row, other, doubled ? std::string(kDoubled) : std::string()});
  if (doubled) {
    const SaveOptions options;
    Save(transaction_, caller_, *backlink.entity, options).give_way(row, "merged");
  }
  // Rows of logs and of the bin have no life of their own: moved as they lie. The merged records' own links to each other
  // are theirs to give up (merge_values.cpp).
  if (is_log || in_bin || doubled) {
    transaction_.connection
        .prepare("merge_link_raw",
                 "UPDATE " + table_of(*backlink.entity) + " SET " + column_of(*backlink.entity, backlink.field) + " = $1 WHERE id = $2")
        .bind(1, survivor)
        .bind(2, row)
        .run();
    transaction_.resolver.forget(*backlink.entity, row);
    return;
  }
  const SaveOptions options;
  const bool to_itself = backlink.entity->id == entity_.id && row == survivor;
  Save(transaction_, caller_, *backlink.entity, options).point(row, backlink.field, to_itself ? 0 : survivor);
}

// The survivor has a relation to the same record already.
bool LinkMover::is_doubled(const Backlink& backlink, std::int64_t row, std::int64_t survivor) {
  const EntityDef& relation = *backlink.entity;
  for (std::size_t i = 0; i < relation.fields.size(); ++i) {
    const FieldDef& field = relation.fields[i];
    if (field.system || static_cast<FieldIndex>(i) == backlink.field || field.type->comparison(field) != Comparison::kLink) continue;
    const std::string target = column_of(relation, static_cast<FieldIndex>(i));
    if (target.empty()) continue;
    auto statement = transaction_.connection.prepare(
        "merge_doubled", "SELECT 1 FROM " + table_of(relation) + " a, " + table_of(relation) +
                             " b WHERE a.id = $1 AND b.id <> a.id AND b.deleted_at IS NULL AND b." + column_of(relation, backlink.field) +
                             " = $2 AND b." + target + " = a." + target);
    return statement.bind(1, row).bind(2, survivor).step();
  }
  return false;
}

void LinkMover::move_shares(std::int64_t other, std::int64_t survivor) {
  const auto known = read_shares(transaction_.connection, entity_, survivor);
  for (const auto& share : read_shares(transaction_.connection, entity_, other)) {
    const auto at = std::find_if(known.begin(), known.end(),
                                 [&](const Share& s) { return s.user_id == share.user_id && s.department_id == share.department_id; });
    const int had = at == known.end() ? 0 : at->level;
    if (had >= share.level) continue;
    const json::object detail = {{"user", share.user_id}, {"department", share.department_id}, {"had", had}, {"level", share.level}};
    // The merged record keeps its own row: it lies in the bin with the rest of it.
    note({std::string(kShare), 0, other, json::serialize(detail)});
    const auto record = transaction_.resolver.find(entity_, survivor);
    if (record) write_share(transaction_.connection, *record, share, caller_, transaction_.now);
  }
}

// External keys lead to the record that stays.
void LinkMover::move_references(std::int64_t other, std::int64_t survivor) {
  std::vector<std::string> keys;
  {
    auto statement =
        transaction_.connection.prepare("merge_references", "SELECT key FROM sys_reference WHERE entity_id = $1 AND record_id = $2");
    statement.bind(1, entity_.id).bind(2, other);
    while (statement.step()) keys.emplace_back(statement.text(0));
  }
  for (const auto& key : keys) {
    note({std::string(kReference), 0, other, key});
    transaction_.connection.prepare("merge_reference", "UPDATE sys_reference SET record_id = $1 WHERE key = $2")
        .bind(1, survivor)
        .bind_text(2, key)
        .run();
  }
}

void LinkMover::note(const Note& note) {
  auto statement = transaction_.connection.prepare(
      "merge_note", "INSERT INTO sys_merge_link(merge_id, place, row_id, old_id, detail) VALUES($1, $2, $3, $4, $5)");
  statement.bind(1, merge_id_).bind_text(2, note.place).bind(3, note.row).bind(4, note.old_id);
  if (note.detail.empty())
    statement.bind_null(5);
  else
    statement.bind_text(5, note.detail);
  statement.run();
}

std::int64_t LinkMover::move_back(std::int64_t survivor, std::int64_t limit, std::int64_t& kept) {
  std::vector<Note> notes;
  {
    auto statement = transaction_.connection.prepare(
        "merge_notes",
        "SELECT place, row_id, old_id, COALESCE(detail, '') FROM sys_merge_link WHERE merge_id = $1 ORDER BY place, row_id LIMIT $2");
    statement.bind(1, merge_id_).bind(2, limit);
    while (statement.step())
      notes.push_back({std::string(statement.text(0)), statement.integer(1), statement.integer(2), std::string(statement.text(3))});
  }
  for (const auto& note : notes) {
    bool back = true;
    if (note.place == kShare) {
      back = move_back_share(note, survivor);
    } else if (note.place == kReference) {
      back = transaction_.connection
                 .prepare("merge_reference_back", "UPDATE sys_reference SET record_id = $1 WHERE key = $2 AND record_id = $3")
                 .bind(1, note.old_id)
                 .bind_text(2, note.detail)
                 .bind(3, survivor)
                 .run() > 0;
    } else {
      back = move_back_row(note, survivor);
    }
    if (!back) ++kept;
    transaction_.connection
        .prepare(
            "merge_note_done",
            "DELETE FROM sys_merge_link WHERE merge_id = $1 AND place = $2 AND row_id = $3 AND old_id = $4 AND COALESCE(detail, '') = $5")
        .bind(1, merge_id_)
        .bind_text(2, note.place)
        .bind(3, note.row)
        .bind(4, note.old_id)
        .bind_text(5, note.detail)
        .run();
  }
  return static_cast<std::int64_t>(notes.size());
}

bool LinkMover::move_back_share(const Note& note, std::int64_t survivor) {
  const json::value detail = base::parse_json(note.detail);
  const auto& values = detail.as_object();
  const Share share{base::json_int(values, "user"), base::json_int(values, "department"), static_cast<int>(base::json_int(values, "had"))};
  const auto known = read_shares(transaction_.connection, entity_, survivor);
  const auto at = std::find_if(known.begin(), known.end(),
                               [&](const Share& s) { return s.user_id == share.user_id && s.department_id == share.department_id; });
  const auto record = transaction_.resolver.find(entity_, survivor);
  if (at == known.end() || at->level != base::json_int(values, "level") || !record) return false;
  if (share.level == 0)
    remove_share(transaction_.connection, *record, share, caller_, transaction_.now);
  else
    write_share(transaction_.connection, *record, share, caller_, transaction_.now);
  return true;
}

bool LinkMover::move_back_row(const Note& note, std::int64_t survivor) {
  const auto dot = note.place.find('.');
  const EntityDef* child = transaction_.registry->find(note.place.substr(0, dot));
  const FieldIndex field = child == nullptr ? -1 : child->index_of(note.place.substr(dot + 1));
  if (field < 0) return false;
  const Backlink backlink{child, field};
  const bool to_itself = child->id == entity_.id && note.row == survivor;
  bool found = false, in_bin = false;
  {
    auto statement = transaction_.connection.prepare(
        "merge_link_now", "SELECT deleted_at IS NOT NULL FROM " + table_of(*child) + " WHERE id = $2 AND " +
                              (to_itself ? column_of(*child, field) + " IS NULL AND $1 > 0" : points_to(backlink, entity_.id)) +
                              std::string(transaction_.connection.row_lock_sql()));
    if (statement.bind(1, survivor).bind(2, note.row).step()) {
      found = true;
      in_bin = statement.integer(0) != 0;
    }
  }
  if (!found) return false;
  const SaveOptions options;
  if (child->kind == EntityKind::kLog || in_bin) {
    transaction_.connection
        .prepare("merge_link_raw", "UPDATE " + table_of(*child) + " SET " + column_of(*child, field) + " = $1 WHERE id = $2")
        .bind(1, note.old_id)
        .bind(2, note.row)
        .run();
    transaction_.resolver.forget(*child, note.row);
    if (note.detail == kDoubled && in_bin) Save(transaction_, caller_, *child, options).come_back(note.row, "unmerged");
    return true;
  }
  if (to_itself) {
    // The value was emptied, so there is no entity to keep: written as a whole by the survivor's own values.
    return true;
  }
  Save(transaction_, caller_, *child, options).point(note.row, field, note.old_id);
  return true;
}

}  // namespace entity
