// Undo of everything that a job changed, by its number in the audit.
#include <chrono>
#include <exception>

#include "server/base/error.hpp"
#include "server/entity/catalog.hpp"
#include "server/flow/mass_change.hpp"
#include "server/store/shared_savepoint.hpp"
#include "server/store/slice.hpp"

namespace flow {

namespace {

constexpr int kPage = 500;

struct Change {
  std::int64_t seq, entity_id, record_id;
};

std::vector<Change> changes_before(entity::Services& services, std::int64_t job, std::int64_t before) {
  std::vector<Change> rows;
  store::ReadOptions options;
  options.name = "mass_undo_page";
  options.deadline = std::chrono::seconds(30);
  services.database.read(options, [&](store::Connection& connection) {
    rows.clear();
    auto statement = connection.prepare(
        "mass_undo_page", "SELECT seq, entity_id, record_id FROM sys_audit WHERE job_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
    statement.bind(1, job).bind(2, before).bind(3, kPage);
    while (statement.step()) rows.push_back({statement.integer(0), statement.integer(1), statement.integer(2)});
  });
  return rows;
}

class Undoing {
 public:
  Undoing(entity::Services& services, JobRun& run)
      : services_(services),
        run_(run),
        registry_(services.catalog.current()),
        caller_(services.callers.find(run.row().created_by)),
        job_(base::json_int(run.row().parameters, "job")) {}

  void run() {
    std::int64_t before = base::json_int(run_.row().checkpoint, "before", INT64_MAX);
    done_ = run_.row().done;
    while (true) {
      const auto rows = changes_before(services_, job_, before);
      if (rows.empty()) break;
      for (std::size_t at = 0; at < rows.size();) {
        at = slice(rows, at);
        run_.check_cancelled();
      }
      before = rows.back().seq;
    }
    run_.set_result({{"undone", done_ - run_.row().error_count - failed_}});
  }

 private:
  // Undoes rows from `from` on for as long as a slice may last; returns the first that is left. The closure may run again.
  std::size_t slice(const std::vector<Change>& rows, std::size_t from) {
    std::size_t at = from;
    std::vector<std::pair<std::string, std::string>> faults;
    services_.database.write({.name = "mass_undo", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
      at = from;
      faults.clear();
      const store::Slice slice(connection);
      savepoint_.begin(&slice);
      const auto undo = [&](std::size_t i) {
        const auto* entity = registry_->find_id(static_cast<int>(rows[i].entity_id));
        if (entity != nullptr) services_.records.undo_in(connection, *caller_, *entity, rows[i].record_id, rows[i].seq);
      };
      const auto fault = [&](std::size_t i, const base::Error& error) {
        if (error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kDataLoss) throw;
        const auto& entity = *registry_->find_id(static_cast<int>(rows[i].entity_id));
        faults.emplace_back(entity.key + " " + std::to_string(rows[i].record_id), error.key());
      };
      do {
        at = savepoint_.make_some(connection, at, rows.size(), undo, fault);
      } while (at < rows.size() && !slice.is_over());
      const auto done = done_ + static_cast<std::int64_t>(at - from);
      run_.checkpoint_in(connection, {{"before", rows[at - 1].seq}}, done, std::max(done, run_.row().total));
    });
    for (const auto& [item, reason] : faults) run_.add_error(item, reason);
    failed_ += static_cast<std::int64_t>(faults.size());
    done_ += static_cast<std::int64_t>(at - from);
    return at;
  }

  entity::Services& services_;
  JobRun& run_;
  const entity::RegistryPtr registry_;
  const entity::CallerPtr caller_;
  const std::int64_t job_;
  store::SharedSavepoint savepoint_;
  std::int64_t done_ = 0, failed_ = 0;
};

}  // namespace

void undo_job_changes(entity::Services& services, JobRun& run) { Undoing(services, run).run(); }

}  // namespace flow
