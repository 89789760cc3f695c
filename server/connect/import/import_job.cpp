// The jobs of an import: a thread reads and prepares rows, the job's own thread writes them in slices.
#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/connect/import/imports_internal.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/query.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/audit.hpp"

namespace connect {

namespace {

constexpr std::size_t kChunkRows = 1024;
constexpr std::size_t kMaxChunks = 3;
constexpr std::size_t kMaxChanges = 2'000;   // records of an edited table whose differences a report shows
constexpr std::size_t kMaxListed = 200'000;  // failures and skips named in a report

struct RolledBack {};

using Chunk = std::vector<PreparedRow>;

// Chunks on their way from the reading thread to the writing one.
class ChunkQueue {
 public:
  // False: nobody wants more.
  bool push(Chunk chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return chunks_.size() < kMaxChunks || is_closed_; });
    if (is_closed_) return false;
    chunks_.push_back(std::move(chunk));
    changed_.notify_all();
    return true;
  }
  void finish(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    is_finished_ = true;
    failure_ = std::move(failure);
    changed_.notify_all();
  }
  // False at the end; throws what the reading thread threw.
  bool pop(Chunk& chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !chunks_.empty() || is_finished_; });
    if (chunks_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return false;
    }
    chunk = std::move(chunks_.front());
    chunks_.pop_front();
    changed_.notify_all();
    return true;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Chunk> chunks_;
  bool is_closed_ = false, is_finished_ = false;
  std::exception_ptr failure_;
};

// Counts of an import; kept in the job's checkpoint.
struct Counts {
  std::int64_t position = 0;  // rows behind the headers, of all sheets
  std::map<std::string, std::int64_t> by_status, related;

  static Counts from(const json::object& checkpoint) {
    Counts counts;
    counts.position = base::json_int(checkpoint, "position");
    for (const auto* part : {"by_status", "related"}) {
      const auto* object = base::json_object(checkpoint, part);
      if (object == nullptr) continue;
      auto& target = std::string_view(part) == "related" ? counts.related : counts.by_status;
      for (const auto& [key, value] : *object) target[std::string(key)] = value.as_int64();
    }
    return counts;
  }
  json::object to_json() const {
    json::object statuses, others;
    for (const auto& [key, value] : by_status) statuses[key] = value;
    for (const auto& [key, value] : related) others[key] = value;
    return {{"position", position}, {"by_status", std::move(statuses)}, {"related", std::move(others)}};
  }
  void add(const RowResult& result) {
    ++by_status[std::string(row_status_name(result.status))];
    for (const auto& [plural, count] : result.related) related[plural] += count;
  }
};

// Reads the planned sheets from `after` rows on; what needs no database is done here, beside the writer.
void read_rows(TableReader& reader, const std::vector<SheetPlan>& sheets, const RowMaker& maker, const HeaderWords& words,
               std::int64_t after, ChunkQueue& queue, const std::function<void(PreparedRow&)>& parse) {
  Chunk chunk;
  std::int64_t position = 0;
  for (const auto& plan : sheets) {
    if (plan.header_row < 0) continue;
    reader.open_sheet(plan.sheet);
    Row row;
    while (reader.next(row)) {
      if (row.number <= plan.header_row || ++position <= after) continue;
      const RowKind kind = kind_of_row(row, plan, words);
      PreparedRow prepared;
      if (kind == RowKind::kData) {
        prepared = maker.make(row, plan);
        parse(prepared);
      } else {
        prepared.cells = RowMaker::cells_json(row);
      }
      prepared.sheet = plan.sheet;
      prepared.number = reported_number(row, plan, reader.format());
      prepared.position = position;
      prepared.kind = kind;
      chunk.push_back(std::move(prepared));
      if (chunk.size() < kChunkRows) continue;
      if (!queue.push(std::move(chunk))) return;
      chunk.clear();
    }
  }
  if (!chunk.empty()) queue.push(std::move(chunk));
}

std::string sheet_name(const std::vector<SheetPlan>& sheets, int sheet) {
  for (const auto& plan : sheets) {
    if (plan.sheet == sheet) return plan.name;
  }
  return {};
}

