#include "server/entity/write/shares.hpp"

#include "server/entity/write/audit.hpp"
#include "server/entity/write/outbox.hpp"

namespace entity {

namespace {

std::int64_t delete_row(store::Connection& connection, const Record& record, const Share& share) {
  auto statement = connection.prepare(
      "share_remove",
      "DELETE FROM sys_share WHERE entity_id = $1 AND record_id = $2 AND COALESCE(user_id, 0) = $3 AND COALESCE(department_id, 0) = $4");
  return statement.bind(1, record.entity->id).bind(2, record.id).bind(3, share.user_id).bind(4, share.department_id).run();
}

void leave_trail(store::Connection& connection, const Record& record, std::string_view action, const Caller& caller, base::Instant now) {
  write_audit(connection, {&caller, now, &record, action, {}, 0});
  write_outbox(connection, record, action, {}, caller.user_id, now);
}

}  // namespace

std::vector<Share> read_shares(store::Connection& connection, const EntityDef& entity, std::int64_t record_id) {
  auto statement = connection.prepare(
      "share_list", "SELECT user_id, department_id, level FROM sys_share WHERE entity_id = $1 AND record_id = $2 ORDER BY created_at");
  statement.bind(1, entity.id).bind(2, record_id);
  std::vector<Share> shares;
  while (statement.step()) {
    shares.push_back({statement.is_null(0) ? 0 : statement.integer(0), statement.is_null(1) ? 0 : statement.integer(1),
                      static_cast<int>(statement.integer(2))});
  }
  return shares;
}

void write_share(store::Connection& connection, const Record& record, const Share& share, const Caller& caller, base::Instant now) {
  delete_row(connection, record, share);
  auto statement = connection.prepare("share_add",
                                      "INSERT INTO sys_share(entity_id, record_id, user_id, department_id, level, created_at, created_by) "
                                      "VALUES($1, $2, $3, $4, $5, $6, $7)");
  statement.bind(1, record.entity->id).bind(2, record.id);
  if (share.user_id != 0)
    statement.bind(3, share.user_id).bind_null(4);
  else
    statement.bind_null(3).bind(4, share.department_id);
  statement.bind(5, share.level).bind(6, base::to_micros(now)).bind(7, caller.user_id).run();
  leave_trail(connection, record, "shared", caller, now);
}

bool remove_share(store::Connection& connection, const Record& record, const Share& share, const Caller& caller, base::Instant now) {
  if (delete_row(connection, record, share) == 0) return false;
  leave_trail(connection, record, "unshared", caller, now);
  return true;
}

}  // namespace entity
