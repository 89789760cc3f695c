// Everything that happened with a record in one feed: activities about it and changes of its fields, newest first.
#include <algorithm>
#include <charconv>

#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/write/audit.hpp"

namespace api {

namespace {

struct Entry {
  std::int64_t at = 0;  // microseconds
  std::string kind;     // entity key, or "change"
  std::int64_t id = 0;  // record id or audit sequence
  std::string json;
};

bool wanted(const std::string& kinds, std::string_view kind) {
  if (kinds.empty()) return true;
  const std::string list = "," + kinds + ",";
  return list.find("," + std::string(kind) + ",") != std::string::npos;
}

entity::Filter compare(const entity::EntityDef& entity, entity::FieldIndex field, entity::FilterOp op, entity::Value value) {
  entity::Filter filter;
  filter.kind = entity::Filter::Kind::kCompare;
  filter.op = op;
  filter.path = {entity::PathStep{&entity, field, {}}};
  filter.values = {std::move(value)};
  return filter;
}

// Activities are entities that point to the record by a field that takes any entity with a timeline and may be empty: what cannot be
// without its record (a check of a card) is no activity.
void collect_activities(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id, std::int64_t before,
                        int limit, const std::string& kinds, std::vector<Entry>& entries) {
  for (const auto& backlink : context.registry.backlinks(entity)) {
    const auto& field = backlink.entity->fields[static_cast<std::size_t>(backlink.field)];
    if (field.type->name() != "link_any" || field.required || !wanted(kinds, backlink.entity->key)) continue;
    if (!entity::may(context.caller, *backlink.entity, entity::Action::kRead)) continue;
    const entity::FieldIndex created = backlink.entity->index_of("created_at");
    entity::Query query;
    query.entity = backlink.entity;
    query.filter.kind = entity::Filter::Kind::kAnd;
    query.filter.children.push_back(compare(*backlink.entity, backlink.field, entity::FilterOp::kEq, entity::Link{entity.id, id}));
    query.filter.children.push_back(compare(*backlink.entity, created, entity::FilterOp::kLt, before));
    query.sort = {entity::SortKey{{entity::PathStep{backlink.entity, created, {}}}, true}};
    query.fields = {{entity::PathStep{backlink.entity, backlink.entity->index_of("id"), {}}},
                    {entity::PathStep{backlink.entity, created, {}}}};
    query.limit = limit;
    std::string text;
    base::JsonWriter out(text);
    entity::run_query(context, query, out);
    const json::value page = base::parse_json(text);
    for (const auto& row : page.at("items").as_array()) {
      Entry entry;
      entry.id = row.at("id").as_int64();
      entry.kind = backlink.entity->key;
      entry.at = base::to_micros(base::parse_instant(row.at("created_at").as_string()).value());
      entries.push_back(std::move(entry));
    }
  }
}

void collect_changes(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id, std::int64_t before, int limit,
                     std::vector<Entry>& entries) {
  for (const auto& row : entity::read_audit(context.connection, entity, id, 0, 1000)) {
    if (base::to_micros(row.at) >= before) continue;
    Entry entry{base::to_micros(row.at), "change", row.seq, {}};
    base::JsonWriter out(entry.json);
    out.begin_object().key("seq").integer(row.seq).key("action").text(row.action).key("user");
    if (row.user_id == 0)
      out.null();
    else
      write_reference(context, context.registry.require("user"), row.user_id, out);
    out.key("fields").begin_array();
    if (!row.changes.empty()) {
      const json::value changes = base::parse_json(row.changes, {64, 64u << 20});
      for (const auto& member : changes.as_object()) {
        int field_id = 0;
        std::from_chars(member.key().data(), member.key().data() + member.key().size(), field_id);
        for (const auto& field : entity.fields) {
          if (field.id == field_id && entity::may_read_field(context.caller, entity, field)) out.text(field.key);
        }
      }
    }
    out.end_array().end_object();
    entries.push_back(std::move(entry));
    if (static_cast<int>(entries.size()) > limit * 8) break;
  }
}

void timeline(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const std::int64_t id = call.id();
  const int limit = call.query_int("limit", 30, 1, 200);
  const std::string kinds = call.query("kinds");
  std::int64_t before = INT64_MAX;
  if (const std::string cursor = call.query("cursor"); !cursor.empty()) {
    const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), before);
    if (error != std::errc{} || *end != '\0') throw base::Error(base::ErrorCode::kInvalidArgument, "bad_cursor");
  }
  call.read("timeline", [&](const entity::QueryContext& context) {
    response.body.clear();
    std::string ignored;
    base::JsonWriter probe(ignored);
    if (!entity::write_record(context, entity, id, probe)) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    std::vector<Entry> entries;
    collect_activities(context, entity, id, before, limit + 1, kinds, entries);
    if (wanted(kinds, "change")) collect_changes(context, entity, id, before, limit + 1, entries);
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.at > b.at; });
    const bool more = entries.size() > static_cast<std::size_t>(limit);
    if (more) entries.resize(static_cast<std::size_t>(limit));
    base::JsonWriter out(response.body);
    out.begin_object().key("items").begin_array();
    for (const auto& entry : entries) {
      out.begin_object().key("kind").text(entry.kind).key("at").text(base::to_string(base::from_micros(entry.at)));
      if (entry.kind == "change") {
        out.key("change").raw(entry.json);
      } else {
        out.key("record");
        if (!entity::write_record(context, context.registry.require(entry.kind), entry.id, out)) out.null();
      }
      out.end_object();
    }
    out.end_array().key("next");
    if (more)
      out.text(std::to_string(entries.back().at));
    else
      out.null();
    out.end_object();
  });
}

}  // namespace

void add_timeline_routes(http::Router& router, ApiContext& context) {
  add_route(router, context, {http::Method::kGet, "/{plural}/{id}/timeline", timeline});
}

}  // namespace api
