#include "server/flow/jobs.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/flow/heartbeat.hpp"

namespace flow {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kChannel = "matvey_jobs";
constexpr auto kLease = 30s;
// Values of cancel_asked.
constexpr std::int64_t kCancelAsked = 1;
constexpr std::int64_t kPauseAsked = 2;
constexpr std::string_view kColumns =
    "id, kind, state, done, total, parameters, result, checkpoint, created_by, error_count, undone_by, can_undo, created_at, finished_at, "
    "problem";

constexpr std::string_view kSqlite = R"sql(
CREATE TABLE sys_job(
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, state TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0,
  parameters TEXT NOT NULL, result TEXT NOT NULL DEFAULT '{}', checkpoint TEXT NOT NULL DEFAULT '{}', created_by INTEGER NOT NULL, error_count INTEGER NOT NULL DEFAULT 0,
  undone_by INTEGER NOT NULL DEFAULT 0, can_undo INTEGER NOT NULL, cancel_asked INTEGER NOT NULL DEFAULT 0, node TEXT, lease_until INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, finished_at INTEGER, problem TEXT NOT NULL DEFAULT '');
CREATE INDEX ix_sys_job__state ON sys_job(state, id);
CREATE TABLE sys_job_error(job_id INTEGER NOT NULL, item TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX ix_sys_job_error__job ON sys_job_error(job_id);
CREATE TABLE sys_lease(name TEXT PRIMARY KEY, node TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
)sql";

constexpr std::string_view kPostgres = R"sql(
CREATE TABLE sys_job(
  id BIGSERIAL PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, done BIGINT NOT NULL DEFAULT 0, total BIGINT NOT NULL DEFAULT 0,
  parameters TEXT NOT NULL, result TEXT NOT NULL DEFAULT '{}', checkpoint TEXT NOT NULL DEFAULT '{}', created_by BIGINT NOT NULL, error_count BIGINT NOT NULL DEFAULT 0,
  undone_by BIGINT NOT NULL DEFAULT 0, can_undo BIGINT NOT NULL, cancel_asked BIGINT NOT NULL DEFAULT 0, node TEXT, lease_until BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL, finished_at BIGINT, problem TEXT NOT NULL DEFAULT '');
CREATE INDEX ix_sys_job__state ON sys_job(state, id);
CREATE TABLE sys_job_error(job_id BIGINT NOT NULL, item TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX ix_sys_job_error__job ON sys_job_error(job_id);
CREATE TABLE sys_lease(name TEXT PRIMARY KEY, node TEXT NOT NULL, until BIGINT NOT NULL);
)sql";

// The index keeps two nodes from starting a second job of an exclusive kind at the same moment.
constexpr std::string_view kExclusiveSqlite = R"sql(
ALTER TABLE sys_job ADD COLUMN exclusive INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX ix_sys_job__exclusive ON sys_job(kind) WHERE state = 'running' AND exclusive = 1;
)sql";
constexpr std::string_view kExclusivePostgres = R"sql(
ALTER TABLE sys_job ADD COLUMN exclusive BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX ix_sys_job__exclusive ON sys_job(kind) WHERE state = 'running' AND exclusive = 1;
)sql";

json::object parse_object(std::string_view text) {
  json::value value = base::parse_json(text, {64, 64u << 20});
  return std::move(value.as_object());
}

JobRow read_row(store::Statement& statement) {
  JobRow row;
  row.id = statement.integer(0);
  row.kind = statement.text(1);
  row.state = statement.text(2);
  row.done = statement.integer(3);
  row.total = statement.integer(4);
  row.parameters = parse_object(statement.text(5));
  row.result = parse_object(statement.text(6));
  row.checkpoint = parse_object(statement.text(7));
  row.created_by = statement.integer(8);
  row.error_count = statement.integer(9);
  row.undone_by = statement.integer(10);
  row.can_undo = statement.integer(11) != 0;
  row.created_at = base::from_micros(statement.integer(12));
  if (!statement.is_null(13)) row.finished_at = base::from_micros(statement.integer(13));
  row.problem = statement.text(14);
  return row;
}

}  // namespace

const std::vector<store::Migration>& flow_migrations() {
  static const std::vector<store::Migration> migrations = {{30, "jobs_and_leases", kSqlite, kPostgres},
                                                           {52, "exclusive_jobs", kExclusiveSqlite, kExclusivePostgres}};
  return migrations;
}

