// Duplicates: while typing, the review queue, the search over a whole entity; merging and taking it back.
#include <algorithm>
#include <charconv>

#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/duplicates/candidate_view.hpp"
#include "server/entity/write/merge.hpp"
#include "server/flow/duplicates/duplicate_search.hpp"
#include "server/flow/duplicates/merge_job.hpp"

namespace api {

namespace {

using entity::Action;
using entity::QueryContext;

void draft(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const json::object body = call.body();
  const auto* values = base::json_object(body, "values");
  if (values == nullptr) throw base::Error::field("values", "required");
  const int limit = static_cast<int>(std::clamp<std::int64_t>(base::json_int(body, "limit", 5), 1, 50));
  call.read("duplicates_of_draft", [&](const QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    entity::write_draft_candidates(context, entity, *values, base::json_int(body, "id"), limit, out);
  });
}

// The review queue

struct PairRow {
  std::int64_t id = 0, first = 0, second = 0, score = 0;
  int entity_id = 0;
  std::string reasons, state;
};

PairRow read_pair(store::Statement& statement) {
  return {statement.integer(0),
          statement.integer(2),
          statement.integer(3),
          statement.integer(4),
          static_cast<int>(statement.integer(1)),
          std::string(statement.text(5)),
          std::string(statement.text(6))};
}

constexpr std::string_view kPairColumns = "id, entity_id, first_id, second_id, score, reasons, state";
// Pairs looked at for one page: those that the caller may see no part of are passed over.
constexpr int kMostLookedAt = 1000;

// Both sides as he may see them. False when he may see neither, or one is gone.
bool write_pair(const QueryContext& context, const entity::EntityDef& entity, entity::CandidateView& view, const PairRow& pair,
                base::JsonWriter& out) {
  const bool first = view.is_readable(pair.first), second = view.is_readable(pair.second);
  if (!first && !second) return false;
  std::string sides[2];
  for (const int side : {0, 1}) {
    base::JsonWriter part(sides[side]);
    if (!view.begin(side == 0 ? pair.first : pair.second, part)) return false;
    part.end_object();
  }
  (void)context;
  out.begin_object().key("id").integer(pair.id).key("entity").text(entity.key).key("state").text(pair.state);
  if (first && second) {
    out.key("score").integer(pair.score).key("reasons");
    view.write_reasons(pair.reasons, out);
  } else {
    out.key("score").null().key("reasons").begin_array().end_array();
  }
  out.key("records").begin_array().raw(sides[0]).raw(sides[1]).end_array().end_object();
  return true;
}

const entity::EntityDef& asked_entity(Call& call) {
  const std::string key = call.query("entity");
  const auto* entity = call.registry->find(key);
  if (entity == nullptr || !entity::may(call.caller(), *entity, Action::kRead) || entity->duplicate_keys.empty())
    throw base::Error::field("entity", "unknown_option", {{"value", key}});
  return *entity;
}

void list(Call& call, http::Response& response) {
  const auto& entity = asked_entity(call);
  const std::string state = call.query("state", "open");
  const int limit = call.query_int("limit", 50, 1, 200);
  // The cursor is "score.id" of the last pair.
  std::int64_t score = 101, after = 0;
  if (const std::string cursor = call.query("cursor"); !cursor.empty()) {
    const auto dot = cursor.find('.');
    const auto number = [&](std::string_view text, std::int64_t& out) {
      return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc{};
    };
    if (dot == std::string::npos || !number(std::string_view(cursor).substr(0, dot), score) ||
        !number(std::string_view(cursor).substr(dot + 1), after))
      throw base::Error::field("cursor", "bad_cursor");
  }
  call.read("duplicate_list", [&](const QueryContext& context) {
    response.body.clear();
    base::JsonWriter out(response.body);
    std::vector<PairRow> rows;
    auto statement =
        context.connection.prepare("duplicate_list", "SELECT " + std::string(kPairColumns) +
                                                         " FROM sys_duplicate WHERE entity_id = $1 AND state = $2 AND (score < $3 OR "
                                                         "(score = $3 AND id < $4)) ORDER BY score DESC, id DESC LIMIT $5");
    statement.bind(1, entity.id).bind_text(2, state).bind(3, score).bind(4, after == 0 ? INT64_MAX : after).bind(5, kMostLookedAt + 1);
    while (statement.step()) rows.push_back(read_pair(statement));
    entity::CandidateView view(context, entity);
    out.begin_object().key("items").begin_array();
    int written = 0;
    std::size_t at = 0;
    for (; at < rows.size() && at < kMostLookedAt && written < limit; ++at)
      written += write_pair(context, entity, view, rows[at], out) ? 1 : 0;
    out.end_array().key("next");
    if (at < rows.size())
      out.text(std::to_string(rows[at - 1].score) + "." + std::to_string(rows[at - 1].id));
    else
      out.null();
    out.end_object();
  });
}

// Decisions are made by those who see both records and may change one of them.
void decide(Call& call, std::string_view state, http::Response& response) {
  PairRow pair;
  const std::int64_t id = call.id(0);
  call.read("duplicate_read", [&](const QueryContext& context) {
    auto statement =
        context.connection.prepare("duplicate_read", "SELECT " + std::string(kPairColumns) + " FROM sys_duplicate WHERE id = $1");
    if (statement.bind(1, id).step()) pair = read_pair(statement);
    const auto* entity = call.registry->find_id(pair.entity_id);
    if (entity == nullptr) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    entity::CandidateView view(context, *entity);
    if (!view.is_readable(pair.first) || !view.is_readable(pair.second)) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    if (!entity::may(call.caller(), *entity, Action::kUpdate))
      throw base::Error(base::ErrorCode::kPermissionDenied, "update_not_allowed", {{"entity", entity->key}});
  });
  if (pair.state == "merged") throw base::Error(base::ErrorCode::kFailedPrecondition, "duplicate_merged");
  call.context.database.write({.name = "duplicate_decide"}, [&](store::Connection& connection) {
    connection
        .prepare("duplicate_decide",
                 "UPDATE sys_duplicate SET state = $1, decided_at = $2, decided_by = $3 WHERE id = $4 AND state <> 'merged'")
        .bind_text(1, state)
        .bind(2, base::to_micros(call.now))
        .bind(3, call.caller().user_id)
        .bind(4, id)
        .run();
  });
  base::JsonWriter(response.body).begin_object().key("id").integer(id).key("state").text(state).end_object();
}

void search_all(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  if (entity.duplicate_keys.empty())
    throw base::Error(base::ErrorCode::kFailedPrecondition, "no_duplicate_rules", {{"entity", entity.key}});
  if (!entity::may(call.caller(), entity, Action::kUpdate))
    throw base::Error(base::ErrorCode::kPermissionDenied, "update_not_allowed", {{"entity", entity.key}});
  const std::int64_t job = call.context.jobs.submit(flow::kDuplicateSearch, {{"entity", entity.key}}, call.caller().user_id, false);
  response.status = 202;
  response.set_header("Location", "/api/v1/jobs/" + std::to_string(job));
  base::JsonWriter out(response.body);
  write_job(*call.context.jobs.find(job), out);
}

// Merging

void merge(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const json::object body = call.body();
  const auto request = flow::merge_request(call.id(), body);
  if (call.query_flag("dry_run") || base::json_bool(body, "dry_run")) {
    call.read("merge_preview", [&](const QueryContext& context) {
      response.body.clear();
      base::JsonWriter out(response.body);
      entity::write_merge_preview(context, entity, request, out);
    });
    return;
  }
  std::int64_t links = 0;
  call.read("merge_count", [&](const QueryContext& context) {
    links = entity::count_merge_links(context.connection, *call.registry, entity, request.others);
  });
  if (links > entity::kMostLinksAtOnce) {
    // Refused now rather than by the job: rights and choices.
    call.read("merge_check", [&](const QueryContext& context) {
      std::string ignored;
      base::JsonWriter out(ignored);
      entity::write_merge_preview(context, entity, request, out);
    });
    json::object parameters = body;
    parameters["entity"] = entity.key;
    parameters["survivor"] = request.survivor;
    const std::int64_t job = call.context.jobs.submit(flow::kRecordMerge, std::move(parameters), call.caller().user_id, true);
    response.status = 202;
    response.set_header("Location", "/api/v1/jobs/" + std::to_string(job));
    base::JsonWriter out(response.body);
    write_job(*call.context.jobs.find(job), out);
    return;
  }
  const auto result = entity::RecordMerge(call.context.services).merge(call.writer(), entity, request);
  base::JsonWriter out(response.body);
  out.begin_object()
      .key("merge")
      .integer(result.merge_id)
      .key("id")
      .integer(request.survivor)
      .key("version")
      .integer(result.version)
      .key("links")
      .integer(result.links)
      .end_object();
}

void unmerge(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const json::object body = call.body();
  const std::int64_t id = call.id();
  std::int64_t merge_id = base::json_int(body, "merge");
  call.read("merge_list", [&](const QueryContext& context) {
    const auto rows = entity::list_merges(context.connection, entity, id);
    const bool known = std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.id == merge_id; });
    if (merge_id == 0 && !rows.empty())
      merge_id = rows.front().id;
    else if (!known)
      throw base::Error(base::ErrorCode::kNotFound, "merge_not_found");
  });
  const auto result = entity::RecordMerge(call.context.services).undo(call.writer(), entity, merge_id);
  base::JsonWriter out(response.body);
  out.begin_object()
      .key("merge")
      .integer(merge_id)
      .key("id")
      .integer(id)
      .key("version")
      .integer(result.version)
      .key("kept_fields")
      .begin_array();
  for (const auto& field : result.kept_fields) {
    const auto* known = entity.field(field);
    if (known != nullptr && entity::may_read_field(call.caller(), entity, *known)) out.text(field);
  }
  out.end_array().key("kept_links").integer(result.kept_links).end_object();
}

