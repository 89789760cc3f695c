// What is kept for a time only, and its removal in slices: entries of log entities, the bin, the audit, ended jobs, keys against
// repetition and whatever other folders add. One schedule runs it (an hour apart, one node at a time).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/time.hpp"
#include "server/entity/module_host.hpp"
#include "server/store/database.hpp"

namespace flow {

// Rows of an engine table that may go: `condition` says which, with $1 an instant in microseconds. They are looked for in the order
// of `key`, so an index that begins with what the condition names should be there.
struct OldRows {
  std::string_view name;  // of the query
  std::string_view table, key, condition;
};
// Removes them in slices on the bulk lane, each a transaction; returns how many went.
std::int64_t remove_old_rows(store::Database& database, const OldRows& rows, base::Instant before);

// 0: kept for ever.
struct RetentionPeriods {
  std::chrono::seconds bin{std::chrono::days(30)};
  std::chrono::seconds audit{std::chrono::days(5 * 365)};
  std::chrono::seconds jobs{std::chrono::days(90)};
  std::chrono::seconds idempotency{std::chrono::days(1)};
  std::chrono::seconds outbox{std::chrono::days(7)};  // for those who pull /events or replay a web hook
};

class Retention {
 public:
  // `services` outlives it.
  Retention(entity::Services& services, RetentionPeriods periods);
  // `remove` returns how many things it removed.
  void add(std::string name, std::function<std::int64_t()> remove);
  // Everything that is due, each part whatever became of the others; the first fault is thrown at the end. Returns what each part removed.
  // After the wall clock jumped by more than a day the first run removes nothing (Error failed_precondition "clock_jumped"): there is
  // time until the next one to set it right.
  std::vector<std::pair<std::string, std::int64_t>> run();

 private:
  void refuse_jump();
  std::int64_t remove_log_entries();
  std::int64_t empty_bin();
  std::int64_t trim_audit();
  std::int64_t trim_outbox();
  std::int64_t remove_jobs();

  entity::Services& services_;
  RetentionPeriods periods_;
  std::vector<std::pair<std::string, std::function<std::int64_t()>>> parts_;
  std::optional<std::pair<base::Instant, std::chrono::steady_clock::time_point>> last_run_;
};

}  // namespace flow