struct Jobs::Impl {
  Impl(store::Database& database, const base::Clock& clock, std::string node, int threads)
      : database(database), clock(clock), node(std::move(node)), thread_count(threads) {}

  store::Database& database;
  const base::Clock& clock;
  const std::string node;
  const int thread_count;
  struct Kind {
    JobHandler handler;
    Runs runs = Runs::kTogether;
  };
  std::map<std::string, Kind, std::less<>> handlers;
  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  std::atomic<bool> stopping{false};
  store::Database::Subscription subscription;
  std::vector<std::thread> threads;

  std::optional<JobRow> find(std::int64_t id) {
    std::optional<JobRow> row;
    store::ReadOptions options;
    options.name = "job_find";
    database.read(options, [&](store::Connection& connection) {
      auto statement = connection.prepare("job_find", "SELECT " + std::string(kColumns) + " FROM sys_job WHERE id = $1");
      if (statement.bind(1, id).step()) row = read_row(statement);
    });
    return row;
  }

  // nullopt as well when another node began a job of the same exclusive kind at this moment.
  std::optional<JobRow> take() {
    try {
      return take_next();
    } catch (const base::Error& error) {
      if (error.key() != "unique_violation") throw;
      return std::nullopt;
    }
  }

  // The oldest queued job, or a running one whose node is gone.
  std::optional<JobRow> take_next() {
    std::optional<JobRow> row;
    const base::Instant now = clock.now();
    database.write({.name = "job_take"}, [&](store::Connection& connection) {
      row.reset();
      const bool postgres = connection.dialect() == store::Dialect::kPostgres;
      std::int64_t id = 0;
      {
        auto statement =
            connection.prepare("job_next",
                               "SELECT id FROM sys_job j WHERE (state = 'running' AND lease_until < $1) OR (state = 'queued' AND NOT "
                               "(exclusive = 1 AND EXISTS "
                               "(SELECT 1 FROM sys_job r WHERE r.kind = j.kind AND r.state = 'running'))) ORDER BY id LIMIT 1" +
                                   std::string(postgres ? " FOR UPDATE OF j SKIP LOCKED" : ""));
        if (statement.bind(1, base::to_micros(now)).step()) id = statement.integer(0);
      }
      if (id == 0) return;
      connection.prepare("job_start", "UPDATE sys_job SET state = 'running', node = $1, lease_until = $2 WHERE id = $3")
          .bind_text(1, node)
          .bind(2, base::to_micros(now + kLease))
          .bind(3, id)
          .run();
      auto statement = connection.prepare("job_find", "SELECT " + std::string(kColumns) + " FROM sys_job WHERE id = $1");
      if (statement.bind(1, id).step()) row = read_row(statement);
    });
    return row;
  }

  void finish(std::int64_t id, std::string_view state, std::string_view problem, const json::object& result) {
    database.write({.name = "job_finish"}, [&](store::Connection& connection) {
      auto statement = connection.prepare(
          "job_finish", "UPDATE sys_job SET state = $1, problem = $2, result = $3, finished_at = $4 WHERE id = $5 AND node = $6");
      statement.bind_text(1, state)
          .bind_text(2, problem)
          .bind_text(3, json::serialize(result))
          .bind(4, base::to_micros(clock.now()))
          .bind(5, id)
          .bind_text(6, node)
          .run();
    });
  }

  void rest(std::int64_t id) {
    database.write({.name = "job_rest"}, [&](store::Connection& connection) {
      connection
          .prepare("job_rest", "UPDATE sys_job SET state = 'paused', lease_until = 0 WHERE id = $1 AND node = $2 AND state = 'running'")
          .bind(1, id)
          .bind_text(2, node)
          .run();
    });
  }

  void queue_again(std::int64_t id) {
    database.write({.name = "job_requeue"}, [&](store::Connection& connection) {
      connection
          .prepare("job_requeue", "UPDATE sys_job SET state = 'queued', lease_until = 0 WHERE id = $1 AND node = $2 AND state = 'running'")
          .bind(1, id)
          .bind_text(2, node)
          .run();
    });
  }

  void prolong(std::int64_t id) {
    database.write({.name = "job_heartbeat"}, [&](store::Connection& connection) {
      connection.prepare("job_heartbeat", "UPDATE sys_job SET lease_until = $1 WHERE id = $2 AND node = $3 AND state = 'running'")
          .bind(1, base::to_micros(clock.now() + kLease))
          .bind(2, id)
          .bind_text(3, node)
          .run();
    });
  }

