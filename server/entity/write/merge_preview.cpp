// What a merge would do, shown before it is done.
#include <algorithm>

#include "server/entity/field_type.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/merge.hpp"
#include "server/entity/write/merge_values.hpp"

namespace entity {

namespace {

// The records, survivor first; throws as the merge would.
std::vector<Record> load_all(const QueryContext& context, const EntityDef& entity, const MergeRequest& request) {
  std::vector<std::int64_t> ids{request.survivor};
  ids.insert(ids.end(), request.others.begin(), request.others.end());
  std::vector<Record> records;
  for (const std::int64_t id : ids) {
    Filter own;
    own.kind = Filter::Kind::kCompare;
    own.path = {PathStep{&entity, entity.index_of("id"), {}}};
    own.values = {id};
    auto record = load_record(context.connection, context.registry, entity, id);
    const auto allowed = [&](Action action) { return !find_ids(context, entity, own, action, 0, 1).empty(); };
    if (!record || record->deleted || !allowed(Action::kRead)) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    if (!allowed(Action::kUpdate)) throw base::Error(base::ErrorCode::kPermissionDenied, "update_not_allowed", {{"entity", entity.key}});
    if (id != request.survivor && !allowed(Action::kDelete))
      throw base::Error(base::ErrorCode::kPermissionDenied, "delete_not_allowed", {{"entity", entity.key}});
    records.push_back(std::move(*record));
  }
  return records;
}

std::vector<MergeLinks> links_of(const QueryContext& context, const EntityDef& entity, const std::vector<std::int64_t>& others) {
  std::vector<MergeLinks> out;
  for (const auto& backlink : context.registry.backlinks(entity)) {
    const std::string column = column_of(*backlink.entity, backlink.field), any = column_of(*backlink.entity, backlink.field, "__entity");
    if (column.empty()) continue;
    auto statement = context.connection.prepare(
        "merge_preview_links", "SELECT count(*) FROM " + table_of(*backlink.entity) + " WHERE deleted_at IS NULL AND " + column + " IN (" +
                                   context.connection.int_list_sql(1) + ")" +
                                   (any.empty() ? "" : " AND " + any + " = " + std::to_string(entity.id)));
    if (statement.bind_int_list(1, others).step() && statement.integer(0) > 0)
      out.push_back({backlink.entity->key, backlink.entity->fields[static_cast<std::size_t>(backlink.field)].key, statement.integer(0)});
  }
  return out;
}

json::object written(const QueryContext& context, const EntityDef& entity, std::int64_t id) {
  std::string text;
  base::JsonWriter out(text);
  if (!write_record(context, entity, id, out)) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  return std::move(base::parse_json(text, {64, 64u << 20}).as_object());
}

}  // namespace

void write_merge_preview(const QueryContext& context, const EntityDef& entity, const MergeRequest& request, base::JsonWriter& out) {
  const auto records = load_all(context, entity, request);
  const auto merged = merged_values(context.registry, context.caller, records, request.choose);
  std::vector<json::object> shown;
  for (const auto& record : records) shown.push_back(written(context, entity, record.id));
  out.begin_object().key("records").begin_array();
  for (const auto& record : shown) out.value(record);
  out.end_array().key("result").begin_object();
  json::object from;
  for (const auto& value : merged) {
    const FieldDef& field = entity.fields[static_cast<std::size_t>(value.field)];
    if (!shown.front().contains(field.key)) continue;  // not his to read
    const auto source = std::find_if(records.begin(), records.end(), [&](const Record& record) { return record.id == value.from; });
    const bool emptied = source != records.end() && is_empty(value.value) && !is_empty(source->at(value.field));
    out.key(field.key);
    if (source != records.end() && !emptied) {
      const auto& values = shown[static_cast<std::size_t>(source - records.begin())];
      out.value(values.contains(field.key) ? values.at(field.key) : json::value(nullptr));
    } else if (is_empty(value.value)) {
      out.null();
    } else {
      field.type->write(field, value.value, out);
    }
    from[field.key] = value.is_united ? json::value("union") : value.from == 0 || emptied ? json::value("value") : json::value(value.from);
  }
  out.end_object().key("from").value(from).key("links").begin_array();
  for (const auto& link : links_of(context, entity, request.others))
    out.begin_object().key("entity").text(link.entity).key("field").text(link.field).key("count").integer(link.count).end_object();
  out.end_array().key("link_count").integer(count_merge_links(context.connection, context.registry, entity, request.others)).end_object();
}

}  // namespace entity
