// Rows of the entity's own table ↔ Record.
#include <algorithm>
#include <cassert>

#include "server/base/json.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/schema/storage_layout.hpp"
#include "server/entity/storage.hpp"
#include "server/store/send.hpp"

namespace entity {

namespace {

constexpr int kBuiltInColumns = 8;

std::string marks_json(const std::vector<Mark>& marks) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_array();
  for (const auto& mark : marks) {
    out.begin_object().key("field").text(mark.field).key("code").text(mark.code).key("raw").text(mark.raw).end_object();
  }
  out.end_array();
  return text;
}

std::vector<Mark> parse_marks(std::string_view text) {
  std::vector<Mark> marks;
  const auto list = base::parse_json(text);
  for (const auto& element : list.as_array()) {
    const auto& object = element.as_object();
    marks.push_back({base::json_string(object, "field"), base::json_string(object, "code"), base::json_string(object, "raw")});
  }
  return marks;
}

void bind_user(store::Statement& statement, int index, std::int64_t user_id) {
  if (user_id > 0) {
    statement.bind(index, user_id);
  } else {
    statement.bind_null(index);
  }
}

void bind_marks(store::Statement& statement, int index, const Record& record) {
  if (record.marks.empty()) {
    statement.bind_null(index);
  } else {
    statement.bind_text(index, marks_json(record.marks));
  }
}

void bind_deleted_at(store::Statement& statement, int index, const Record& record) {
  if (record.deleted) {
    statement.bind(index, base::to_micros(record.deleted_at));
  } else {
    statement.bind_null(index);
  }
}

// The value after `count` more.
std::int64_t advance_counter(store::Connection& connection, std::string_view name, std::int64_t count) {
  if (connection.dialect() == store::Dialect::kSqlite) {
    // RETURNING costs SQLite five times the update (measured 2026-11-22).
    auto advance = connection.prepare("counter_advance", "UPDATE sys_counter SET value=value+$2 WHERE name=$1");
    if (advance.bind_text(1, name).bind(2, count).run() == 0)
      connection.prepare("counter_add", "INSERT INTO sys_counter(name,value) VALUES($1,$2)").bind_text(1, name).bind(2, count).run();
    auto value = connection.prepare("counter_value", "SELECT value FROM sys_counter WHERE name=$1");
    value.bind_text(1, name).step();
    return value.integer(0);
  }
  auto statement = connection.prepare("counter_advance",
                                      "INSERT INTO sys_counter(name,value) VALUES($1,$2) ON CONFLICT(name) DO UPDATE "
                                      "SET value=sys_counter.value+$2 RETURNING value");
  statement.bind_text(1, name).bind(2, count);
  statement.step();
  const auto value = statement.integer(0);
  statement.step();
  return value;
}

}  // namespace

int read_record_row(const EntityDef& entity, store::Statement& statement, int first, Record& out) {
  const auto& storage = *entity.storage;
  out.entity = &entity;
  out.values.assign(entity.fields.size(), Value{});
  out.id = statement.integer(first);
  const auto uid = statement.blob(first + 1);
  if (uid.size() == out.uid.size()) std::copy(uid.begin(), uid.end(), out.uid.begin());
  out.version = statement.integer(first + 2);
  out.created_at = base::from_micros(statement.integer(first + 3));
  out.updated_at = base::from_micros(statement.integer(first + 4));
  out.created_by = statement.is_null(first + 5) ? 0 : statement.integer(first + 5);
  out.updated_by = statement.is_null(first + 6) ? 0 : statement.integer(first + 6);
  out.deleted = !statement.is_null(first + 7);
  out.deleted_at = out.deleted ? base::from_micros(statement.integer(first + 7)) : base::Instant{};
  out.marks.clear();
  if (!statement.is_null(first + kBuiltInColumns)) out.marks = parse_marks(statement.text(first + kBuiltInColumns));
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const auto& field = entity.fields[i];
    if (field.system || storage.first_read_column[i] < 0) continue;
    field.type->read(field, statement, first + storage.first_read_column[i], out.values[i]);
  }
  copy_built_in(out);
  return static_cast<int>(storage.read_columns.size());
}

int bind_record_row(const Record& record, store::Statement& statement, int first) {
  const auto& entity = *record.entity;
  int at = first;
  statement.bind(at++, record.id);
  statement.bind_blob(at++, std::string_view(reinterpret_cast<const char*>(record.uid.data()), record.uid.size()));
  statement.bind(at++, record.version);
  statement.bind(at++, base::to_micros(record.created_at));
  statement.bind(at++, base::to_micros(record.updated_at));
  bind_user(statement, at++, record.created_by);
  bind_user(statement, at++, record.updated_by);
  bind_deleted_at(statement, at++, record);
  bind_marks(statement, at++, record);
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const auto& field = entity.fields[i];
    if (field.system || entity.storage->first_column[i] < 0) continue;
    assert(at - first == entity.storage->first_column[i]);
    at += field.type->bind(field, record.values[i], statement, at);
  }
  return at - first;
}