  void loop() {
    while (!stopping) {
      bool worked = false;
      try {
        worked = run_one();
      } catch (const std::exception& error) {
        base::log(base::LogLevel::kWarning, "jobs_paused", {{"what", std::string_view(error.what())}});
      }
      if (worked) continue;
      std::unique_lock lock(mutex);
      changed.wait_for(lock, 5s, [&] { return woken || stopping; });
      woken = false;
    }
  }

  bool run_one();
  // Error not_found "unknown_job_kind".
  std::int64_t insert(store::Connection& connection, std::string_view kind, const json::object& parameters, std::int64_t user_id,
                      bool can_undo);
};

namespace {

class Run final : public JobRun {
 public:
  Run(store::Database& database, const base::Clock& clock, const std::atomic<bool>& stopping, const std::string& node, JobRow row)
      : database_(database), clock_(clock), stopping_(stopping), node_(node), row_(std::move(row)) {}

  const JobRow& row() const override { return row_; }

  void progress(std::int64_t done, std::int64_t total) override {
    row_.done = done;
    row_.total = total;
    if (clock_.now() - stored_at_ < 500ms) {
      if (stopping_) check_cancelled();
      return;
    }
    database_.write({.name = "job_progress"}, [&](store::Connection& connection) { store(connection); });
    stored_at_ = clock_.now();
    check_cancelled();
  }

  void checkpoint_in(store::Connection& connection, const json::object& checkpoint, std::int64_t done, std::int64_t total) override {
    row_.checkpoint = checkpoint;
    row_.done = done;
    row_.total = total;
    store(connection);
  }

  void add_error(std::string_view item, std::string_view reason) override {
    database_.write({.name = "job_error"}, [&](store::Connection& connection) {
      connection.prepare("job_error_add", "INSERT INTO sys_job_error(job_id, item, reason) VALUES($1, $2, $3)")
          .bind(1, row_.id)
          .bind_text(2, item)
          .bind_text(3, reason)
          .run();
      connection.prepare("job_error_count", "UPDATE sys_job SET error_count = error_count + 1 WHERE id = $1").bind(1, row_.id).run();
    });
  }

  void set_result(json::object result) override { row_.result = std::move(result); }

  void check_cancelled() override {
    if (stopping_) throw base::Error(base::ErrorCode::kUnavailable, "program_stopping");
    std::int64_t asked = 0;
    store::ReadOptions options;
    options.name = "job_cancel_asked";
    database_.read(options, [&](store::Connection& connection) {
      auto statement = connection.prepare("job_cancel_asked", "SELECT cancel_asked FROM sys_job WHERE id = $1");
      if (statement.bind(1, row_.id).step()) asked = statement.integer(0);
    });
    if (asked == kPauseAsked) throw base::Error(base::ErrorCode::kCancelled, "job_paused");
    if (asked != 0) throw base::Error(base::ErrorCode::kCancelled, "job_cancelled");
  }

 private:
  // A node that slept past its lease finds the job with another one: its step goes back with the checkpoint.
  void store(store::Connection& connection) {
    auto statement = connection.prepare(
        "job_progress", "UPDATE sys_job SET done = $1, total = $2, checkpoint = $3, lease_until = $4 WHERE id = $5 AND node = $6");
    statement.bind(1, row_.done)
        .bind(2, row_.total)
        .bind_text(3, json::serialize(row_.checkpoint))
        .bind(4, base::to_micros(clock_.now() + kLease))
        .bind(5, row_.id)
        .bind_text(6, node_);
    if (statement.run() == 0) throw base::Error(base::ErrorCode::kUnavailable, "job_taken_over");
  }
  store::Database& database_;
  const base::Clock& clock_;
  const std::atomic<bool>& stopping_;
  const std::string& node_;  // of the Jobs that run this
  JobRow row_;
  base::Instant stored_at_{};
};

}  // namespace

