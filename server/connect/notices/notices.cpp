#include "server/connect/notices/notices.hpp"

#include <algorithm>

#include "server/base/json.hpp"
#include "server/flow/retention.hpp"

namespace connect {

namespace {

constexpr std::string_view kSqlite = R"sql(
CREATE TABLE sys_notice(
  id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL, kind TEXT NOT NULL, entity_id INTEGER NOT NULL, record_id INTEGER NOT NULL,
  actor_id INTEGER NOT NULL, args TEXT NOT NULL, once_key TEXT, created_at INTEGER NOT NULL, read_at INTEGER);
CREATE UNIQUE INDEX ix_sys_notice__once_key ON sys_notice(user_id, once_key) WHERE once_key IS NOT NULL;
CREATE INDEX ix_sys_notice__user_id ON sys_notice(user_id, id);
CREATE INDEX ix_sys_notice__unread ON sys_notice(user_id, id) WHERE read_at IS NULL;
CREATE INDEX ix_sys_notice__created_at ON sys_notice(created_at);
)sql";

constexpr std::string_view kPostgres = R"sql(
CREATE TABLE sys_notice(
  id BIGSERIAL PRIMARY KEY, user_id BIGINT NOT NULL, kind TEXT NOT NULL, entity_id BIGINT NOT NULL, record_id BIGINT NOT NULL,
  actor_id BIGINT NOT NULL, args TEXT NOT NULL, once_key TEXT, created_at BIGINT NOT NULL, read_at BIGINT);
CREATE UNIQUE INDEX ix_sys_notice__once_key ON sys_notice(user_id, once_key) WHERE once_key IS NOT NULL;
CREATE INDEX ix_sys_notice__user_id ON sys_notice(user_id, id);
CREATE INDEX ix_sys_notice__unread ON sys_notice(user_id, id) WHERE read_at IS NULL;
CREATE INDEX ix_sys_notice__created_at ON sys_notice(created_at);
)sql";

constexpr std::string_view kMailed = R"sql(
ALTER TABLE sys_notice ADD COLUMN mailed_at BIGINT;
)sql";

constexpr auto kReadKept = std::chrono::hours(24 * 90);
constexpr auto kAllKept = std::chrono::hours(24 * 365);
constexpr std::size_t kUsersAMessage = 300;

std::string args_text(const base::MessageArgs& args) {
  json::object object;
  for (const auto& [name, value] : args) object[name] = value;
  return json::serialize(object);
}

base::MessageArgs parse_args(std::string_view text) {
  base::MessageArgs args;
  const json::value parsed = base::parse_json(text);
  for (const auto& member : parsed.as_object()) args.emplace_back(member.key(), member.value().as_string());
  return args;
}

// Rows of id, kind, entity_id, record_id, actor_id, args, created_at, read_at.
std::vector<Notice> read_all(store::Statement& statement) {
  std::vector<Notice> found;
  while (statement.step()) {
    Notice notice;
    notice.id = statement.integer(0);
    notice.kind = statement.text(1);
    notice.entity_id = static_cast<int>(statement.integer(2));
    notice.record_id = statement.integer(3);
    notice.actor_id = statement.integer(4);
    notice.args = parse_args(statement.text(5));
    notice.created_at = base::from_micros(statement.integer(6));
    if (!statement.is_null(7)) notice.read_at = base::from_micros(statement.integer(7));
    found.push_back(std::move(notice));
  }
  return found;
}

}  // namespace

const std::vector<store::Migration>& notice_migrations() {
  static const std::vector<store::Migration> migrations = {{46, "notices", kSqlite, kPostgres}, {69, "notices_mailed", kMailed, kMailed}};
  return migrations;
}

void Notices::add(const std::vector<entity::NewNotice>& notices) {
  if (notices.empty()) return;
  database_.write({.name = "notice_add"}, [&](store::Connection& connection) {
    std::vector<std::int64_t> told;
    for (const auto& notice : notices) {
      auto statement =
          connection.prepare("notice_add",
                             "INSERT INTO sys_notice(user_id, kind, entity_id, record_id, actor_id, args, once_key, created_at) "
                             "VALUES($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING");
      statement.bind(1, notice.user_id)
          .bind_text(2, notice.kind)
          .bind(3, notice.entity_id)
          .bind(4, notice.record_id)
          .bind(5, notice.actor_id);
      statement.bind_text(6, args_text(notice.args)).bind(8, base::to_micros(clock_.now()));
      if (notice.once_key.empty())
        statement.bind_null(7);
      else
        statement.bind_text(7, notice.once_key);
      if (statement.run() > 0) told.push_back(notice.user_id);
    }
    tell(connection, std::move(told));
  });
}