// Failures and skips of a report.
struct Lists {
  json::array failures, skips, changes;
  void add(const std::string& sheet, std::int64_t number, RowStatus status, const std::string& reason, const std::string& field) {
    if (status == RowStatus::kFailed && failures.size() < kMaxListed) {
      json::object failure{{"sheet", sheet}, {"row", number}, {"reason", reason}, {"field", nullptr}};
      if (!field.empty()) failure["field"] = field;
      failures.push_back(std::move(failure));
    }
    const bool is_skip = status == RowStatus::kSkipped || status == RowStatus::kReview;
    if (is_skip && skips.size() < kMaxListed) skips.push_back(json::object{{"sheet", sheet}, {"row", number}, {"reason", reason}});
  }
};

// Joins the reading thread whatever happens.
class Reading {
 public:
  Reading(ChunkQueue& queue, std::function<void()> read)
      : queue_(queue), thread_([this, read = std::move(read)] {
          try {
            read();
            queue_.finish(nullptr);
          } catch (...) {
            queue_.finish(std::current_exception());
          }
        }) {}
  ~Reading() {
    queue_.close();
    thread_.join();
  }
  Reading(const Reading&) = delete;

 private:
  ChunkQueue& queue_;
  std::thread thread_;
};

entity::CallerPtr caller_of(entity::Services& services, const flow::JobRow& row) {
  auto caller = std::make_shared<entity::Caller>(row.created_by == 0 ? *entity::Caller::system() : *services.callers.find(row.created_by));
  caller->via = "import";
  return caller;
}

}  // namespace

json::object Imports::make_report(const ImportRow& import, const json::object& counts, json::array failures, json::array skips) const {
  const Counts all = Counts::from(counts);
  const auto count = [&](std::string_view status) {
    const auto found = all.by_status.find(std::string(status));
    return found == all.by_status.end() ? std::int64_t{0} : found->second;
  };
  json::object mapping, related, read_as;
  for (const auto& sheet : sheets_of_plan(import.plan)) {
    if (sheet.header_row < 0) continue;
    for (const auto& column : sheet.mapping.columns) {
      if (mapping.contains(column.column) && column.target.empty()) continue;
      mapping[column.column] = column.target.empty() ? json::value(nullptr) : json::value(column.target);
    }
  }
  for (const auto& [plural, number] : all.related) related[plural] = number;
  std::int64_t rows = 0;
  for (const auto& [status, number] : all.by_status) rows += number;
  return {{"rows", rows},
          {"created", count("created")},
          {"updated", count("updated")},
          {"skipped", count("skipped") + count("review")},
          {"failed", count("failed")},
          {"failures", std::move(failures)},
          {"skips", std::move(skips)},
          {"mapping", std::move(mapping)},
          {"related", std::move(related)},
          {"review", count("review")},
          {"import", import.id},
          {"entity", import.entity},
          {"file", import.file_name},
          {"format", base::json_string(import.plan, "format")},
          {"encoding", base::json_string(import.plan, "encoding")}};
}

namespace {

// What the rows of one slice came to, for the lists of the report and the error file of the job.
void note_results(flow::JobRun& run, const std::vector<SheetPlan>& sheets, const Chunk& chunk, std::size_t first,
                  const std::vector<RowResult>& results, bool is_dry_run, Lists& lists) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& row = chunk[first + i];
    const auto& result = results[i];
    if (!result.changes.empty() && lists.changes.size() < kMaxChanges)
      lists.changes.push_back(json::object{
          {"sheet", sheet_name(sheets, row.sheet)}, {"row", row.number}, {"record", result.record_id}, {"fields", result.changes}});
    if (is_dry_run)
      lists.add(sheet_name(sheets, row.sheet), row.number, result.status, result.reason, result.field);
    else if (result.status == RowStatus::kFailed)
      run.add_error((sheets.size() > 1 ? sheet_name(sheets, row.sheet) + " " : "") + std::to_string(row.number), result.reason);
  }
}