void copy_built_in(Record& record) {
  const auto& entity = *record.entity;
  // They stand together, behind the declared fields.
  auto next = entity.index_of("id");
  const auto set = [&](std::string_view key, Value value) {
    if (next < 0 || static_cast<std::size_t>(next) >= entity.fields.size() || entity.fields[static_cast<std::size_t>(next)].key != key)
      next = entity.index_of(key);
    if (next >= 0) record.at(next++) = std::move(value);
  };
  const auto user = [&](std::string_view key, std::int64_t id) {
    const auto* field = id > 0 ? entity.field(key) : nullptr;
    set(key, field == nullptr ? Value{} : Value{Link{field->to_ids.empty() ? 0 : field->to_ids.front(), id}});
  };
  set("id", record.id > 0 ? Value(record.id) : Value{});
  set("uid", base::to_string(record.uid));
  set("version", record.version);
  set("created_at", base::to_micros(record.created_at));
  set("updated_at", base::to_micros(record.updated_at));
  user("created_by", record.created_by);
  user("updated_by", record.updated_by);
  set("deleted_at", record.deleted ? Value(base::to_micros(record.deleted_at)) : Value{});
}

void insert_record(store::Connection& connection, const Record& record) {
  auto statement = connection.prepare("insert_record", record.entity->storage->insert_sql);
  bind_record_row(record, statement, 1);
  store::send(connection, statement);
}

bool update_record(store::Connection& connection, const Record& before, const Record& after) {
  const auto& entity = *after.entity;
  const auto& storage = *entity.storage;
  int parameter = 6;
  std::string sql = "UPDATE " + storage.quoted_table + " SET \"version\"=$3,\"updated_at\"=$4,\"updated_by\"=$5";
  // Nearly every index holds living records only: SQLite writes each of them anew when deleted_at is so much as named.
  const bool moves_to_bin = before.deleted != after.deleted || before.deleted_at != after.deleted_at;
  if (moves_to_bin) sql += ",\"deleted_at\"=$" + std::to_string(parameter++);
  const bool changes_marks = before.marks != after.marks;
  if (changes_marks) sql += ",\"marks\"=$" + std::to_string(parameter++);
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const auto first = storage.first_column[i];
    if (entity.fields[i].system || first < 0 || entity.fields[i].type->name() == "roll_up" || before.values[i] == after.values[i]) continue;
    changed.push_back(i);
    for (auto c = static_cast<std::size_t>(first); c < storage.columns.size() && storage.columns[c].field == static_cast<FieldIndex>(i);
         ++c) {
      sql += "," + storage.columns[c].quoted + "=$" + std::to_string(parameter++);
    }
  }
  sql += " WHERE \"id\"=$1 AND \"version\"=$2";
  auto statement = connection.prepare("update_record", sql);
  statement.bind(1, after.id).bind(2, before.version).bind(3, after.version).bind(4, base::to_micros(after.updated_at));
  bind_user(statement, 5, after.updated_by);
  parameter = 6;
  if (moves_to_bin) bind_deleted_at(statement, parameter++, after);
  if (changes_marks) bind_marks(statement, parameter++, after);
  for (const auto i : changed) parameter += entity.fields[i].type->bind(entity.fields[i], after.values[i], statement, parameter);
  return statement.run() == 1;
}

void erase_record(store::Connection& connection, const EntityDef& entity, std::int64_t id) {
  for (const auto& table : entity.storage->items) {
    if (table.relation) continue;
    connection.prepare("erase_items", "DELETE FROM " + table.quoted_table + " WHERE \"record_id\"=$1").bind(1, id).run();
  }
  connection.prepare("erase_record", "DELETE FROM " + entity.storage->quoted_table + " WHERE \"id\"=$1").bind(1, id).run();
}

std::int64_t next_id(store::Connection& connection, const EntityDef& entity) { return next_ids(connection, entity, 1).front(); }

std::vector<std::int64_t> next_ids(store::Connection& connection, const EntityDef& entity, int count) {
  std::vector<std::int64_t> ids;
  ids.reserve(static_cast<std::size_t>(count));
  if (connection.dialect() == store::Dialect::kPostgres) {
    auto statement = connection.prepare("next_id", "SELECT nextval('" + entity.table + "__id_seq') FROM generate_series(1,$1)");
    statement.bind(1, std::int64_t{count});
    while (statement.step()) ids.push_back(statement.integer(0));
    return ids;
  }
  const auto last = advance_counter(connection, "id:" + entity.table, count);
  for (int i = count - 1; i >= 0; --i) ids.push_back(last - i);
  return ids;
}

std::int64_t next_counter(store::Connection& connection, std::string_view name) { return advance_counter(connection, name, 1); }

}  // namespace entity
