// Rows of hooks and deliveries.
#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/connect/web_hooks/web_hooks.hpp"

namespace connect {

namespace {

constexpr std::string_view kSqlite = R"sql(
CREATE TABLE sys_web_hook(
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner_id INTEGER NOT NULL, url TEXT NOT NULL, name TEXT NOT NULL, secret TEXT NOT NULL, entities TEXT NOT NULL,
  actions TEXT NOT NULL, filter TEXT NOT NULL, fields TEXT, active INTEGER NOT NULL, created_at INTEGER NOT NULL, busy_until INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0, failing_since INTEGER, last_error TEXT NOT NULL DEFAULT '');
CREATE TABLE sys_web_hook_delivery(
  id INTEGER PRIMARY KEY AUTOINCREMENT, hook_id INTEGER NOT NULL, event TEXT NOT NULL, entity_id INTEGER NOT NULL, record_id INTEGER NOT NULL,
  version INTEGER NOT NULL, action TEXT NOT NULL, fields TEXT NOT NULL, user_id INTEGER NOT NULL, at INTEGER NOT NULL, created_at INTEGER NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER, give_up_at INTEGER NOT NULL, status INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '', delivered_at INTEGER, body TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX ix_sys_web_hook_delivery__event ON sys_web_hook_delivery(hook_id, event);
CREATE INDEX ix_sys_web_hook_delivery__hook_id ON sys_web_hook_delivery(hook_id, id);
CREATE INDEX ix_sys_web_hook_delivery__waiting ON sys_web_hook_delivery(hook_id, next_at) WHERE state = 'waiting';
CREATE INDEX ix_sys_web_hook_delivery__created_at ON sys_web_hook_delivery(created_at);
)sql";

constexpr std::string_view kPostgres = R"sql(
CREATE TABLE sys_web_hook(
  id BIGSERIAL PRIMARY KEY, owner_id BIGINT NOT NULL, url TEXT NOT NULL, name TEXT NOT NULL, secret TEXT NOT NULL, entities TEXT NOT NULL,
  actions TEXT NOT NULL, filter TEXT NOT NULL, fields TEXT, active BIGINT NOT NULL, created_at BIGINT NOT NULL, busy_until BIGINT NOT NULL DEFAULT 0,
  failures BIGINT NOT NULL DEFAULT 0, failing_since BIGINT, last_error TEXT NOT NULL DEFAULT '');
CREATE TABLE sys_web_hook_delivery(
  id BIGSERIAL PRIMARY KEY, hook_id BIGINT NOT NULL, event TEXT NOT NULL, entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL,
  version BIGINT NOT NULL, action TEXT NOT NULL, fields TEXT NOT NULL, user_id BIGINT NOT NULL, at BIGINT NOT NULL, created_at BIGINT NOT NULL,
  state TEXT NOT NULL, attempts BIGINT NOT NULL DEFAULT 0, next_at BIGINT, give_up_at BIGINT NOT NULL, status BIGINT NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '', delivered_at BIGINT, body TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX ix_sys_web_hook_delivery__event ON sys_web_hook_delivery(hook_id, event);
CREATE INDEX ix_sys_web_hook_delivery__hook_id ON sys_web_hook_delivery(hook_id, id);
CREATE INDEX ix_sys_web_hook_delivery__waiting ON sys_web_hook_delivery(hook_id, next_at) WHERE state = 'waiting';
CREATE INDEX ix_sys_web_hook_delivery__created_at ON sys_web_hook_delivery(created_at);
)sql";

constexpr std::string_view kHookColumns =
    "id, owner_id, url, name, secret, entities, actions, filter, fields, active, created_at, failing_since, last_error";
constexpr std::string_view kDeliveryColumns =
    "id, hook_id, event, entity_id, record_id, version, action, fields, user_id, at, created_at, state, attempts, next_at, status, error, "
    "delivered_at, body";

std::vector<std::string> strings_of(std::string_view text) {
  std::vector<std::string> all;
  const json::value parsed = base::parse_json(text);
  for (const auto& one : parsed.as_array()) all.emplace_back(one.as_string());
  return all;
}

std::optional<base::Instant> instant_of(store::Statement& statement, int column) {
  if (statement.is_null(column)) return std::nullopt;
  return base::from_micros(statement.integer(column));
}

WebHook read_hook(store::Statement& statement) {
  WebHook hook;
  hook.id = statement.integer(0);
  hook.owner_id = statement.integer(1);
  hook.url = statement.text(2);
  hook.name = statement.text(3);
  hook.secret = statement.text(4);
  hook.entities = strings_of(statement.text(5));
  hook.actions = strings_of(statement.text(6));
  hook.filter = base::parse_json(statement.text(7));
  if (!statement.is_null(8)) hook.fields = strings_of(statement.text(8));
  hook.is_active = statement.integer(9) != 0;
  hook.created_at = base::from_micros(statement.integer(10));
  hook.failing_since = instant_of(statement, 11);
  hook.last_error = statement.text(12);
  return hook;
}

Delivery read_delivery(store::Statement& statement) {
  Delivery delivery;
  delivery.id = statement.integer(0);
  delivery.hook_id = statement.integer(1);
  delivery.event = statement.text(2);
  delivery.entity_id = static_cast<int>(statement.integer(3));
  delivery.record_id = statement.integer(4);
  delivery.version = statement.integer(5);
  delivery.action = statement.text(6);
  const json::value fields = base::parse_json(statement.text(7));
  for (const auto& field : fields.as_array()) delivery.changed_fields.push_back(static_cast<int>(field.as_int64()));
  delivery.user_id = statement.integer(8);
  delivery.at = base::from_micros(statement.integer(9));
  delivery.created_at = base::from_micros(statement.integer(10));
  delivery.state = statement.text(11);
  delivery.attempts = static_cast<int>(statement.integer(12));
  delivery.next_at = instant_of(statement, 13);
  delivery.status = static_cast<int>(statement.integer(14));
  delivery.error = statement.text(15);
  delivery.delivered_at = instant_of(statement, 16);
  delivery.body = statement.text(17);
  return delivery;
}

}  // namespace

const std::vector<store::Migration>& web_hook_migrations() {
  static const std::vector<store::Migration> migrations = {{47, "web_hooks", kSqlite, kPostgres}};
  return migrations;
}

std::vector<WebHook> WebHooks::list(store::Connection& connection) {
  auto statement = connection.prepare("web_hook_list", "SELECT " + std::string(kHookColumns) + " FROM sys_web_hook ORDER BY id");
  std::vector<WebHook> hooks;
  while (statement.step()) hooks.push_back(read_hook(statement));
  return hooks;
}

std::optional<WebHook> WebHooks::find(store::Connection& connection, std::int64_t id) {
  auto statement = connection.prepare("web_hook_find", "SELECT " + std::string(kHookColumns) + " FROM sys_web_hook WHERE id = $1");
  if (!statement.bind(1, id).step()) return std::nullopt;
  return read_hook(statement);
}

std::vector<Delivery> WebHooks::deliveries(store::Connection& connection, std::int64_t hook_id, std::string_view state,
                                           std::int64_t before_id, int limit) {
  std::string sql = "SELECT " + std::string(kDeliveryColumns) + " FROM sys_web_hook_delivery WHERE hook_id = $1 AND id < $2";
  if (!state.empty()) sql += " AND state = $4";
  auto statement = connection.prepare("web_hook_deliveries", sql + " ORDER BY id DESC LIMIT $3");
  statement.bind(1, hook_id).bind(2, before_id == 0 ? INT64_MAX : before_id).bind(3, limit);
  if (!state.empty()) statement.bind_text(4, state);
  std::vector<Delivery> found;
  while (statement.step()) found.push_back(read_delivery(statement));
  return found;
}

std::optional<Delivery> WebHooks::find_delivery(store::Connection& connection, std::int64_t hook_id, std::int64_t id) {
  auto statement = connection.prepare(
      "web_hook_delivery", "SELECT " + std::string(kDeliveryColumns) + " FROM sys_web_hook_delivery WHERE hook_id = $1 AND id = $2");
  if (!statement.bind(1, hook_id).bind(2, id).step()) return std::nullopt;
  return read_delivery(statement);
}

}  // namespace connect
