#include "modules/segments/server/routes.hpp"

#include <algorithm>
#include <map>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/access.hpp"
#include "server/entity/query.hpp"

namespace segments {

namespace {

constexpr int kShownMoves = 200;
constexpr std::size_t kMostAtOnce = 10000;

entity::Filter compare(const entity::EntityDef& entity, std::string_view field, entity::Value value) {
  entity::Filter filter;
  filter.kind = entity::Filter::Kind::kCompare;
  filter.op = entity::FilterOp::kEq;
  filter.path = {entity::PathStep{&entity, entity.index_of(field), {}}};
  filter.values = {std::move(value)};
  return filter;
}

// Of `ids` those the caller may do `action` to, ascending.
std::vector<std::int64_t> allowed(const entity::QueryContext& context, const entity::EntityDef& entity, std::vector<std::int64_t> ids,
                                  entity::Action action) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<std::int64_t> found;
  for (std::size_t at = 0; at < ids.size(); at += 500) {
    const std::vector<std::int64_t> part(ids.begin() + static_cast<std::ptrdiff_t>(at),
                                         ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), at + 500)));
    const auto page = entity::find_ids(context, entity, by_ids(entity, part), action, 0, 500);
    found.insert(found.end(), page.begin(), page.end());
  }
  return found;
}

void require(api::Call& call, const entity::EntityDef& entity, std::int64_t id, entity::Action action) {
  bool is_readable = false, is_allowed = false;
  call.read("segment_right", [&](const entity::QueryContext& context) {
    is_readable = !allowed(context, entity, {id}, entity::Action::kRead).empty();
    is_allowed = is_readable && (action == entity::Action::kRead || !allowed(context, entity, {id}, action).empty());
  });
  if (!is_readable) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  if (!is_allowed) throw base::Error(base::ErrorCode::kPermissionDenied, "update_not_allowed", {{"entity", entity.key}});
}

std::vector<std::int64_t> ids_of(const json::object& body, const char* key) {
  std::vector<std::int64_t> ids;
  if (const auto* list = base::json_array(body, key)) {
    for (const auto& id : *list) {
      if (!id.is_int64()) throw base::Error::field(key, "wrong_type", {{"expected", "integer"}});
      ids.push_back(id.get_int64());
    }
  }
  if (ids.size() > kMostAtOnce) throw base::Error::field(key, "too_many_values", {{"limit", std::to_string(kMostAtOnce)}});
  return ids;
}

void change_members(Keeper& keeper, api::Call& call, http::Response& response) {
  const auto& segments = call.registry->require("segment");
  const std::int64_t id = call.id(0);
  require(call, segments, id, entity::Action::kUpdate);
  const auto segment = keeper.find(id, call.now);
  if (!segment || segment->is_dynamic) throw base::Error(base::ErrorCode::kFailedPrecondition, "segment_is_dynamic");
  const json::object body = call.body();
  std::vector<std::int64_t> add, remove;
  call.read("segment_members", [&](const entity::QueryContext& context) {
    add = allowed(context, *segment->entity, ids_of(body, "add"), entity::Action::kRead);
    remove = allowed(context, *segment->entity, ids_of(body, "remove"), entity::Action::kRead);
  });
  const auto moved = keeper.change_members(*segment, add, remove);
  base::JsonWriter out(response.body);
  out.begin_object().key("added").integer(moved.in).key("removed").integer(moved.out).end_object();
}

struct Move {
  std::int64_t segment, record;
  std::string direction, at;
};

std::vector<Move> moves_of(const entity::QueryContext& viewer, entity::Filter filter) {
  const auto system = entity::Caller::system();
  const auto& moves = viewer.registry.require("segment_move");
  const entity::QueryContext context{viewer.connection, viewer.registry, *system, viewer.now};
  entity::Query query;
  query.entity = &moves;
  query.filter = std::move(filter);
  query.limit = kShownMoves;
  for (const char* field : {"segment", "record", "direction", "moved_at"})
    query.fields.push_back({entity::PathStep{&moves, moves.index_of(field), {}}});
  query.sort = {entity::SortKey{{entity::PathStep{&moves, moves.index_of("moved_at"), {}}}, true}};
  std::string text;
  base::JsonWriter out(text);
  entity::run_query(context, query, out);
  std::vector<Move> result;
  const json::value page = base::parse_json(text);
  for (const auto& row : page.at("items").as_array()) {
    result.push_back({row.at("segment").at("id").as_int64(), row.at("record").at("id").as_int64(),
                      std::string(row.at("direction").as_string()), std::string(row.at("moved_at").as_string())});
  }
  return result;
}

// Titles of records the caller may read; those he may not are absent.
std::map<std::int64_t, std::string> titles_of(const entity::QueryContext& context, const entity::EntityDef& entity,
                                              const std::vector<std::int64_t>& ids) {
  std::map<std::int64_t, std::string> titles;
  for (const std::int64_t id : allowed(context, entity, ids, entity::Action::kRead)) {
    const auto record = entity::load_record(context.connection, context.registry, entity, id);
    if (record)
      titles.emplace(id, entity.title_index < 0
                             ? std::string()
                             : std::string(record->text(entity.fields[static_cast<std::size_t>(entity.title_index)].key)));
  }
  return titles;
}

