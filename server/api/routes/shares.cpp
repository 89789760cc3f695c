// Sharing a record with people and departments.
#include "server/entity/write/shares.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/save.hpp"

namespace api {

namespace {

void write_shares(const entity::QueryContext& context, const entity::EntityDef& entity, std::int64_t id, base::JsonWriter& out) {
  out.begin_object().key("items").begin_array();
  for (const auto& share : entity::read_shares(context.connection, entity, id)) {
    out.begin_object().key("user");
    if (share.user_id == 0)
      out.null();
    else
      write_reference(context, context.registry.require("user"), share.user_id, out);
    out.key("department");
    if (share.department_id == 0)
      out.null();
    else
      write_reference(context, context.registry.require("department"), share.department_id, out);
    out.key("level").text(share.level == 2 ? "write" : "read").end_object();
  }
  out.end_array().end_object();
}

entity::Share parse_share(const json::object& body) {
  entity::Share share;
  share.user_id = base::json_int(body, "user");
  share.department_id = base::json_int(body, "department");
  if ((share.user_id == 0) == (share.department_id == 0)) throw base::Error::field("user", "required");
  const std::string level = base::json_string(body, "level", "read");
  if (level != "read" && level != "write") throw base::Error::field("level", "unknown_option", {{"valid", "read, write"}});
  share.level = level == "write" ? 2 : 1;
  return share;
}

// Who may change a record may share it.
void change_share(Call& call, const entity::EntityDef& entity, std::int64_t id,
                  const std::function<void(store::Connection&, const entity::Record&)>& change) {
  call.context.database.write({.name = "share"}, [&](store::Connection& connection) {
    auto record = entity::load_record(connection, *call.registry, entity, id, true);
    if (!record || record->deleted) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    entity::copy_built_in(*record);
    entity::ConnectionResolver resolver(connection, *call.registry, call.now);
    const auto context = call.filter_context(entity);
    if (!entity::matches(entity::access_filter(*call.registry, entity, call.caller(), entity::Action::kRead), *record, context,
                         &resolver)) {
      throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    }
    if (!entity::matches(entity::access_filter(*call.registry, entity, call.caller(), entity::Action::kUpdate), *record, context,
                         &resolver)) {
      throw base::Error(base::ErrorCode::kPermissionDenied, "share_not_allowed");
    }
    change(connection, *record);
  });
}

void require_target(store::Connection& connection, const entity::Share& share) {
  auto statement =
      connection.prepare("share_target", share.user_id != 0 ? "SELECT 1 FROM sys_user WHERE id = $1 AND deleted_at IS NULL"
                                                            : "SELECT 1 FROM sys_department WHERE id = $1 AND deleted_at IS NULL");
  if (!statement.bind(1, share.user_id != 0 ? share.user_id : share.department_id).step()) {
    throw base::Error::field(share.user_id != 0 ? "user" : "department", "link_not_found");
  }
}

void list(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const std::int64_t id = call.id();
  call.read("shares", [&](const entity::QueryContext& context) {
    response.body.clear();
    std::string ignored;
    base::JsonWriter probe(ignored);
    if (!entity::write_record(context, entity, id, probe)) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    base::JsonWriter out(response.body);
    write_shares(context, entity, id, out);
  });
}

void add(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  const entity::Share share = parse_share(call.body());
  change_share(call, entity, call.id(), [&](store::Connection& connection, const entity::Record& record) {
    require_target(connection, share);
    entity::write_share(connection, record, share, call.writer(), call.now);
  });
  list(call, response);
}

void remove(Call& call, http::Response& response) {
  const auto& entity = call.entity();
  entity::Share share;
  share.user_id = call.query_int("user", 0, 0, INT32_MAX);
  share.department_id = call.query_int("department", 0, 0, INT32_MAX);
  change_share(call, entity, call.id(), [&](store::Connection& connection, const entity::Record& record) {
    if (!entity::remove_share(connection, record, share, call.writer(), call.now))
      throw base::Error(base::ErrorCode::kNotFound, "share_not_found");
  });
  response.status = 204;
}

}  // namespace

void add_share_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  add_route(router, context, {Method::kGet, "/{plural}/{id}/shares", list});
  add_route(router, context, {Method::kPost, "/{plural}/{id}/shares", add, http::RunsOn::kWritePool});
  add_route(router, context, {Method::kDelete, "/{plural}/{id}/shares", remove, http::RunsOn::kWritePool});
}

}  // namespace api
