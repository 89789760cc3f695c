// Notices of the signed-in user and the counters of his day.
#include "server/connect/notices/notices.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/field_type.hpp"

namespace api {

namespace {

using connect::Notices;
using entity::Filter;

// "" of a record that the reader may not read, or no longer.
std::string title_of(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id) {
  std::string text;
  base::JsonWriter out(text);
  write_reference(context, entity, id, out);
  const json::value reference = base::parse_json(text);
  const auto* title = reference.is_object() ? reference.get_object().if_contains("title") : nullptr;
  return title != nullptr && title->is_string() ? std::string(title->get_string()) : std::string();
}

void write_notice(Call& call, const entity::QueryContext& context, const connect::Notice& notice, base::JsonWriter& out) {
  const auto* entity = notice.entity_id == 0 ? nullptr : context.registry.find_id(notice.entity_id);
  const std::string title = entity == nullptr || notice.record_id == 0 ? std::string() : title_of(context, *entity, notice.record_id);
  base::MessageArgs args = notice.args;
  if (!title.empty()) args.emplace_back("title", title);
  if (notice.actor_id != 0) args.emplace_back("actor", title_of(context, context.registry.require("user"), notice.actor_id));
  out.begin_object().key("id").integer(notice.id).key("kind").text(notice.kind).key("text").text(call.text("notice." + notice.kind, args));
  out.key("entity");
  if (entity == nullptr)
    out.null();
  else
    out.text(entity->key);
  out.key("record_id");
  if (notice.record_id == 0)
    out.null();
  else
    out.integer(notice.record_id);
  out.key("record_title");
  if (title.empty())
    out.null();
  else
    out.text(title);
  out.key("actor");
  if (notice.actor_id == 0)
    out.null();
  else
    write_reference(context, context.registry.require("user"), notice.actor_id, out);
  out.key("created_at").text(base::to_string(notice.created_at)).key("read_at");
  if (notice.read_at)
    out.text(base::to_string(*notice.read_at));
  else
    out.null();
  out.end_object();
}

void list(Call& call, http::Response& response) {
  const int limit = call.query_int("limit", 30, 1, 200);
  const int cursor = call.query_int("cursor", 0, 0, INT32_MAX);
  call.read("notices", [&](const entity::QueryContext& context) {
    response.body.clear();
    const auto which = call.query_flag("unread") ? Notices::Which::kUnread : Notices::Which::kAll;
    auto notices = Notices::list(context.connection, call.caller().user_id, which, cursor, limit + 1);
    const bool more = notices.size() > static_cast<std::size_t>(limit);
    if (more) notices.pop_back();
    base::JsonWriter out(response.body);
    out.begin_object().key("items").begin_array();
    for (const auto& notice : notices) write_notice(call, context, notice, out);
    out.end_array().key("next");
    if (more)
      out.text(std::to_string(notices.back().id));
    else
      out.null();
    out.key("unread").integer(Notices::unread_count(context.connection, call.caller().user_id)).end_object();
  });
}

void count(Call& call, http::Response& response) {
  call.read("notice_count", [&](const entity::QueryContext& context) {
    response.body.clear();
    base::JsonWriter(response.body)
        .begin_object()
        .key("unread")
        .integer(Notices::unread_count(context.connection, call.caller().user_id))
        .end_object();
  });
}

void mark_read(Call& call, http::Response& response) {
  const json::object body = call.body();
  if (base::json_bool(body, "all")) {
    call.context.notices.mark_all_read(call.caller().user_id);
  } else {
    const auto* given = base::json_array(body, "ids");
    if (given == nullptr) throw base::Error::field("ids", "required");
    std::vector<std::int64_t> ids;
    for (const auto& id : *given) {
      if (!id.is_int64()) throw base::Error::field("ids", "wrong_type", {{"expected", "integer"}});
      ids.push_back(id.as_int64());
    }
    call.context.notices.mark_read(call.caller().user_id, ids);
  }
  count(call, response);
}

Filter compare(const entity::EntityDef& entity, std::string_view field, entity::FilterOp op, entity::Value value) {
  Filter filter;
  filter.kind = Filter::Kind::kCompare;
  filter.op = op;
  filter.path = {entity::PathStep{&entity, entity.index_of(field), {}}};
  filter.values = {std::move(value)};
  return filter;
}

// What is done at a time: an owner, a state that can be "planned" and a due time.
bool is_planned_kind(const entity::EntityDef& entity) {
  const auto* state = entity.field("state");
  const auto* due = entity.field("due_at");
  return entity.owner_index >= 0 && state != nullptr && state->option("planned") != nullptr && due != nullptr &&
         due->type->name() == "instant";
}

struct DayCounts {
  std::int64_t overdue = 0, today = 0, planned = 0;
};

DayCounts count_day(const entity::QueryContext& context, const entity::EntityDef& entity, base::Instant end_of_day) {
  const auto* user = context.registry.find("user");
  const Filter mine = compare(entity, entity.owner_field, entity::FilterOp::kEq, entity::Link{user->id, context.caller.user_id});
  const Filter planned = compare(entity, "state", entity::FilterOp::kEq, std::string("planned"));
  const Filter past = compare(entity, "due_at", entity::FilterOp::kLt, base::to_micros(context.now));
  const Filter ahead = compare(entity, "due_at", entity::FilterOp::kGte, base::to_micros(context.now));
  const Filter before_night = compare(entity, "due_at", entity::FilterOp::kLt, base::to_micros(end_of_day));
  DayCounts counts;
  counts.overdue = entity::count_exact(context, entity, Filter::all_of({mine, planned, past}));
  counts.today = entity::count_exact(context, entity, Filter::all_of({mine, planned, ahead, before_night}));
  counts.planned = entity::count_exact(context, entity, Filter::all_of({mine, planned}));
  return counts;
}

void my_day(Call& call, http::Response& response) {
  const auto zone = base::TimeZone::find(call.caller().time_zone).value_or(base::TimeZone::utc());
  const base::Instant end_of_day = zone.start_of_day(zone.local_date(call.now) + std::chrono::days(1));
  call.read("my_day", [&](const entity::QueryContext& context) {
    response.body.clear();
    DayCounts sum;
    base::JsonWriter out(response.body);
    out.begin_object().key("by_entity").begin_object();
    for (const auto& entity : context.registry.entities()) {
      if (!is_planned_kind(*entity) || !entity::may(context.caller, *entity, entity::Action::kRead)) continue;
      const DayCounts counts = count_day(context, *entity, end_of_day);
      sum = {sum.overdue + counts.overdue, sum.today + counts.today, sum.planned + counts.planned};
      out.key(entity->key)
          .begin_object()
          .key("overdue")
          .integer(counts.overdue)
          .key("today")
          .integer(counts.today)
          .key("planned")
          .integer(counts.planned)
          .end_object();
    }
    out.end_object().key("overdue").integer(sum.overdue).key("today").integer(sum.today).key("planned").integer(sum.planned);
    out.key("unread").integer(Notices::unread_count(context.connection, call.caller().user_id)).end_object();
  });
}

}  // namespace

void add_notice_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  add_route(router, context, {Method::kGet, "/notices", list});
  add_route(router, context, {Method::kGet, "/notices/count", count});
  add_route(router, context, {Method::kPost, "/notices:read", mark_read, http::RunsOn::kWritePool});
  add_route(router, context, {Method::kGet, "/my-day", my_day});
}

}  // namespace api
