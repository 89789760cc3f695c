// Long work that people start: mass change, import, rebuild, undo. Durable, with progress, cancel, error rows and undo.
//
// States: queued → running → done | failed | cancelled; running → queued when its node died (the lease ran out): the
// handler goes on from its checkpoint, and a node that comes back late can store nothing any more. queued | running → paused → queued by
// hand. A job that can be undone is undone by another job of kind "<kind>.undo".
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/json.hpp"
#include "server/base/time.hpp"
#include "server/store/database.hpp"

namespace flow {

struct JobRow {
  std::int64_t id = 0;
  std::string kind, state;
  std::int64_t done = 0, total = 0;
  json::object parameters, result, checkpoint;
  std::int64_t created_by = 0, error_count = 0, undone_by = 0;
  bool can_undo = false;
  base::Instant created_at{}, finished_at{};
  std::string problem;  // locale key of what ended it, "" otherwise
};

// What a handler sees of its job. Every method may throw Error cancelled when somebody cancelled the job or the program stops.
class JobRun {
 public:
  virtual ~JobRun() = default;
  virtual const JobRow& row() const = 0;
  // Stores progress and the point to go on from; about once a second or at each step that must not be done twice. The handler
  // makes the step and its checkpoint one transaction by calling checkpoint_in inside its own write.
  virtual void progress(std::int64_t done, std::int64_t total) = 0;
  virtual void checkpoint_in(store::Connection& connection, const json::object& checkpoint, std::int64_t done, std::int64_t total) = 0;
  // A row that could not be done; kept for the error file.
  virtual void add_error(std::string_view item, std::string_view reason) = 0;
  virtual void set_result(json::object result) = 0;
  virtual void check_cancelled() = 0;
};

using JobHandler = std::function<void(JobRun&)>;

const std::vector<store::Migration>& flow_migrations();  // numbers 30–34, 52

class Jobs {
 public:
  Jobs(store::Database& database, const base::Clock& clock, std::string node, int threads = 2);
  ~Jobs();  // stop()
  // kOneAtATime: of this kind no two run at once, on whatever nodes.
  enum class Runs { kTogether, kOneAtATime };
  void add_kind(std::string kind, JobHandler handler, Runs runs = Runs::kTogether);  // before start
  void start();
  void stop();  // running jobs stop at their next check and are queued again

  // Error not_found "unknown_job_kind".
  std::int64_t submit(std::string_view kind, json::object parameters, std::int64_t user_id, bool can_undo);
  // The same inside a write: together with what the job is about, or not at all.
  std::int64_t submit_in(store::Connection& connection, std::string_view kind, const json::object& parameters, std::int64_t user_id,
                         bool can_undo);
  std::optional<JobRow> find(std::int64_t id) const;
  std::vector<JobRow> list(std::int64_t user_id, bool all_users, int limit) const;
  void cancel(std::int64_t id);  // failed_precondition "job_ended"
  void pause(std::int64_t id);   // failed_precondition "job_ended"; a running job stops at its next check
  void resume(std::int64_t id);  // failed_precondition "job_not_paused"
  // Jobs and leases of a process that was killed are taken at once instead of when they run out: of all nodes whose name begins so,
  // of everybody for whoever holds the base alone.
  void take_over(std::string_view nodes = {});
  // Submits the undo job; failed_precondition "job_cannot_be_undone".
  std::int64_t undo(std::int64_t id, std::int64_t user_id);
  // CSV rows "item;reason" of what could not be done, at most `limit`.
  std::vector<std::pair<std::string, std::string>> errors(std::int64_t id, int limit) const;
  // Runs one queued job on this thread; false when there is none. For commands and tests.
  bool run_one();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flow