bool Jobs::Impl::run_one() {
  auto taken = take();
  if (!taken) return false;
  const std::int64_t id = taken->id;
  const auto handler = handlers.find(taken->kind);
  if (handler == handlers.end()) {
    finish(id, "failed", "unknown_job_kind", {});
    return true;
  }
  Run run(database, clock, stopping, node, std::move(*taken));
  // Keeps the lease while a handler is in one long step (an index over a large table), so that no other node takes the job for dead.
  const Heartbeat heartbeat("job " + std::to_string(id), kLease / 3, [this, id] { prolong(id); });
  try {
    run.check_cancelled();
    handler->second.handler(run);
    run.progress(run.row().done, run.row().total);
    finish(id, "done", "", run.row().result);
  } catch (const base::Error& error) {
    if (error.key() == "job_taken_over")
      base::log(base::LogLevel::kWarning, "job_taken_over", {{"job", id}});
    else if (stopping && error.code() == base::ErrorCode::kUnavailable)
      queue_again(id);
    else if (error.key() == "job_paused")
      rest(id);
    else if (error.code() == base::ErrorCode::kCancelled)
      finish(id, "cancelled", error.key(), run.row().result);
    else
      finish(id, "failed", error.key(), run.row().result);
    if (error.code() == base::ErrorCode::kInternal)
      base::log(base::LogLevel::kError, "job_failed", {{"job", id}, {"what", std::string_view(error.what())}});
  } catch (const std::exception& error) {
    finish(id, "failed", "internal", run.row().result);
    base::log(base::LogLevel::kError, "job_failed", {{"job", id}, {"what", std::string_view(error.what())}});
  }
  return true;
}

Jobs::Jobs(store::Database& database, const base::Clock& clock, std::string node, int threads)
    : impl_(std::make_unique<Impl>(database, clock, std::move(node), threads)) {}
Jobs::~Jobs() { stop(); }

void Jobs::add_kind(std::string kind, JobHandler handler, Runs runs) {
  impl_->handlers.emplace(std::move(kind), Impl::Kind{std::move(handler), runs});
}

void Jobs::start() {
  impl_->subscription = impl_->database.subscribe(kChannel, [impl = impl_.get()](std::string_view) {
    {
      const std::lock_guard lock(impl->mutex);
      impl->woken = true;
    }
    impl->changed.notify_all();
  });
  for (int i = 0; i < impl_->thread_count; ++i) impl_->threads.emplace_back([impl = impl_.get()] { impl->loop(); });
}

void Jobs::stop() {
  impl_->stopping = true;
  impl_->changed.notify_all();
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
  impl_->subscription.reset();
}

std::int64_t Jobs::Impl::insert(store::Connection& connection, std::string_view kind, const json::object& parameters, std::int64_t user_id,
                                bool can_undo) {
  const auto found = handlers.find(kind);
  if (found == handlers.end()) throw base::Error(base::ErrorCode::kNotFound, "unknown_job_kind");
  std::int64_t id = 0;
  auto statement = connection.prepare("job_submit",
                                      "INSERT INTO sys_job(kind, state, parameters, created_by, can_undo, created_at, exclusive) "
                                      "VALUES($1, 'queued', $2, $3, $4, $5, $6) RETURNING id");
  statement.bind_text(1, kind)
      .bind_text(2, json::serialize(parameters))
      .bind(3, user_id)
      .bind(4, can_undo ? 1 : 0)
      .bind(5, base::to_micros(clock.now()));
  statement.bind(6, found->second.runs == Runs::kOneAtATime ? 1 : 0);
  if (statement.step()) id = statement.integer(0);
  database.notify_on_commit(connection, kChannel, "submitted");
  return id;
}

std::int64_t Jobs::submit(std::string_view kind, json::object parameters, std::int64_t user_id, bool can_undo) {
  std::int64_t id = 0;
  impl_->database.write({.name = "job_submit"},
                        [&](store::Connection& connection) { id = impl_->insert(connection, kind, parameters, user_id, can_undo); });
  return id;
}

std::int64_t Jobs::submit_in(store::Connection& connection, std::string_view kind, const json::object& parameters, std::int64_t user_id,
                             bool can_undo) {
  return impl_->insert(connection, kind, parameters, user_id, can_undo);
}

std::optional<JobRow> Jobs::find(std::int64_t id) const { return impl_->find(id); }

std::vector<JobRow> Jobs::list(std::int64_t user_id, bool all_users, int limit) const {
  std::vector<JobRow> rows;
  store::ReadOptions options;
  options.name = "job_list";
  impl_->database.read(options, [&](store::Connection& connection) {
    rows.clear();
    auto statement = connection.prepare(
        "job_list", "SELECT " + std::string(kColumns) + " FROM sys_job WHERE ($1 = 1 OR created_by = $2) ORDER BY id DESC LIMIT $3");
    statement.bind(1, all_users ? 1 : 0).bind(2, user_id).bind(3, limit);
    while (statement.step()) rows.push_back(read_row(statement));
  });
  return rows;
}

