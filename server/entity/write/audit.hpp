// The audit trail: one row per saved change, written in the same transaction.
//
// Invariants: rows are never changed; `changes` is {"<field id>": [old, new]} in the API's JSON form, links as
// {"entity","id"}; versions of one record ascend without gaps as long as its rows are kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/json.hpp"
#include "server/entity/caller.hpp"
#include "server/entity/value.hpp"
#include "server/store/database.hpp"

namespace entity {

struct AuditRow {
  std::int64_t seq = 0;
  base::Instant at{};
  std::int64_t user_id = 0;
  std::int64_t version = 0;
  std::string action;   // created, updated, deleted, restored, undone, merged
  std::string changes;  // JSON object or empty
  std::string via;
  std::string remote_address;
  std::int64_t job_id = 0;
};

// Field indexes whose values differ; `before` nullptr: those that are not empty.
std::vector<FieldIndex> changed_fields(const Record* before, const Record& after);

struct AuditEntry {
  const Caller* caller;
  base::Instant now;
  const Record* record;
  std::string_view action;
  std::string changes;  // from audit_changes, or empty
  std::int64_t job_id = 0;
};
void write_audit(store::Connection& connection, const AuditEntry& entry);
// Old and new value of each changed field; fields declared without audit are left out.
std::string audit_changes(const Record& before, const Record& after, const std::vector<FieldIndex>& changed);

std::optional<AuditRow> find_audit(store::Connection& connection, const EntityDef& entity, std::int64_t record_id, std::int64_t seq);
// Newest first; `before_seq` 0: from the newest.
std::vector<AuditRow> read_audit(store::Connection& connection, const EntityDef& entity, std::int64_t record_id, std::int64_t before_seq,
                                 int limit);
// Field ids changed after `version`; nullopt when the trail no longer reaches back so far.
std::optional<std::vector<int>> fields_changed_since(store::Connection& connection, const EntityDef& entity, std::int64_t record_id,
                                                     std::int64_t version, std::int64_t current);

}  // namespace entity
