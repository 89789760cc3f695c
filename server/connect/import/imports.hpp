// Imports of tables as people use them: a file is looked at, its columns are mapped, the rows are tried or written by a job, and the
// whole can be undone. Docs: docs/internals/import.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/json.hpp"
#include "server/base/program/localizer.hpp"
#include "server/connect/files/files.hpp"
#include "server/connect/import/analysis.hpp"
#include "server/connect/import/import_rows.hpp"
#include "server/entity/module_host.hpp"
#include "server/flow/jobs.hpp"
#include "server/store/slice.hpp"

namespace connect {

struct ImportRequest {
  std::string entity;  // key
  std::int64_t file_id = 0;
  std::string mapping;     // "auto", a ready one ("bitrix24"), a remembered one by its name
  std::string duplicates;  // skip (default), fill, overwrite, create, ask
  std::string key_field;   // clients are told apart by this field
  std::string sheet, encoding, delimiter;
  std::string save_mapping_as;
  bool creates_links = true;
};

// What an import would do with its first rows.
struct PreviewRow {
  int sheet = 0;
  std::int64_t number = 0;
  std::string cells;  // JSON array
  std::string kind;   // data, blank, total, title; with the head also header and above; unused: of a sheet that is left out
  json::object values;
  json::array marks;
  json::array linked;  // related records and links, {"field","entity","values"|"text"}
};

struct PreviewRequest {
  int limit = 20;
  std::optional<int> sheet;  // this one alone, left out or not; else all that are imported
  bool with_head = false;    // rows up to the header as well
};

// Thread-safe.
class Imports {
 public:
  // All outlive it. Adds the job kinds "import", "import.undo" and "import_dry_run".
  Imports(entity::Services& services, flow::Jobs& jobs, Files& files, const base::Localizer& localizer);

  // Nobody else writes (a command without a running program): slices may be long, which writes each page once.
  void work_alone() { shortest_slice_ = longest_slice_ = std::chrono::milliseconds(400); }

  // Looks at the file and keeps what was found. Errors: those of open_table; import_mapping_not_found {name}; create_not_allowed.
  ImportRow create(const entity::Caller& caller, const ImportRequest& request);
  // Other columns or options: {"sheets": [{"sheet", "header_row", "columns": […]}], "duplicates", "key_field", …}. With "encoding",
  // "delimiter", "mapping" or another "header_row" (-1: the sheet is left out, null: as found) the file is looked at anew; columns set
  // before stay where the header is the same.
  ImportRow change(const entity::Caller& caller, std::int64_t id, const json::object& patch);
  ImportRow find(const entity::Caller& caller, std::int64_t id) const;  // not_found "import_not_found"
  std::vector<ImportRow> list(const entity::Caller& caller, bool all_users, int limit) const;
  std::vector<PreviewRow> preview(const entity::Caller& caller, std::int64_t id, const PreviewRequest& request) const;
  // Number of the job. failed_precondition "import_started" when it ran already.
  std::int64_t run(const entity::Caller& caller, std::int64_t id, bool is_dry_run);
  // Report of the last run: the contract's, and "import", "job", "review".
  json::object report(const entity::Caller& caller, std::int64_t id) const;
  // What a reason of the report says to people.
  std::string reason(std::string_view language, std::string_view code) const;
  // Rows whose records bear marks of doubt now, in the order of the file.
  std::vector<StoredRow> doubtful_rows(const entity::Caller& caller, std::int64_t id, int limit) const;
  // Rows that failed, with their own columns and the reason, as CSV with BOM and ';'.
  std::string failed_rows(const entity::Caller& caller, std::int64_t id, std::string_view language) const;
  // A row that waited for a decision: "create", "skip", "fill" or "overwrite".
  StoredRow decide(const entity::Caller& caller, std::int64_t id, int sheet, std::int64_t number, std::string_view decision);
  std::vector<StoredRow> rows(const entity::Caller& caller, std::int64_t id, std::optional<RowStatus> status, int limit) const;
  // Forgets the cells and the file for ever; records and their history stay. failed_precondition "import_running".
  void purge(const entity::Caller& caller, std::int64_t id);

  std::vector<StoredMapping> mappings(std::string_view entity) const;
  void remove_mapping(const entity::Caller& caller, std::int64_t id);

 private:
  struct Opened;
  Opened open(const ImportRow& import) const;
  Analysis analyse(const entity::Registry& registry, const entity::EntityDef& entity, const entity::FileRow& file,
                   const ImportRequest& request, const std::map<int, std::int64_t>& header_rows) const;
  json::object look_again(const ImportRow& import, const entity::Registry& registry, const entity::EntityDef& entity,
                          const json::object& patch) const;
  void execute(flow::JobRun& run, bool is_dry_run);
  void undo(flow::JobRun& run);
  json::object make_report(const ImportRow& import, const json::object& counts, json::array failures, json::array skips) const;
  std::optional<flow::JobRow> last_job(const ImportRow& import) const;

  entity::Services& services_;
  flow::Jobs& jobs_;
  Files& files_;
  const base::Localizer& localizer_;
  store::Slice::Duration shortest_slice_ = store::Slice::kShortest, longest_slice_ = store::Slice::kLongest;
};

}  // namespace connect
