// Merging records that are one, and taking it back.
//
// Invariants: a merge and its undo are each one transaction at the end, whatever was moved before it. Records that gave way
// lie in the bin with all their values; sys_merged leads from their ids to the one that stayed; sys_merge_link names every
// row that was moved, so that undo moves exactly those that nobody moved since. History stays with each record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/base/json.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/module_host.hpp"
#include "server/entity/query.hpp"

namespace entity {

struct MergeRequest {
  std::int64_t survivor = 0;
  std::vector<std::int64_t> others;  // at most kMostMerged
  // field → id of the record whose value stays, or {"value": …}. Fields that are not named: the survivor's value, else
  // the first one that is not empty; multi-values are united.
  json::object choose;
  std::unordered_map<std::int64_t, std::int64_t> versions;  // optimistic lock of those named
};
inline constexpr std::size_t kMostMerged = 20;
// More rows than this that point to the records are moved by a job, in slices.
inline constexpr std::int64_t kMostLinksAtOnce = 300;

struct MergeResult {
  std::int64_t merge_id = 0;
  std::int64_t version = 0;  // of the survivor
  std::int64_t links = 0;    // rows that were moved
};
struct MergeUndoResult {
  std::int64_t version = 0;
  std::vector<std::string> kept_fields;  // changed since the merge: left as they are now
  std::int64_t kept_links = 0;           // rows that somebody moved since
};

// What points to a record from one field, or "shares".
struct MergeLinks {
  std::string entity, field;
  std::int64_t count = 0;
};

class RecordMerge {
 public:
  explicit RecordMerge(Services& services) : services_(services) {}  // outlive the object

  // Needs the right to update all the records and to delete the others. Errors: those of update and delete; conflict
  // "version_conflict"; failed_precondition "merge_same_record", "too_many_records".
  MergeResult merge(const Caller& caller, const EntityDef& entity, const MergeRequest& request);
  // One slice of rows on the bulk lane before merge() does the rest; the number of rows moved, 0 when none are left to
  // move. `merge_id` is begun by the first slice and goes on in merge() through `begun`.
  struct Begun {
    std::int64_t merge_id = 0;
    std::int64_t moved = 0;
  };
  Begun move_slice(const Caller& caller, const EntityDef& entity, const MergeRequest& request, std::int64_t merge_id);
  MergeResult finish(const Caller& caller, const EntityDef& entity, const MergeRequest& request, std::int64_t merge_id);

  // Takes a merge back. Later edits stay and are named in the result. Errors: not_found "merge_not_found",
  // failed_precondition "merge_undone", "merged_record_purged"; rights as for the merge.
  MergeUndoResult undo(const Caller& caller, const EntityDef& entity, std::int64_t merge_id);

 private:
  Services& services_;
};

// {"records":[…],"result":{…},"from":{field: id | "union" | "value"},"links":[{"entity","field","count"}],"link_count"}: what a
// merge would do, as the caller may read it. Rights as for the merge.
void write_merge_preview(const QueryContext& context, const EntityDef& entity, const MergeRequest& request, base::JsonWriter& out);
std::int64_t count_merge_links(store::Connection& connection, const Registry& registry, const EntityDef& entity,
                               const std::vector<std::int64_t>& others);

// The record that stands for a merged one, through further merges; nullopt when it was never merged.
std::optional<std::int64_t> find_survivor(store::Connection& connection, const EntityDef& entity, std::int64_t id);
// Merges into this record that can be undone, newest first: for history and cards.
struct MergeRow {
  std::int64_t id = 0, version = 0, user_id = 0;
  base::Instant at{};
  std::vector<std::int64_t> merged;
};
std::vector<MergeRow> list_merges(store::Connection& connection, const EntityDef& entity, std::int64_t survivor);

}  // namespace entity