void Notices::tell(store::Connection& connection, std::vector<std::int64_t> users) {
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  for (std::size_t from = 0; from < users.size(); from += kUsersAMessage) {
    std::string message;
    for (std::size_t i = from; i < std::min(users.size(), from + kUsersAMessage); ++i)
      (message.empty() ? message : message += ',') += std::to_string(users[i]);
    database_.notify_on_commit(connection, kNoticeChannel, message);
  }
}

std::vector<Notice> Notices::list(store::Connection& connection, std::int64_t user_id, Which which, std::int64_t before_id, int limit) {
  std::string sql =
      "SELECT id, kind, entity_id, record_id, actor_id, args, created_at, read_at FROM sys_notice WHERE user_id = $1 AND id < $2";
  if (which == Which::kUnread) sql += " AND read_at IS NULL";
  auto statement = connection.prepare("notice_list", sql + " ORDER BY id DESC LIMIT $3");
  statement.bind(1, user_id).bind(2, before_id == 0 ? INT64_MAX : before_id).bind(3, limit);
  return read_all(statement);
}

std::vector<Notice> Notices::list_unmailed(store::Connection& connection, std::int64_t user_id, base::Instant since, int limit) {
  auto statement = connection.prepare(
      "notice_unmailed",
      "SELECT id, kind, entity_id, record_id, actor_id, args, created_at, read_at FROM sys_notice WHERE user_id = $1 AND read_at IS NULL "
      "AND mailed_at IS NULL AND created_at > $2 AND kind <> 'mail_failed' ORDER BY id LIMIT $3");
  statement.bind(1, user_id).bind(2, base::to_micros(since)).bind(3, limit);
  return read_all(statement);
}

void Notices::mark_mailed(store::Connection& connection, const std::vector<Notice>& notices, base::Instant now) {
  std::vector<std::int64_t> ids;
  for (const auto& notice : notices) ids.push_back(notice.id);
  auto statement =
      connection.prepare("notice_mailed", "UPDATE sys_notice SET mailed_at = $1 WHERE id IN (" + connection.int_list_sql(2) + ")");
  statement.bind(1, base::to_micros(now)).bind_int_list(2, ids).run();
}

std::int64_t Notices::unread_count(store::Connection& connection, std::int64_t user_id) {
  auto statement = connection.prepare("notice_count", "SELECT count(*) FROM sys_notice WHERE user_id = $1 AND read_at IS NULL");
  return statement.bind(1, user_id).step() ? statement.integer(0) : 0;
}

void Notices::mark_read(std::int64_t user_id, const std::vector<std::int64_t>& ids) {
  database_.write({.name = "notice_read"}, [&](store::Connection& connection) {
    auto statement =
        connection.prepare("notice_read", "UPDATE sys_notice SET read_at = $1 WHERE user_id = $2 AND read_at IS NULL AND id IN (" +
                                              connection.int_list_sql(3) + ")");
    if (statement.bind(1, base::to_micros(clock_.now())).bind(2, user_id).bind_int_list(3, ids).run() > 0) tell(connection, {user_id});
  });
}

void Notices::mark_all_read(std::int64_t user_id) {
  database_.write({.name = "notice_read_all"}, [&](store::Connection& connection) {
    auto statement = connection.prepare("notice_read_all", "UPDATE sys_notice SET read_at = $1 WHERE user_id = $2 AND read_at IS NULL");
    if (statement.bind(1, base::to_micros(clock_.now())).bind(2, user_id).run() > 0) tell(connection, {user_id});
  });
}

std::int64_t Notices::remove_old() {
  const auto now = clock_.now();
  return flow::remove_old_rows(database_, {"notice_retention", "sys_notice", "id", "created_at < $1 AND read_at IS NOT NULL"},
                               now - kReadKept) +
         flow::remove_old_rows(database_, {"notice_retention_all", "sys_notice", "id", "created_at < $1"}, now - kAllKept);
}

}  // namespace connect
