// The audit of the whole system, for administrators.
#include <chrono>

#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/write/audit.hpp"

namespace api {

namespace {

// Rows looked through in one statement; a request stops after a moment and hands out the cursor it came to.
constexpr std::int64_t kSlice = 20000;
constexpr std::chrono::milliseconds kMoment{300};

struct AuditFilter {
  int entity_id = 0;
  std::int64_t user_id = 0;
  std::string action;
};

struct AuditLine {
  entity::AuditRow row;
  int entity_id = 0;
  std::int64_t record_id = 0, api_key_id = 0;
};

std::int64_t newest(store::Connection& connection) {
  auto statement = connection.prepare("audit_newest", "SELECT coalesce(max(seq), 0) FROM sys_audit");
  return statement.step() ? statement.integer(0) : 0;
}

// The least sequence number whose row is not older than `at`; numbers and times ascend together, so a binary search over the key
// needs no index on the time.
std::int64_t first_since(store::Connection& connection, base::Instant at, std::int64_t newest) {
  std::int64_t low = 1, high = newest + 1;
  auto statement = connection.prepare("audit_at", "SELECT at FROM sys_audit WHERE seq >= $1 ORDER BY seq LIMIT 1");
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (statement.bind(1, middle).step() && statement.integer(0) < base::to_micros(at))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// Rows of (from, to], newest first.
void read_slice(store::Connection& connection, const AuditFilter& filter, std::int64_t from, std::int64_t to, std::size_t limit,
                std::vector<AuditLine>& lines) {
  std::string sql =
      "SELECT seq, at, user_id, entity_id, record_id, version, action, changes, via, remote_address, api_key_id, job_id FROM sys_audit "
      "WHERE seq > $1 AND seq <= $2";
  int parameters = 3;
  const int entity_at = filter.entity_id == 0 ? 0 : ++parameters;
  const int user_at = filter.user_id == 0 ? 0 : ++parameters;
  const int action_at = filter.action.empty() ? 0 : ++parameters;
  if (entity_at != 0) sql += " AND entity_id = $" + std::to_string(entity_at);
  if (user_at != 0) sql += " AND user_id = $" + std::to_string(user_at);
  if (action_at != 0) sql += " AND action = $" + std::to_string(action_at);
  auto statement = connection.prepare("audit_slice", sql + " ORDER BY seq DESC LIMIT $3");
  statement.bind(1, from).bind(2, to).bind(3, static_cast<std::int64_t>(limit));
  if (entity_at != 0) statement.bind(entity_at, filter.entity_id);
  if (user_at != 0) statement.bind(user_at, filter.user_id);
  if (action_at != 0) statement.bind_text(action_at, filter.action);
  while (statement.step()) {
    AuditLine line;
    line.row.seq = statement.integer(0);
    line.row.at = base::from_micros(statement.integer(1));
    line.row.user_id = statement.integer(2);
    line.entity_id = static_cast<int>(statement.integer(3));
    line.record_id = statement.integer(4);
    line.row.version = statement.integer(5);
    line.row.action = statement.text(6);
    line.row.changes = statement.text(7);
    line.row.via = statement.text(8);
    line.row.remote_address = statement.text(9);
    line.api_key_id = statement.integer(10);
    line.row.job_id = statement.integer(11);
    lines.push_back(std::move(line));
  }
}

void write_number(base::JsonWriter& out, std::string_view key, std::int64_t value) {
  out.key(key);
  if (value == 0)
    out.null();
  else
    out.integer(value);
}

void write_line(const entity::QueryContext& context, const AuditLine& line, base::JsonWriter& out) {
  const auto* entity = context.registry.find_id(line.entity_id);
  out.begin_object().key("seq").integer(line.row.seq).key("at").text(base::to_string(line.row.at)).key("user");
  if (line.row.user_id == 0)
    out.null();
  else
    write_reference(context, context.registry.require("user"), line.row.user_id, out);
  out.key("entity");
  if (entity == nullptr)
    out.null();
  else
    out.text(entity->key);
  out.key("id").integer(line.record_id).key("record");
  if (entity == nullptr)
    out.null();
  else
    write_reference(context, *entity, line.record_id, out);
  out.key("version")
      .integer(line.row.version)
      .key("action")
      .text(line.row.action)
      .key("via")
      .text(line.row.via)
      .key("remote_address")
      .text(line.row.remote_address);
  write_number(out, "api_key", line.api_key_id);
  write_number(out, "job", line.row.job_id);
  if (entity == nullptr)
    out.key("changes").begin_array().end_array();
  else
    write_changes(context, *entity, line.row.changes, out);
  out.end_object();
}

std::optional<base::Instant> time_of(const Call& call, std::string_view name) {
  const std::string text = call.query(name);
  if (text.empty()) return std::nullopt;
  if (const auto at = base::parse_instant(text)) return at;
  if (const auto day = base::parse_date(text))
    return base::TimeZone::find(call.caller().time_zone).value_or(base::TimeZone::utc()).start_of_day(*day);
  throw base::Error::field(std::string(name), "bad_instant");
}

AuditFilter filter_of(const Call& call) {
  AuditFilter filter;
  if (const std::string key = call.query("entity"); !key.empty()) filter.entity_id = call.registry->require(key).id;
  filter.user_id = call.query_int("user", 0, 0, INT32_MAX);
  filter.action = call.query("action");
  return filter;
}

void audit(Call& call, http::Response& response) {
  if (!call.caller().is_admin || !call.caller().key_scopes.empty()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
  const auto limit = static_cast<std::size_t>(call.query_int("limit", 50, 1, 500));
  const std::int64_t cursor = call.query_int("cursor", 0, 0, INT32_MAX);
  const AuditFilter filter = filter_of(call);
  const auto after = time_of(call, "after"), before = time_of(call, "before");
  call.read("audit", [&](const entity::QueryContext& context) {
    response.body.clear();
    const std::int64_t last = newest(context.connection);
    const std::int64_t bottom = after ? first_since(context.connection, *after, last) - 1 : 0;
    std::int64_t top = before ? first_since(context.connection, *before, last) - 1 : last;
    if (cursor != 0) top = std::min(top, cursor - 1);
    std::vector<AuditLine> lines;
    const auto end = std::chrono::steady_clock::now() + kMoment;
    while (top > bottom && lines.size() < limit && std::chrono::steady_clock::now() < end) {
      const std::int64_t from = std::max(bottom, top - kSlice);
      read_slice(context.connection, filter, from, top, limit - lines.size(), lines);
      top = lines.size() == limit ? lines.back().row.seq - 1 : from;
    }
    base::JsonWriter out(response.body);
    out.begin_object().key("items").begin_array();
    for (const auto& line : lines) write_line(context, line, out);
    out.end_array().key("next");
    if (top > bottom)
      out.text(std::to_string(top + 1));
    else
      out.null();
    out.end_object();
  });
}

}  // namespace

void add_audit_routes(http::Router& router, ApiContext& context) { add_route(router, context, {http::Method::kGet, "/audit", audit}); }

}  // namespace api