void Jobs::cancel(std::int64_t id) {
  std::int64_t changed = 0;
  impl_->database.write({.name = "job_cancel"}, [&](store::Connection& connection) {
    changed = connection
                  .prepare("job_cancel",
                           "UPDATE sys_job SET cancel_asked = $1, state = CASE state WHEN 'paused' THEN 'queued' ELSE state END WHERE id = "
                           "$2 AND state IN ('queued', 'running', 'paused')")
                  .bind(1, kCancelAsked)
                  .bind(2, id)
                  .run();
    impl_->database.notify_on_commit(connection, kChannel, "cancelled");
  });
  if (changed == 0) throw base::Error(base::ErrorCode::kFailedPrecondition, "job_ended");
}

void Jobs::pause(std::int64_t id) {
  std::int64_t changed = 0;
  impl_->database.write({.name = "job_pause"}, [&](store::Connection& connection) {
    changed = connection
                  .prepare("job_pause",
                           "UPDATE sys_job SET cancel_asked = $1, state = CASE state WHEN 'queued' THEN 'paused' ELSE state END WHERE id = "
                           "$2 AND state IN ('queued', 'running')")
                  .bind(1, kPauseAsked)
                  .bind(2, id)
                  .run();
  });
  if (changed == 0) throw base::Error(base::ErrorCode::kFailedPrecondition, "job_ended");
}

void Jobs::resume(std::int64_t id) {
  std::int64_t changed = 0;
  impl_->database.write({.name = "job_resume"}, [&](store::Connection& connection) {
    changed = connection.prepare("job_resume", "UPDATE sys_job SET cancel_asked = 0, state = 'queued' WHERE id = $1 AND state = 'paused'")
                  .bind(1, id)
                  .run();
    impl_->database.notify_on_commit(connection, kChannel, "resumed");
  });
  if (changed == 0) throw base::Error(base::ErrorCode::kFailedPrecondition, "job_not_paused");
}

void Jobs::take_over(std::string_view nodes) {
  impl_->database.write({.name = "job_take_over"}, [&](store::Connection& connection) {
    auto statement = connection.prepare(
        "job_take_over", "UPDATE sys_job SET lease_until = 0 WHERE state = 'running' AND ($1 = '' OR substr(node, 1, length($1)) = $1)");
    statement.bind_text(1, nodes).run();
    connection.prepare("lease_take_over", "DELETE FROM sys_lease WHERE ($1 = '' OR substr(node, 1, length($1)) = $1)")
        .bind_text(1, nodes)
        .run();
  });
}

std::int64_t Jobs::undo(std::int64_t id, std::int64_t user_id) {
  const auto row = find(id);
  if (!row) throw base::Error(base::ErrorCode::kNotFound, "job_not_found");
  const bool ended = row->state == "done" || row->state == "cancelled" || row->state == "failed";
  if (!row->can_undo || row->undone_by != 0 || !ended) throw base::Error(base::ErrorCode::kFailedPrecondition, "job_cannot_be_undone");
  // Of two who ask at once one is refused.
  std::int64_t undo_id = 0;
  impl_->database.write({.name = "job_undo"}, [&](store::Connection& connection) {
    undo_id = impl_->insert(connection, row->kind + ".undo", {{"job", id}}, user_id, false);
    const auto taken = connection.prepare("job_undone_by", "UPDATE sys_job SET undone_by = $1 WHERE id = $2 AND undone_by = 0")
                           .bind(1, undo_id)
                           .bind(2, id)
                           .run();
    if (taken == 0) throw base::Error(base::ErrorCode::kFailedPrecondition, "job_cannot_be_undone");
  });
  return undo_id;
}

std::vector<std::pair<std::string, std::string>> Jobs::errors(std::int64_t id, int limit) const {
  std::vector<std::pair<std::string, std::string>> rows;
  store::ReadOptions options;
  options.name = "job_errors";
  impl_->database.read(options, [&](store::Connection& connection) {
    rows.clear();
    auto statement = connection.prepare("job_errors", "SELECT item, reason FROM sys_job_error WHERE job_id = $1 LIMIT $2");
    statement.bind(1, id).bind(2, limit);
    while (statement.step()) rows.emplace_back(statement.text(0), statement.text(1));
  });
  return rows;
}

bool Jobs::run_one() { return impl_->run_one(); }

}  // namespace flow
