#include "server/entity/write/outbox.hpp"
#include "server/store/send.hpp"

#include <charconv>

namespace entity {

namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::vector<int> parse_ids(std::string_view text) {
  std::vector<int> ids;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (const auto id = parse_number(text.substr(0, comma))) ids.push_back(static_cast<int>(*id));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return ids;
}

// Transactions at or above this one may still be running.
constexpr std::string_view kBelowRunning = " AND tx < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint";

}  // namespace

std::string to_string(const OutboxPosition& position) {
  return std::to_string(position.transaction) + "." + std::to_string(position.sequence);
}

std::optional<OutboxPosition> parse_position(std::string_view text) {
  if (text.empty()) return OutboxPosition{};
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto transaction = parse_number(text.substr(0, dot));
  const auto sequence = parse_number(text.substr(dot + 1));
  if (!transaction || !sequence) return std::nullopt;
  return OutboxPosition{*transaction, *sequence};
}

void write_outbox(store::Connection& connection, const Record& record, std::string_view action, const std::vector<FieldIndex>& changed,
                  std::int64_t user_id, base::Instant now) {
  std::string fields;
  for (const FieldIndex index : changed) {
    if (!fields.empty()) fields += ',';
    fields += std::to_string(record.entity->fields[static_cast<std::size_t>(index)].id);
  }
  auto statement = connection.prepare("outbox_write",
                                      "INSERT INTO sys_outbox(tx, at, entity_id, record_id, version, action, fields, user_id) "
                                      "VALUES($1, $2, $3, $4, $5, $6, $7, $8)");
  statement.bind(1, connection.transaction_id()).bind(2, base::to_micros(now)).bind(3, record.entity->id);
  statement.bind(4, record.id).bind(5, record.version).bind_text(6, action).bind_text(7, fields).bind(8, user_id);
  store::send(connection, statement);
  // Whoever reads the outbox is told once a transaction, whatever its rows come from.
  store::notify_once(connection, kOutboxChannel, "written");
}

std::vector<OutboxEvent> read_outbox(store::Connection& connection, const OutboxPosition& position, int limit) {
  std::string sql = "SELECT tx, seq, at, entity_id, record_id, version, action, fields, user_id FROM sys_outbox WHERE ";
  const bool postgres = connection.dialect() == store::Dialect::kPostgres;
  sql += postgres ? "(tx, seq) > ($1, $2)" + std::string(kBelowRunning) + " ORDER BY tx, seq" : "$1 = 0 AND seq > $2 ORDER BY seq";
  auto statement = connection.prepare("outbox_read", sql + " LIMIT $3");
  statement.bind(1, position.transaction).bind(2, position.sequence).bind(3, limit);
  std::vector<OutboxEvent> events;
  while (statement.step()) {
    OutboxEvent event;
    event.sequence = statement.integer(1);
    event.position = to_string(OutboxPosition{statement.integer(0), event.sequence});
    event.at = base::from_micros(statement.integer(2));
    event.entity_id = static_cast<int>(statement.integer(3));
    event.record_id = statement.integer(4);
    event.version = statement.integer(5);
    event.action = statement.text(6);
    if (!statement.is_null(7)) event.changed_fields = parse_ids(statement.text(7));
    event.user_id = statement.integer(8);
    events.push_back(std::move(event));
  }
  return events;
}

OutboxPosition newest_position(store::Connection& connection) {
  const bool postgres = connection.dialect() == store::Dialect::kPostgres;
  auto statement =
      connection.prepare("outbox_newest", postgres ? "SELECT tx, seq FROM sys_outbox WHERE seq > $1" + std::string(kBelowRunning) +
                                                         " ORDER BY tx DESC, seq DESC LIMIT 1"
                                                   : std::string("SELECT 0, seq FROM sys_outbox WHERE seq > $1 ORDER BY seq DESC LIMIT 1"));
  statement.bind(1, 0);
  if (!statement.step()) return {};
  return {statement.integer(0), statement.integer(1)};
}

std::int64_t trim_outbox(store::Connection& connection, base::Instant before, int limit) {
  return connection
      .prepare("outbox_trim",
               "DELETE FROM sys_outbox WHERE seq IN (SELECT seq FROM (SELECT seq, tx, at FROM sys_outbox ORDER BY seq LIMIT " +
                   std::to_string(limit) +
                   ") o WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM sys_consumer c WHERE c.tx < o.tx OR (c.tx = o.tx AND c.seq < o.seq)))")
      .bind(1, base::to_micros(before))
      .run();
}

}  // namespace entity