// The rows of the whole import that were not saved as they stood, a resumed one's earlier rows included.
void read_lists(entity::Services& services, const ImportRow& import, const std::vector<SheetPlan>& sheets, Lists& lists) {
  services.database.read({.name = "import_report", .deadline = std::chrono::seconds(120)}, [&](store::Connection& connection) {
    lists.failures.clear();
    lists.skips.clear();
    for (const auto status : {RowStatus::kFailed, RowStatus::kSkipped, RowStatus::kReview}) {
      read_import_rows(connection, import.id, status, [&](const StoredRow& row) {
        lists.add(sheet_name(sheets, row.sheet), row.number, row.status, row.reason, row.field);
        return true;
      });
    }
  });
}

}  // namespace

void Imports::execute(flow::JobRun& run, bool is_dry_run) {
  const auto caller = caller_of(services_, run.row());
  ImportRow import = find(*caller, base::json_int(run.row().parameters, "import"));
  const auto registry = services_.catalog.current();
  const auto& entity = registry->require(import.entity);
  const HeaderWords words(*registry, entity, &localizer_);
  const auto zone = base::TimeZone::find(caller->time_zone).value_or(base::TimeZone::utc());
  const RowMaker maker(*registry, entity, &localizer_, {zone.local_date(services_.clock.now()), caller->time_zone, "RU"});
  SaverOptions options = saver_options(import.plan);
  options.is_dry_run = is_dry_run;
  options.job_id = run.row().id;
  options.localizer = &localizer_;
  RowSaver saver(services_, *caller, import.entity, options);
  // A dry run that was interrupted begins anew: what it would have written is in memory alone.
  Counts counts = is_dry_run ? Counts{} : Counts::from(run.row().checkpoint);
  Lists lists;
  Opened opened = open(import);
  ChunkQueue queue;
  const auto parse = [&](PreparedRow& row) {
    if (row.id == 0) row.parsed = std::make_shared<const entity::ParsedValues>(entity::parse_ahead(*registry, entity, row.values));
  };
  const Reading reading(queue,
                        [&, after = counts.position] { read_rows(*opened.reader, opened.sheets, maker, words, after, queue, parse); });
  Chunk chunk;
  while (queue.pop(chunk)) {
    for (std::size_t done = 0; done < chunk.size();) {
      Counts next;
      std::vector<RowResult> results;
      try {
        services_.database.write({.name = "import_slice", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
          const store::Slice slice(connection, shortest_slice_, longest_slice_);
          next = counts;
          results.clear();
          saver.begin(&slice);
          std::size_t i = done;
          do {
            saver.save_some(connection, chunk, i, results);
            for (; i < done + results.size(); ++i) {
              const RowResult& result = results[i - done];
              next.add(result);
              next.position = chunk[i].position;
              if (!is_dry_run) insert_import_row(connection, import.id, chunk[i], result);
            }
          } while (i < chunk.size() && !slice.is_over());
          if (is_dry_run) throw RolledBack{};
          run.checkpoint_in(connection, next.to_json(), next.position, std::max(next.position, run.row().total));
        });
      } catch (const RolledBack&) {
      }
      saver.commit();
      note_results(run, opened.sheets, chunk, done, results, is_dry_run, lists);
      done += results.size();
      counts = next;
      run.progress(counts.position, std::max(counts.position, run.row().total));
      run.check_cancelled();
    }
  }
  if (!is_dry_run) read_lists(services_, import, opened.sheets, lists);
  import.report = make_report(import, counts.to_json(), std::move(lists.failures), std::move(lists.skips));
  if (!lists.changes.empty()) import.report["changes"] = std::move(lists.changes);
  import.report["dry_run"] = is_dry_run;
  import.report["job"] = run.row().id;
  services_.database.write({.name = "import_report"},
                           [&](store::Connection& connection) { update_import_report(connection, import.id, import.report); });
  json::object result = import.report;
  for (const auto* key : {"failures", "skips", "changes"}) result.erase(key);
  run.set_result(std::move(result));
}

}  // namespace connect