void merges(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const std::int64_t id = call.id();
  call.read("merge_list", [&](const QueryContext& context) {
    response.body.clear();
    std::string ignored;
    base::JsonWriter probe(ignored);
    if (!entity::write_record(context, entity, id, probe)) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    base::JsonWriter out(response.body);
    out.begin_object().key("items").begin_array();
    for (const auto& row : entity::list_merges(context.connection, entity, id)) {
      out.begin_object().key("merge").integer(row.id).key("at").text(base::to_string(row.at)).key("user");
      if (row.user_id == 0)
        out.null();
      else
        write_reference(context, context.registry.require("user"), row.user_id, out);
      out.key("merged").begin_array();
      for (const auto merged : row.merged) out.integer(merged);
      out.end_array().end_object();
    }
    out.end_array().end_object();
  });
}

}  // namespace

void add_duplicate_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kGet, "/duplicates", list});
  add_route(router, context,
            {Method::kPost, "/duplicates/{id}:dismiss",
             [](Call& call, http::Response& response) { decide(call, "not_duplicate", response); }, RunsOn::kWritePool});
  add_route(router, context,
            {Method::kPost, "/duplicates/{id}:reopen", [](Call& call, http::Response& response) { decide(call, "open", response); },
             RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/{plural}:duplicates", draft});
  add_route(router, context, {Method::kPost, "/{plural}:find-duplicates", search_all, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/{plural}/{id}:merge", merge, RunsOn::kWritePool});
  add_route(router, context, {Method::kPost, "/{plural}/{id}:unmerge", unmerge, RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/{plural}/{id}/merges", merges});
}

}  // namespace api
