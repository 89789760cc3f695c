#include "server/flow/retention.hpp"

#include <exception>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/files.hpp"
#include "server/entity/query.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/outbox.hpp"

namespace flow {

namespace {

constexpr int kSlice = 500;
constexpr std::chrono::hours kJump{24};

// Repeats a slice until it finds less than a whole one.
std::int64_t repeat(store::Database& database, std::string_view name, const std::function<std::int64_t(store::Connection&)>& slice) {
  std::int64_t total = 0;
  while (true) {
    std::int64_t removed = 0;
    database.write({.name = name, .lane = store::Lane::kBulk}, [&](store::Connection& connection) { removed = slice(connection); });
    total += removed;
    if (removed < kSlice) return total;
  }
}

std::vector<std::int64_t> ids_of(store::Connection& connection, const std::string& sql, base::Instant before) {
  auto statement = connection.prepare("retention_ids", sql + " LIMIT " + std::to_string(kSlice));
  statement.bind(1, base::to_micros(before));
  std::vector<std::int64_t> ids;
  while (statement.step()) ids.push_back(statement.integer(0));
  return ids;
}

bool holds_files(const entity::EntityDef& entity) {
  for (const auto& field : entity.fields) {
    if (entity::is_file_field(field)) return true;
  }
  return false;
}

}  // namespace

std::int64_t remove_old_rows(store::Database& database, const OldRows& rows, base::Instant before) {
  const std::string table(rows.table), key(rows.key);
  const std::string sql = "DELETE FROM " + table + " WHERE " + key + " IN (SELECT " + key + " FROM " + table + " WHERE " +
                          std::string(rows.condition) + " LIMIT " + std::to_string(kSlice) + ")";
  return repeat(database, rows.name,
                [&](store::Connection& connection) { return connection.prepare(rows.name, sql).bind(1, base::to_micros(before)).run(); });
}

Retention::Retention(entity::Services& services, RetentionPeriods periods) : services_(services), periods_(periods) {
  const auto when_kept = [this](std::string name, std::chrono::seconds kept, std::int64_t (Retention::*remove)()) {
    if (kept.count() > 0) add(std::move(name), [this, remove] { return (this->*remove)(); });
  };
  add("log_entries", [this] { return remove_log_entries(); });
  when_kept("bin", periods.bin, &Retention::empty_bin);
  when_kept("audit", periods.audit, &Retention::trim_audit);
  when_kept("outbox", periods.outbox, &Retention::trim_outbox);
  when_kept("jobs", periods.jobs, &Retention::remove_jobs);
  if (periods.idempotency.count() > 0) {
    add("idempotency", [this] {
      return remove_old_rows(services_.database, {"idempotency_retention", "sys_idempotency", "at", "at < $1"},
                             services_.clock.now() - periods_.idempotency);
    });
  }
}

void Retention::add(std::string name, std::function<std::int64_t()> remove) { parts_.emplace_back(std::move(name), std::move(remove)); }

std::vector<std::pair<std::string, std::int64_t>> Retention::run() {
  refuse_jump();
  std::vector<std::pair<std::string, std::int64_t>> removed;
  std::exception_ptr fault;
  for (const auto& [name, remove] : parts_) {
    try {
      removed.emplace_back(name, remove());
      if (removed.back().second > 0)
        base::log(base::LogLevel::kInfo, "retention", {{"part", std::string_view(name)}, {"removed", removed.back().second}});
    } catch (const std::exception& error) {
      base::log(base::LogLevel::kWarning, "retention_failed", {{"part", std::string_view(name)}, {"what", std::string_view(error.what())}});
      if (!fault) fault = std::current_exception();
    }
  }
  if (fault) std::rethrow_exception(fault);
  return removed;
}

void Retention::refuse_jump() {
  const auto now = services_.clock.now();
  const auto steady = std::chrono::steady_clock::now();
  const auto before = std::exchange(last_run_, std::pair{now, steady});
  if (!before) return;
  const auto ahead = (now - before->first) - std::chrono::duration_cast<std::chrono::microseconds>(steady - before->second);
  if (ahead > kJump) throw base::Error(base::ErrorCode::kFailedPrecondition, "clock_jumped");
}

std::int64_t Retention::remove_log_entries() {
  const auto registry = services_.catalog.current();
  std::int64_t total = 0;
  for (const auto& entity : registry->entities()) {
    if (entity->kind != entity::EntityKind::kLog || entity->retention_days == 0) continue;
    const auto before = services_.clock.now() - std::chrono::days(entity->retention_days);
    const bool with_files = holds_files(*entity);
    total += repeat(services_.database, "log_retention", [&](store::Connection& connection) {
      const auto ids = ids_of(
          connection,
          "SELECT id FROM " + entity::table_of(*entity) + " WHERE deleted_at IS NULL AND created_at < $1 ORDER BY created_at, id", before);
      for (const auto id : ids) {
        if (with_files) {
          if (const auto record = entity::load_record(connection, *registry, *entity, id))
            entity::update_file_references(connection, &*record, nullptr, services_.clock.now());
        }
        entity::erase_record(connection, *entity, id);
      }
      return static_cast<std::int64_t>(ids.size());
    });
  }
  return total;
}

// Each record by the record service: files, search, history and events go with it.
std::int64_t Retention::empty_bin() {
  const auto registry = services_.catalog.current();
  const auto before = services_.clock.now() - periods_.bin;
  std::int64_t total = 0;
  for (const auto& entity : registry->entities()) {
    if (entity->kind != entity::EntityKind::kRecord) continue;
    while (true) {
      std::vector<std::int64_t> ids;
      store::ReadOptions options;
      options.name = "bin_retention";
      services_.database.read(options, [&](store::Connection& connection) {
        ids = ids_of(
            connection,
            "SELECT id FROM " + entity::table_of(*entity) + " WHERE deleted_at IS NOT NULL AND deleted_at < $1 ORDER BY deleted_at, id",
            before);
      });
      for (const auto id : ids) services_.records.purge(*entity::Caller::system(), *entity, id);
      total += static_cast<std::int64_t>(ids.size());
      if (ids.size() < kSlice) break;
    }
  }
  return total;
}

// Numbers grow with time: the oldest slice alone is looked at, and no index on the time is needed.
std::int64_t Retention::trim_audit() {
  const auto before = services_.clock.now() - periods_.audit;
  return repeat(services_.database, "audit_retention", [&](store::Connection& connection) {
    auto statement = connection.prepare(
        "audit_retention", "DELETE FROM sys_audit WHERE seq IN (SELECT seq FROM (SELECT seq, at FROM sys_audit ORDER BY seq LIMIT " +
                               std::to_string(kSlice) + ") s WHERE at < $1)");
    return statement.bind(1, base::to_micros(before)).run();
  });
}

std::int64_t Retention::trim_outbox() {
  const auto before = services_.clock.now() - periods_.outbox;
  return repeat(services_.database, "outbox_retention",
                [&](store::Connection& connection) { return entity::trim_outbox(connection, before, kSlice); });
}

std::int64_t Retention::remove_jobs() {
  const auto before = services_.clock.now() - periods_.jobs;
  return repeat(services_.database, "job_retention", [&](store::Connection& connection) {
    const auto ids = ids_of(
        connection, "SELECT id FROM sys_job WHERE state IN ('done', 'failed', 'cancelled') AND finished_at < $1 ORDER BY id", before);
    for (const auto id : ids) {
      connection.prepare("job_retention_errors", "DELETE FROM sys_job_error WHERE job_id = $1").bind(1, id).run();
      connection.prepare("job_retention", "DELETE FROM sys_job WHERE id = $1").bind(1, id).run();
    }
    return static_cast<std::int64_t>(ids.size());
  });
}

}  // namespace flow
