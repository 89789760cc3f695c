#include "server/entity/files.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/entity/access.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"

namespace entity {

namespace {

constexpr std::string_view kSqlite = R"sql(
CREATE TABLE sys_file(
  id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL, size INTEGER NOT NULL,
  created_by INTEGER NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER);
CREATE INDEX ix_sys_file__hash ON sys_file(hash);
CREATE INDEX ix_sys_file__expires_at ON sys_file(expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE sys_file_reference(
  file_id INTEGER NOT NULL, entity_id INTEGER NOT NULL, record_id INTEGER NOT NULL, field_id INTEGER NOT NULL,
  PRIMARY KEY(file_id, entity_id, record_id, field_id)) WITHOUT ROWID;
)sql";

constexpr std::string_view kPostgres = R"sql(
CREATE TABLE sys_file(
  id BIGSERIAL PRIMARY KEY, hash TEXT NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL, size BIGINT NOT NULL,
  created_by BIGINT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT);
CREATE INDEX ix_sys_file__hash ON sys_file(hash);
CREATE INDEX ix_sys_file__expires_at ON sys_file(expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE sys_file_reference(
  file_id BIGINT NOT NULL, entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL, field_id BIGINT NOT NULL,
  PRIMARY KEY(file_id, entity_id, record_id, field_id));
)sql";

constexpr int kMaxReferencesLookedAt = 1000;

struct Reference {
  std::int64_t entity_id, record_id, field_id;
};

std::vector<Reference> references_of(store::Connection& connection, std::int64_t file_id) {
  auto statement =
      connection.prepare("file_references", "SELECT entity_id, record_id, field_id FROM sys_file_reference WHERE file_id = $1 LIMIT $2");
  statement.bind(1, file_id).bind(2, kMaxReferencesLookedAt);
  std::vector<Reference> found;
  while (statement.step()) found.push_back({statement.integer(0), statement.integer(1), statement.integer(2)});
  return found;
}

struct Holder {
  std::int64_t entity_id, record_id, field_id;
  std::string field;  // for errors
};

Holder holder_of(const Record& record, const FieldDef& field) { return {record.entity->id, record.id, field.id, field.key}; }

void add_reference(store::Connection& connection, std::int64_t file, const Holder& holder) {
  auto held = connection.prepare("file_hold", "UPDATE sys_file SET expires_at = NULL WHERE id = $1");
  if (held.bind(1, file).run() == 0) throw base::Error::field(holder.field, "file_not_found", {{"id", std::to_string(file)}});
  auto add = connection.prepare(
      "file_reference_add",
      "INSERT INTO sys_file_reference(file_id, entity_id, record_id, field_id) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING");
  add.bind(1, file).bind(2, holder.entity_id).bind(3, holder.record_id).bind(4, holder.field_id).run();
}

void remove_reference(store::Connection& connection, std::int64_t file, const Holder& holder, base::Instant now) {
  auto remove = connection.prepare(
      "file_reference_remove", "DELETE FROM sys_file_reference WHERE file_id = $1 AND entity_id = $2 AND record_id = $3 AND field_id = $4");
  remove.bind(1, file).bind(2, holder.entity_id).bind(3, holder.record_id).bind(4, holder.field_id).run();
  auto release = connection.prepare(
      "file_release",
      "UPDATE sys_file SET expires_at = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM sys_file_reference r WHERE r.file_id = $1)");
  release.bind(1, file).bind(2, base::to_micros(now + kReleasedFileKept)).run();
}

const Holder kCompanyHolder{0, 1, 0, "logo"};  // ids of entities begin at 1

}  // namespace

const std::vector<store::Migration>& file_migrations() {
  static const std::vector<store::Migration> migrations = {{45, "files", kSqlite, kPostgres}};
  return migrations;
}

std::optional<FileRow> find_file(store::Connection& connection, std::int64_t id) {
  auto statement = connection.prepare("file_find", "SELECT hash, name, mime, size, created_by, created_at FROM sys_file WHERE id = $1");
  if (!statement.bind(1, id).step()) return std::nullopt;
  FileRow row;
  row.id = id;
  row.hash = statement.text(0);
  row.name = statement.text(1);
  row.mime = statement.text(2);
  row.size = statement.integer(3);
  row.created_by = statement.integer(4);
  row.created_at = base::from_micros(statement.integer(5));
  return row;
}

void write_file_json(const FileRow& file, base::JsonWriter& out) {
  out.begin_object().key("id").integer(file.id).key("name").text(file.name).key("size").integer(file.size).key("mime").text(file.mime);
  out.key("url").text("/api/v1/files/" + std::to_string(file.id)).end_object();
}

bool may_read_file(store::Connection& connection, const FilterContext& context, const FileRow& file, RecordResolver& resolver) {
  const Caller& caller = context.caller;
  const bool sees_all = caller.is_system || (caller.is_admin && caller.key_scopes.empty());
  if (sees_all || (file.created_by == caller.user_id && file.created_by != 0)) return true;
  for (const auto& reference : references_of(connection, file.id)) {
    if (reference.entity_id == kCompanyHolder.entity_id) return true;
    const EntityDef* entity = context.registry.find_id(static_cast<int>(reference.entity_id));
    if (entity == nullptr || !may(caller, *entity, Action::kRead)) continue;
    const auto field =
        std::find_if(entity->fields.begin(), entity->fields.end(), [&](const FieldDef& f) { return f.id == reference.field_id; });
    if (field == entity->fields.end() || !may_read_field(caller, *entity, *field)) continue;
    const auto record = resolver.find(*entity, reference.record_id);
    if (!record) continue;
    const FilterContext own{context.registry, *entity, caller, context.now};
    if (matches(access_filter(context.registry, *entity, caller, Action::kRead), *record, own, &resolver)) return true;
  }
  return false;
}

bool is_file_field(const FieldDef& field) {
  return field.type != nullptr && (field.type->name() == "file" || field.type->name() == "image");
}

std::vector<std::int64_t> files_in(const Value& value) {
  if (const auto* id = std::get_if<std::int64_t>(&value)) return {*id};
  std::vector<std::int64_t> ids;
  if (const auto* items = std::get_if<Items>(&value)) {
    for (const auto& item : *items) {
      if (const auto* id = std::get_if<std::int64_t>(&item.columns.front())) ids.push_back(*id);
    }
  }
  return ids;
}

void hold_single_file(store::Connection& connection, std::int64_t before, std::int64_t after, base::Instant now) {
  if (after != 0) add_reference(connection, after, kCompanyHolder);
  if (before != 0) remove_reference(connection, before, kCompanyHolder, now);
}

void update_file_references(store::Connection& connection, const Record* before, const Record* after, base::Instant now) {
  const EntityDef& entity = *(after != nullptr ? after : before)->entity;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    const FieldDef& field = entity.fields[i];
    if (field.system || !is_file_field(field)) continue;
    const auto old_files = before == nullptr ? std::vector<std::int64_t>{} : files_in(before->values[i]);
    const auto new_files = after == nullptr ? std::vector<std::int64_t>{} : files_in(after->values[i]);
    for (const std::int64_t file : new_files) {
      if (std::find(old_files.begin(), old_files.end(), file) == old_files.end()) add_reference(connection, file, holder_of(*after, field));
    }
    for (const std::int64_t file : old_files) {
      if (std::find(new_files.begin(), new_files.end(), file) == new_files.end())
        remove_reference(connection, file, holder_of(*before, field), now);
    }
  }
}

}  // namespace entity
