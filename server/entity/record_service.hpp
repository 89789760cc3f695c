// Writing: one way in. Every change of every record, from any source, goes through here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/base/time.hpp"
#include "server/base/uid.hpp"
#include "server/entity/access.hpp"
#include "server/entity/value.hpp"
#include "server/store/database.hpp"

namespace entity {

class Catalog;  // catalog.hpp: current registry and its changes

// What one save is about; given to behaviours. Lives inside the transaction's closure, which may run again: no outside effects.
class SaveContext {
 public:
  virtual ~SaveContext() = default;
  virtual store::Connection& connection() = 0;
  virtual const Registry& registry() = 0;
  virtual const Caller& caller() = 0;
  virtual base::Instant now() = 0;
  virtual bool is_new() const = 0;
  virtual const Record* before() const = 0;  // nullptr when new
  virtual Record& record() = 0;
  virtual bool changed(std::string_view field) const = 0;  // against before(); everything non-empty when new
  virtual void add_error(base::FieldError error) = 0;
  // Writes to other records inside the same transaction, through all stages, as the system on behalf of the caller.
  virtual std::int64_t create(std::string_view entity, const json::object& values) = 0;
  virtual void update(std::string_view entity, std::int64_t id, const json::object& values) = 0;
  virtual void remove(std::string_view entity, std::int64_t id) = 0;
  virtual std::optional<Record> load(std::string_view entity, std::int64_t id) = 0;
};

// C++ behaviour of an entity, registered by its module. Stages: docs/internals/engine.md §5.
class Behaviour {
 public:
  virtual ~Behaviour() = default;
  virtual void prepare(SaveContext&) {}       // derive values (stage compute)
  virtual void check(SaveContext&) {}         // add field errors (stage validate)
  virtual void before_write(SaveContext&) {}  // write other records (stage before-rules)
  virtual void before_delete(SaveContext&) {}
  virtual void before_restore(SaveContext&) {}  // out of the bin; record() is already as it will be
};

struct SaveOptions {
  bool dry_run = false;                 // all stages, then rolled back
  std::optional<std::int64_t> version;  // optimistic lock; missing: last write wins per field
  std::string on_duplicate = "error";   // error|skip|fill|overwrite|create; create means: do not look
  std::optional<std::string> idempotency_key;
  bool audit_origin_import = false;
  std::int64_t job_id = 0;      // audit rows carry it: undo of an import or mass change
  bool accept_doubtful = true;  // marks instead of errors for check digits and the like
  std::vector<Link> inherited;  // links of a record that the caller sees: a new one may lead there too, whatever he sees of their targets
  std::vector<Mark> marks;      // further doubts about the values given, or about some left out: an import's
  // Generated or migrated history: no audit, no outbox, no duplicate search, no before-rules. System callers only.
  bool bulk_load = false;
  store::Lane lane = store::Lane::kInteractive;
};

struct SaveResult {
  enum class Status { kCreated, kUpdated, kUnchanged, kSkipped, kFailed } status = Status::kCreated;
  std::int64_t id = 0;
  std::int64_t version = 0;
  std::exception_ptr error;  // kFailed
};

struct BatchItem {
  json::object values;  // "id" present: update
};

class RecordService {
 public:
  virtual ~RecordService() = default;
  // Each throws base::Error; returns after the write is durable.
  virtual SaveResult create(const Caller& caller, const EntityDef& entity, const json::object& values, const SaveOptions& options = {}) = 0;
  virtual SaveResult update(const Caller& caller, const EntityDef& entity, std::int64_t id, const json::object& patch,
                            const SaveOptions& options = {}) = 0;
  virtual void remove(const Caller& caller, const EntityDef& entity, std::int64_t id, const SaveOptions& options = {}) = 0;  // to the bin
  virtual void restore(const Caller& caller, const EntityDef& entity, std::int64_t id, const SaveOptions& options = {}) = 0;
  virtual void purge(const Caller& caller, const EntityDef& entity, std::int64_t id) = 0;  // for ever, files included
  // Per row by default; atomic: all or nothing. In slices of at most 10 ms on the bulk lane.
  virtual std::vector<SaveResult> batch(const Caller& caller, const EntityDef& entity, std::vector<BatchItem> items,
                                        const SaveOptions& options, bool atomic) = 0;
  // Undoes one audited change; conflict when the fields changed since.
  virtual SaveResult undo(const Caller& caller, const EntityDef& entity, std::int64_t id, std::int64_t audit_seq) = 0;
  // The same stages inside a transaction the caller of this function already runs.
  virtual SaveResult create_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, const json::object& values,
                               const SaveOptions& options = {}) = 0;
  virtual SaveResult update_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, std::int64_t id,
                               const json::object& patch, const SaveOptions& options = {}) = 0;
  virtual SaveResult remove_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, std::int64_t id,
                               const SaveOptions& options = {}) = 0;
  virtual SaveResult restore_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, std::int64_t id,
                                const SaveOptions& options = {}) = 0;
  virtual SaveResult undo_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, std::int64_t id,
                             std::int64_t audit_seq) = 0;
};

}  // namespace entity
