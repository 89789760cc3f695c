// Writes prepared rows as records: finds what they are linked with, finds the same client, creates or changes. Runs inside a write
// transaction of its caller, who may roll it back (a dry run) or run it again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/connect/import/row_maker.hpp"
#include "server/connect/import/values/names.hpp"
#include "server/entity/module_host.hpp"
#include "server/entity/record_service.hpp"
#include "server/entity/write/save_ahead.hpp"
#include "server/store/shared_savepoint.hpp"

namespace connect {

// What to do with a row whose client is known already.
enum class DuplicatePolicy { kSkip, kFill, kOverwrite, kCreate, kAsk };
// Field error "duplicates": unknown_option.
DuplicatePolicy duplicate_policy(std::string_view name);
std::string_view duplicate_policy_name(DuplicatePolicy policy);

enum class RowStatus { kCreated, kUpdated, kSkipped, kFailed, kReview };
std::string_view row_status_name(RowStatus status);

struct RowResult {
  RowStatus status = RowStatus::kFailed;
  std::string reason;                           // code: of a skip "blank", "total", "title", "duplicate"; of a failure the error's key
  std::string field;                            // of a failure
  std::int64_t record_id = 0;                   // the record, or the one it is like
  std::map<std::string, std::int64_t> related;  // plural → further records created
  json::object changes;                         // of a record edited in a table: field → [text before, text now]
};

struct SaverOptions {
  DuplicatePolicy policy = DuplicatePolicy::kSkip;
  std::string key_field;      // clients are told apart by this field alone; empty: by the entity's duplicate keys
  bool creates_links = true;  // linked records that are not found are created
  bool is_dry_run = false;
  std::int64_t job_id = 0;
  const base::Localizer* localizer = nullptr;  // labels of choices in tables exported here; outlives the saver
};

class RowSaver {
 public:
  // All arguments outlive it.
  RowSaver(entity::Services& services, const entity::Caller& caller, std::string entity_key, SaverOptions options);

  // A new transaction begins: what an earlier try of it remembered is forgotten.
  // Rows are saved while `slice`, which outlives the transaction's use of the saver, is not over (nullptr: all that are given).
  void begin(const store::Slice* slice = nullptr);
  // The transaction was committed: what it created is remembered.
  void commit();
  // Saves some of `rows` from `from` on, one at least, and adds their results; each row whole or not at all. A row's own fault is
  // its result, faults of the database are thrown.
  // `from` ascends within a transaction.
  void save_some(store::Connection& connection, const std::vector<PreparedRow>& rows, std::size_t from, std::vector<RowResult>& results);
  // One row, alone in its transaction.
  RowResult save(store::Connection& connection, const PreparedRow& row);

 private:
  // What a dry run would have written, to be written again in a later transaction whose rows may meet it.
  struct Virtual {
    std::string entity;
    std::int64_t id = 0;               // 0: it would have been created
    std::vector<std::string> changes;  // JSON of the values, then of the patches
  };
  void forget_from(std::size_t row);
  RowResult save_row(store::Connection& connection, const PreparedRow& row);
  RowResult save_by_id(store::Connection& connection, const PreparedRow& row);
  json::object edited_fields(store::Connection& connection, const PreparedRow& row) const;
  std::int64_t create(store::Connection& connection, const PreparedRow& row, const json::object& values,
                      const entity::SaveOptions& options);
  RowResult save_new(store::Connection& connection, const PreparedRow& row, const json::object& values, std::vector<entity::Mark> marks);
  RowResult meet(store::Connection& connection, const PreparedRow& row, std::int64_t id, const json::object& values,
                 const std::vector<entity::Mark>& marks);
  std::optional<std::int64_t> find_by_key(store::Connection& connection, const PreparedRow& row, const json::object& values);
  std::optional<std::int64_t> same_client(store::Connection& connection, const PreparedRow& row, const base::Error& duplicate,
                                          bool& is_hidden);
  bool is_same_client(const PreparedRow& row, const entity::Record& known, const std::vector<std::string>& reasons) const;
  void resolve_links(store::Connection& connection, const PreparedRow& row, json::object& values, std::vector<entity::Mark>& marks,
                     RowResult& result);
  std::optional<std::int64_t> find_user(store::Connection& connection, const std::string& text);
  std::optional<std::int64_t> find_linked(store::Connection& connection, const LinkWish& wish, bool& is_ambiguous);
  void put_link(const std::string& key, std::int64_t id);
  std::int64_t create_linked(store::Connection& connection, const LinkWish& wish, RowResult& result);
  void save_related(store::Connection& connection, const PreparedRow& row, std::int64_t id, bool is_new, RowResult& result);
  json::object patch_for(store::Connection& connection, const entity::EntityDef& entity, const entity::Record& known,
                         const json::object& values, bool fills_only) const;
  std::vector<std::int64_t> find_equal(store::Connection& connection, const entity::EntityDef& entity, std::string_view field,
                                       const std::string& text) const;
  entity::SaveOptions save_options(std::string on_duplicate, std::vector<entity::Mark> marks) const;
  const entity::EntityDef& known_entity(std::string_view key) const;
  // Dry runs
  void materialise(store::Connection& connection, const std::string& key);
  void remember(const std::string& entity, std::int64_t id, bool is_new, const json::object& values, std::vector<std::string> keys);

  entity::Services& services_;
  const entity::Caller& caller_;
  const std::string entity_key_;
  const SaverOptions options_;
  entity::RegistryPtr registry_;
  struct KnownUser {
    std::int64_t id;
    std::string email, folded_name;
    PersonName name;
  };
  std::vector<KnownUser> users_;
  bool has_users_ = false;
  std::unordered_map<std::string, std::int64_t> links_, pending_links_;  // "entity|inn or name" → id
  store::SharedSavepoint savepoint_;
  entity::RecordsAhead* const ahead_;  // nullptr: the record service does nothing beforehand
  entity::IdPool ids_;
  // What rows put into the maps, to be taken out when they fail: the row's place beside it.
  std::size_t row_ = 0;
  std::vector<std::pair<std::size_t, std::string>> put_links_;
  std::vector<std::pair<std::size_t, std::size_t>> put_records_;  // of a dry run
  std::vector<Virtual> virtuals_;
  std::unordered_map<std::string, std::vector<std::size_t>> virtual_keys_;
  std::unordered_map<std::size_t, std::int64_t> materialised_;  // in this transaction
};

}  // namespace connect
