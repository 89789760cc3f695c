#include "server/entity/write/audit.hpp"

#include <charconv>

#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/storage.hpp"
#include "server/store/send.hpp"

namespace entity {

namespace {

constexpr std::string_view kColumns = "seq, at, user_id, version, action, changes, via, remote_address, job_id";

AuditRow read_row(store::Statement& statement) {
  AuditRow row;
  row.seq = statement.integer(0);
  row.at = base::from_micros(statement.integer(1));
  row.user_id = statement.integer(2);
  row.version = statement.integer(3);
  row.action = statement.text(4);
  if (!statement.is_null(5)) row.changes = statement.text(5);
  row.via = statement.text(6);
  if (!statement.is_null(7)) row.remote_address = statement.text(7);
  if (!statement.is_null(8)) row.job_id = statement.integer(8);
  return row;
}

bool equal(const Value& a, const Value& b) {
  if (is_empty(a) && is_empty(b)) return true;
  const auto* items_a = std::get_if<Items>(&a);
  const auto* items_b = std::get_if<Items>(&b);
  if (items_a != nullptr && items_b != nullptr) return same_items(*items_a, *items_b);
  return a == b;
}

void write_audited(const FieldDef& field, const Value& value, base::JsonWriter& out) {
  if (is_empty(value))
    out.null();
  else
    field.type->write(field, value, out);
}

}  // namespace

std::vector<FieldIndex> changed_fields(const Record* before, const Record& after) {
  std::vector<FieldIndex> changed;
  for (std::size_t i = 0; i < after.values.size(); ++i) {
    const FieldDef& field = after.entity->fields[i];
    if (field.system) continue;
    const bool differs = before == nullptr ? !is_empty(after.values[i]) : !equal(before->values[i], after.values[i]);
    if (differs) changed.push_back(static_cast<FieldIndex>(i));
  }
  return changed;
}

std::string audit_changes(const Record& before, const Record& after, const std::vector<FieldIndex>& changed) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object();
  for (const FieldIndex index : changed) {
    const FieldDef& field = after.entity->fields[static_cast<std::size_t>(index)];
    if (!field.audit) continue;
    out.key(std::to_string(field.id)).begin_array();
    write_audited(field, before.at(index), out);
    write_audited(field, after.at(index), out);
    out.end_array();
  }
  out.end_object();
  return text;
}

void write_audit(store::Connection& connection, const AuditEntry& entry) {
  auto statement = connection.prepare(
      "audit_write",
      "INSERT INTO sys_audit(at, user_id, entity_id, record_id, version, action, changes, via, remote_address, api_key_id, "
      "job_id) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
  const Caller& caller = *entry.caller;
  statement.bind(1, base::to_micros(entry.now)).bind(2, caller.user_id).bind(3, entry.record->entity->id);
  statement.bind(4, entry.record->id).bind(5, entry.record->version).bind_text(6, entry.action);
  if (entry.changes.empty())
    statement.bind_null(7);
  else
    statement.bind_text(7, entry.changes);
  statement.bind_text(8, caller.via.empty() ? "system" : caller.via);
  if (caller.remote_address.empty())
    statement.bind_null(9);
  else
    statement.bind_text(9, caller.remote_address);
  if (caller.api_key_id == 0)
    statement.bind_null(10);
  else
    statement.bind(10, caller.api_key_id);
  if (entry.job_id == 0)
    statement.bind_null(11);
  else
    statement.bind(11, entry.job_id);
  store::send(connection, statement);
}

std::optional<AuditRow> find_audit(store::Connection& connection, const EntityDef& entity, std::int64_t record_id, std::int64_t seq) {
  auto statement = connection.prepare(
      "audit_find", "SELECT " + std::string(kColumns) + " FROM sys_audit WHERE seq = $1 AND entity_id = $2 AND record_id = $3");
  statement.bind(1, seq).bind(2, entity.id).bind(3, record_id);
  if (!statement.step()) return std::nullopt;
  return read_row(statement);
}

std::vector<AuditRow> read_audit(store::Connection& connection, const EntityDef& entity, std::int64_t record_id, std::int64_t before_seq,
                                 int limit) {
  auto statement = connection.prepare(
      "audit_read", "SELECT " + std::string(kColumns) +
                        " FROM sys_audit WHERE entity_id = $1 AND record_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4");
  statement.bind(1, entity.id).bind(2, record_id).bind(3, before_seq == 0 ? INT64_MAX : before_seq).bind(4, limit);
  std::vector<AuditRow> rows;
  while (statement.step()) rows.push_back(read_row(statement));
  return rows;
}

std::optional<std::vector<int>> fields_changed_since(store::Connection& connection, const EntityDef& entity, std::int64_t record_id,
                                                     std::int64_t version, std::int64_t current) {
  if (version == current) return std::vector<int>{};
  auto statement = connection.prepare("audit_since",
                                      "SELECT version, changes FROM sys_audit WHERE entity_id = $1 AND record_id = $2 AND "
                                      "version > $3 ORDER BY seq");
  statement.bind(1, entity.id).bind(2, record_id).bind(3, version);
  std::vector<int> fields;
  std::int64_t expected = version + 1;
  while (statement.step()) {
    if (statement.integer(0) != expected) return std::nullopt;
    ++expected;
    if (statement.is_null(1)) continue;
    const json::value changes = base::parse_json(statement.text(1));
    for (const auto& member : changes.as_object()) {
      int id = 0;
      std::from_chars(member.key().data(), member.key().data() + member.key().size(), id);
      fields.push_back(id);
    }
  }
  if (expected != current + 1) return std::nullopt;
  return fields;
}

}  // namespace entity
