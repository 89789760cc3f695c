// The audit of one record for people, with undo; who can see it and why.
#include <algorithm>
#include <charconv>

#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/audit.hpp"
#include "server/entity/write/merge.hpp"

namespace api {

namespace {

using entity::QueryContext;
using entity::SaveResult;

void require_readable(const QueryContext& context, const entity::EntityDef& entity, std::int64_t id) {
  std::string ignored;
  base::JsonWriter out(ignored);
  if (!entity::write_record(context, entity, id, out)) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
}

const entity::FieldDef* field_of(const entity::EntityDef& entity, std::string_view id_text) {
  int id = 0;
  std::from_chars(id_text.data(), id_text.data() + id_text.size(), id);
  const auto at = std::find_if(entity.fields.begin(), entity.fields.end(), [&](const auto& field) { return field.id == id; });
  return at == entity.fields.end() ? nullptr : &*at;
}

// The audit keeps links as ids; people read titles.
void write_old_value(const QueryContext& context, const entity::FieldDef& field, const json::value& value, base::JsonWriter& out) {
  const auto* object = value.if_object();
  const bool is_link = field.type->comparison(field) == entity::Comparison::kLink && object != nullptr && object->contains("id");
  if (!is_link) {
    out.value(value);
    return;
  }
  const std::string target = base::json_string(*object, "entity", field.to.empty() ? "user" : field.to.front());
  const entity::EntityDef* found = context.registry.find(target);
  const auto* id = object->if_contains("id");
  if (found == nullptr || id == nullptr || !id->is_int64())
    out.value(value);
  else
    write_reference(context, *found, id->as_int64(), out);
}

}  // namespace

void write_changes(const QueryContext& context, const entity::EntityDef& entity, const std::string& changes, base::JsonWriter& out) {
  out.key("changes").begin_array();
  if (!changes.empty()) {
    const json::value parsed = base::parse_json(changes, {64, 64u << 20});
    for (const auto& member : parsed.as_object()) {
      const entity::FieldDef* field = field_of(entity, {member.key().data(), member.key().size()});
      if (field == nullptr || !entity::may_read_field(context.caller, entity, *field)) continue;
      const json::array& pair = member.value().as_array();
      out.begin_object().key("field").text(field->key).key("old");
      write_old_value(context, *field, pair.at(0), out);
      out.key("new");
      write_old_value(context, *field, pair.at(1), out);
      out.end_object();
    }
  }
  out.end_array();
}

namespace {

void history(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const std::int64_t id = call.id();
  const int limit = call.query_int("limit", 50, 1, 200);
  const std::int64_t before = call.query_int("cursor", 0, 0, INT32_MAX);
  call.read("history", [&](const QueryContext& context) {
    response.body.clear();
    require_readable(context, entity, id);
    auto rows = entity::read_audit(context.connection, entity, id, before, limit + 1);
    const bool more = rows.size() > static_cast<std::size_t>(limit);
    if (more) rows.resize(static_cast<std::size_t>(limit));
    base::JsonWriter out(response.body);
    out.begin_object().key("items").begin_array();
    for (const auto& row : rows) {
      out.begin_object().key("seq").integer(row.seq).key("at").text(base::to_string(row.at)).key("user");
      if (row.user_id == 0)
        out.null();
      else
        write_reference(context, context.registry.require("user"), row.user_id, out);
      out.key("version").integer(row.version).key("action").text(row.action).key("via").text(row.via);
      write_changes(context, entity, row.changes, out);
      out.end_object();
    }
    out.end_array().key("next");
    if (more)
      out.text(std::to_string(rows.back().seq));
    else
      out.null();
    out.end_object();
  });
}

// The merge that the audit row tells of, 0 when it tells of another change.
std::int64_t merge_of(Call& call, const entity::EntityDef& entity, std::int64_t id, std::int64_t seq) {
  std::int64_t merge = 0;
  call.read("history_merge", [&](const QueryContext& context) {
    const auto row = entity::find_audit(context.connection, entity, id, seq);
    if (!row || row->action != "merged") return;
    for (const auto& known : entity::list_merges(context.connection, entity, id)) {
      if (known.version == row->version) merge = known.id;
    }
    if (merge == 0) throw base::Error(base::ErrorCode::kFailedPrecondition, "merge_undone");
  });
  return merge;
}

void undo(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const std::int64_t id = call.id();
  SaveResult result{SaveResult::Status::kUpdated, id, 0, nullptr};
  if (const std::int64_t merge = merge_of(call, entity, id, call.id(2)); merge != 0)
    result.version = entity::RecordMerge(call.context.services).undo(call.writer(), entity, merge).version;
  else
    result = call.context.records.undo(call.writer(), entity, id, call.id(2));
  call.read("record_after_undo", [&](const QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    if (entity::write_record(context, entity, id, out)) return;
    response.body.clear();
    base::JsonWriter(response.body).begin_object().key("id").integer(result.id).key("version").integer(result.version).end_object();
  });
}

void access(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const std::int64_t id = call.id();
  const std::int64_t user = call.query_int("user", static_cast<int>(call.caller().user_id), 1, INT32_MAX);
  const entity::CallerPtr whose = call.context.callers.find(user);
  call.read("access", [&](const QueryContext& context) {
    response.body.clear();
    // Only those who see the record may ask who else does.
    require_readable(context, entity, id);
    auto record = entity::load_record(context.connection, context.registry, entity, id);
    if (!record) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    entity::copy_built_in(*record);
    const auto explained = entity::explain_access(context.connection, context.registry, *record, *whose);
    static constexpr std::string_view kActions[] = {"read", "create", "update", "delete", "export"};
    base::JsonWriter out(response.body);
    out.begin_object().key("user");
    write_reference(context, context.registry.require("user"), user, out);
    out.key("allowed").begin_object();
    for (int i = 0; i < entity::kActionCount; ++i) out.key(kActions[i]).boolean(explained.allowed[i]);
    out.end_object().key("reasons").begin_array();
    for (const auto& reason : explained.reasons) {
      out.begin_object().key("rule").text(reason.rule).key("lets").boolean(reason.lets).key("scope").text(reason.scope);
      out.key("role");
      if (reason.role_id == 0)
        out.null();
      else
        write_reference(context, context.registry.require("role"), reason.role_id, out);
      out.key("detail").text(reason.detail).end_object();
    }
    out.end_array().key("hidden_fields").begin_array();
    for (const auto& field : explained.hidden_fields) out.text(field);
    out.end_array().end_object();
  });
}

}  // namespace

void write_reference(const QueryContext& context, const entity::EntityDef& entity, std::int64_t id, base::JsonWriter& out) {
  out.begin_object().key("id").integer(id).key("title");
  const auto record = entity::load_record(context.connection, context.registry, entity, id);
  const bool is_person = entity.key == "user" || entity.key == "role" || entity.key == "department";
  bool readable = record.has_value() && entity.title_index >= 0 &&
                  entity::may_read_field(context.caller, entity, entity.fields[static_cast<std::size_t>(entity.title_index)]);
  if (readable && !is_person) readable = entity::may_reach(context, entity, id);
  if (readable) {
    const auto& title = entity.fields[static_cast<std::size_t>(entity.title_index)];
    out.text(title.type->display(title, record->at(entity.title_index)));
  } else {
    out.null();
  }
  out.end_object();
}

void add_history_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  add_route(router, context, {Method::kGet, "/{plural}/{id}/history", history});
  add_route(router, context, {Method::kPost, "/{plural}/{id}/history/{seq}:undo", undo, http::RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/{plural}/{id}/access", access});
}

}  // namespace api