void write_reference(base::JsonWriter& out, std::string_view key, std::int64_t id, const std::string& title) {
  out.key(key).begin_object().key("id").integer(id).key("title").text(title).end_object();
}

void list_moves(api::Call& call, http::Response& response) {
  const auto& segments = call.registry->require("segment");
  const std::int64_t id = call.id(0);
  require(call, segments, id, entity::Action::kRead);
  call.read("segment_moves", [&](const entity::QueryContext& context) {
    response.body.clear();
    const auto segment = entity::load_record(context.connection, context.registry, segments, id);
    const auto* target = segment ? context.registry.find(segment->text("target")) : nullptr;
    std::vector<Move> moves;
    if (target != nullptr)
      moves = moves_of(context, compare(context.registry.require("segment_move"), "segment", entity::Link{segments.id, id}));
    std::vector<std::int64_t> ids;
    for (const auto& move : moves) ids.push_back(move.record);
    const auto titles = target == nullptr ? std::map<std::int64_t, std::string>() : titles_of(context, *target, ids);
    base::JsonWriter out(response.body);
    out.begin_object().key("items").begin_array();
    for (const auto& move : moves) {
      const auto title = titles.find(move.record);
      if (title == titles.end()) continue;
      out.begin_object().key("at").text(move.at).key("direction").text(move.direction).key("entity").text(target->key);
      write_reference(out, "record", move.record, title->second);
      out.end_object();
    }
    out.end_array().end_object();
  });
}

void segments_of_record(api::Call& call, http::Response& response) {
  const auto* entity = call.registry->find(call.query("entity"));
  if (entity == nullptr || !entity::may(call.caller(), *entity, entity::Action::kRead))
    throw base::Error::field("entity", "unknown_entity");
  std::int64_t id = 0;
  try {
    id = std::stoll(call.query("id", "0"));
  } catch (const std::exception&) {
    throw base::Error::field("id", "wrong_type", {{"expected", "integer"}});
  }
  require(call, *entity, id, entity::Action::kRead);
  call.read("record_segments", [&](const entity::QueryContext& context) {
    response.body.clear();
    const auto system = entity::Caller::system();
    const auto& members = context.registry.require("segment_member");
    const auto& segments = context.registry.require("segment");
    const entity::Link link{entity->id, id};
    const entity::QueryContext all{context.connection, context.registry, *system, context.now};
    std::vector<std::int64_t> ids;
    for (const std::int64_t row : entity::find_ids(all, members, compare(members, "record", link), entity::Action::kRead, 0, 1000)) {
      if (const auto member = entity::load_record(context.connection, context.registry, members, row))
        ids.push_back(member->link_id("segment"));
    }
    const auto moves = moves_of(context, compare(context.registry.require("segment_move"), "record", link));
    std::vector<std::int64_t> named = ids;
    for (const auto& move : moves) named.push_back(move.segment);
    const auto titles = titles_of(context, segments, named);
    base::JsonWriter out(response.body);
    out.begin_object().key("segments").begin_array();
    for (const auto& [segment, title] : titles) {
      if (std::find(ids.begin(), ids.end(), segment) == ids.end()) continue;
      out.begin_object().key("id").integer(segment).key("title").text(title).end_object();
    }
    out.end_array().key("moves").begin_array();
    for (const auto& move : moves) {
      const auto title = titles.find(move.segment);
      if (title == titles.end()) continue;
      out.begin_object().key("at").text(move.at).key("direction").text(move.direction);
      write_reference(out, "segment", move.segment, title->second);
      out.end_object();
    }
    out.end_array().end_object();
  });
}

void rebuild(api::Call& call, http::Response& response) {
  const std::int64_t id = call.id(0);
  require(call, call.registry->require("segment"), id, entity::Action::kUpdate);
  const std::int64_t job = call.context.jobs.submit("segment_build", {{"segment", id}}, call.caller().user_id, false);
  response.status = 202;
  base::JsonWriter out(response.body);
  out.begin_object().key("id").integer(job).key("kind").text("segment_build").key("state").text("queued").end_object();
}

}  // namespace

void add_segment_routes(http::Router& router, api::ApiContext& context, const std::shared_ptr<Keeper>& keeper) {
  using http::Method;
  using http::RunsOn;
  api::add_route(router, context,
                 {Method::kPost, "/segments/{id}/members",
                  [keeper](api::Call& call, http::Response& response) { change_members(*keeper, call, response); }, RunsOn::kWritePool});
  api::add_route(router, context, {Method::kGet, "/segments/{id}/moves", list_moves});
  api::add_route(router, context, {Method::kPost, "/segments/{id}:rebuild", rebuild, RunsOn::kWritePool});
  api::add_route(router, context, {Method::kGet, "/record-segments", segments_of_record});
}

}  // namespace segments
