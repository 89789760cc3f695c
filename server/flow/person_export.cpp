// Everything kept about a person, for the answer to his request (152-ФЗ, art. 14).
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"
#include "server/entity/write/audit.hpp"
#include "server/flow/erasure.hpp"

namespace flow {

namespace {

constexpr int kMostRelated = 5000;
constexpr int kMostChanges = 10000;

json::value record_json(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id) {
  std::string text;
  base::JsonWriter out(text);
  return entity::write_record(context, entity, id, out) ? base::parse_json(text, {64, 64u << 20}) : json::value(nullptr);
}

void write_history(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id, base::JsonWriter& out) {
  out.begin_array();
  for (const auto& row : entity::read_audit(context.connection, entity, id, 0, kMostChanges)) {
    out.begin_object()
        .key("at")
        .text(base::to_string(row.at))
        .key("user")
        .integer(row.user_id)
        .key("action")
        .text(row.action)
        .key("changes");
    if (row.changes.empty())
      out.null();
    else
      out.value(base::parse_json(row.changes, {64, 64u << 20}));
    out.end_object();
  }
  out.end_array();
}

}  // namespace

void write_person(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id, base::JsonWriter& out) {
  const auto record = record_json(context, entity, id);
  if (record.is_null()) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  out.begin_object()
      .key("exported_at")
      .text(base::to_string(context.now))
      .key("entity")
      .text(entity.key)
      .key("record")
      .value(record)
      .key("related")
      .begin_object();
  for (const auto& backlink : context.registry.backlinks(entity)) {
    const auto& field = backlink.entity->fields[static_cast<std::size_t>(backlink.field)];
    if (field.system || field.type->is_multi_value(field) || backlink.entity->kind == entity::EntityKind::kSystem) continue;
    entity::Filter points;
    points.kind = entity::Filter::Kind::kCompare;
    points.op = entity::FilterOp::kEq;
    points.path = {entity::PathStep{backlink.entity, backlink.field, {}}};
    points.values = {entity::Link{entity.id, id}};
    const auto ids = entity::find_ids(context, *backlink.entity, points, entity::Action::kRead, 0, kMostRelated);
    if (ids.empty()) continue;
    out.key(backlink.entity->key + "." + field.key).begin_array();
    for (const std::int64_t each : ids) out.value(record_json(context, *backlink.entity, each));
    out.end_array();
  }
  out.end_object().key("history");
  write_history(context, entity, id, out);
  out.end_object();
}

}  // namespace flow
