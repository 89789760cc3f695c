#include "server/entity/write/record_service_impl.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "server/base/json_writer.hpp"
#include "server/entity/files.hpp"
#include "server/entity/query.hpp"
#include "server/entity/search/search.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/audit.hpp"
#include "server/entity/write/outbox.hpp"
#include "server/entity/write/rollups.hpp"
#include "server/entity/write/save.hpp"
#include "server/entity/write/save_ahead.hpp"
#include "server/store/send.hpp"
#include "server/store/shared_savepoint.hpp"
#include "server/store/slice.hpp"

namespace entity {

namespace {

// Loading generated or migrated history has the store to itself: long transactions write each page once.
constexpr auto kBulkLoadSlice = std::chrono::seconds(4);

struct DryRunEnd {};
// This node's metadata are older than the base's: reload and run again.
struct MetadataBehind {};
constexpr int kMetadataAttempts = 3;

// Several nodes share a PostgreSQL base: a write under old metadata could leave new fields and indexes unkept.
void require_current_metadata(store::Connection& connection, const Registry& registry) {
  if (connection.dialect() == store::Dialect::kSqlite) return;
  auto statement = connection.prepare("metadata_version", "SELECT version FROM sys_metadata WHERE id = 1");
  if (statement.step() && statement.integer(0) > registry.version()) throw MetadataBehind{};
}

std::string body_hash(const json::object& values) {
  const std::string text = json::serialize(values);
  unsigned char digest[16];
  crypto_generichash(digest, sizeof digest, reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  char hex[2 * sizeof digest + 1];
  sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
  return hex;
}

// A repetition that comes while the first still runs, perhaps to another node, waits for it. SQLite has one writer.
void wait_for_same_key(WriteTransaction& transaction, const Caller& caller, const std::string& key) {
  if (transaction.connection.dialect() == store::Dialect::kSqlite) return;
  auto statement = transaction.connection.prepare("idempotency_lock", "SELECT pg_advisory_xact_lock(hashtextextended($1, $2))");
  statement.bind_text(1, key).bind(2, caller.user_id).step();
}

std::optional<SaveResult> find_idempotent(WriteTransaction& transaction, const Caller& caller, const std::string& key,
                                          const std::string& hash) {
  wait_for_same_key(transaction, caller, key);
  auto statement = transaction.connection.prepare(
      "idempotency_find", "SELECT body_hash, record_id, version FROM sys_idempotency WHERE user_id = $1 AND key = $2");
  statement.bind(1, caller.user_id).bind_text(2, key);
  if (!statement.step()) return std::nullopt;
  if (statement.text(0) != hash) throw base::Error(base::ErrorCode::kFailedPrecondition, "idempotency_key_reused");
  return SaveResult{SaveResult::Status::kCreated, statement.integer(1), statement.integer(2), nullptr};
}

void keep_idempotent(WriteTransaction& transaction, const Caller& caller, const EntityDef& entity, const SaveOptions& options,
                     const std::string& hash, const SaveResult& result) {
  auto statement = transaction.connection.prepare("idempotency_keep",
                                                  "INSERT INTO sys_idempotency(user_id, key, body_hash, entity_id, record_id, version, at) "
                                                  "VALUES($1, $2, $3, $4, $5, $6, $7)");
  statement.bind(1, caller.user_id).bind_text(2, *options.idempotency_key).bind_text(3, hash).bind(4, entity.id);
  statement.bind(5, result.id).bind(6, result.version).bind(7, base::to_micros(transaction.now));
  store::send(transaction.connection, statement);
}

class RecordServiceImpl final : public RecordService, public RecordsAhead {
 public:
  RecordServiceImpl(store::Database& database, Catalog& catalog, const base::Clock& clock, base::Random& random)
      : parts_{database, catalog, clock, random} {}

  SaveResult create(const Caller& caller, const EntityDef& entity, const json::object& values, const SaveOptions& options) override {
    return run("record_create", options,
               [&](WriteTransaction& transaction) { return create_one(transaction, caller, entity.id, values, options); });
  }

  SaveResult update(const Caller& caller, const EntityDef& entity, std::int64_t id, const json::object& patch,
                    const SaveOptions& options) override {
    return run("record_update", options, [&](WriteTransaction& transaction) {
      return Save(transaction, caller, known(transaction, entity.id), options).update(id, patch);
    });
  }

  void remove(const Caller& caller, const EntityDef& entity, std::int64_t id, const SaveOptions& options) override {
    run("record_delete", options,
        [&](WriteTransaction& transaction) { return Save(transaction, caller, known(transaction, entity.id), options).remove(id); });
  }

  void restore(const Caller& caller, const EntityDef& entity, std::int64_t id, const SaveOptions& options) override {
    run("record_restore", options,
        [&](WriteTransaction& transaction) { return Save(transaction, caller, known(transaction, entity.id), options).restore(id); });
  }

  void purge(const Caller& caller, const EntityDef& entity, std::int64_t id) override {
    if (!caller.is_admin && !caller.is_system) throw base::Error(base::ErrorCode::kPermissionDenied, "purge_not_allowed");
    run("record_purge", {},
        [&](WriteTransaction& transaction) { return purge_one(transaction, caller, known(transaction, entity.id), id); });
  }

  std::vector<SaveResult> batch(const Caller& caller, const EntityDef& entity, std::vector<BatchItem> items, const SaveOptions& options,
                                bool atomic) override {
    std::vector<SaveResult> results;
    results.reserve(items.size());
    store::SharedSavepoint savepoint;
    IdPool ids;
    while (results.size() < items.size() || items.empty()) {
      std::vector<SaveResult> slice;
      write("record_batch", options, [&](WriteTransaction& transaction) {
        const bool whole = atomic || options.dry_run;
        const store::Slice time =
            options.bulk_load ? store::Slice(transaction.connection, kBulkLoadSlice, kBulkLoadSlice) : store::Slice(transaction.connection);
        savepoint.begin(whole ? nullptr : &time);
        slice.assign(items.size() - results.size(), {});
        ids.expect(slice.size());
        std::size_t done = 0, begun = 0;
        const auto save = [&](std::size_t i) {
          if (i < begun) transaction.forget();
          begun = i + 1;
          slice[i] = batch_one(transaction, caller, entity.id, items[results.size() + i].values, options, ids);
        };
        while (done < slice.size() && (done == 0 || whole || !time.is_over())) {
          if (atomic)
            save(done++);
          else
            done = savepoint.make_some(transaction.connection, done, slice.size(), save, [&](std::size_t i, const base::Error& error) {
              transaction.forget();
              slice[i] = failed_one(error);
            });
        }
        slice.resize(done);
      });
      results.insert(results.end(), std::make_move_iterator(slice.begin()), std::make_move_iterator(slice.end()));
      if (items.empty()) break;
    }
    return results;
  }

  SaveResult undo(const Caller& caller, const EntityDef& entity, std::int64_t id, std::int64_t audit_seq) override {
    return run("record_undo", {},
               [&](WriteTransaction& transaction) { return undo_one(transaction, caller, known(transaction, entity.id), id, audit_seq); });
  }

  SaveResult create_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, const json::object& values,
                       const SaveOptions& options) override {
    WriteTransaction transaction(parts_, connection, parts_.catalog.current(), parts_.clock.now());
    return create_one(transaction, caller, entity.id, values, options);
  }

  SaveResult create_ahead_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, const json::object& values,
                             const SaveOptions& options, const SaveAhead& ahead) override {
    WriteTransaction transaction(parts_, connection, parts_.catalog.current(), parts_.clock.now());
    return create_one(transaction, caller, entity.id, values, options, ahead);
  }

  SaveResult update_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, std::int64_t id,
                       const json::object& patch, const SaveOptions& options) override {
    WriteTransaction transaction(parts_, connection, parts_.catalog.current(), parts_.clock.now());
    return Save(transaction, caller, known(transaction, entity.id), options).update(id, patch);
  }

  SaveResult remove_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, std::int64_t id,
                       const SaveOptions& options) override {
    WriteTransaction transaction(parts_, connection, parts_.catalog.current(), parts_.clock.now());
    return Save(transaction, caller, known(transaction, entity.id), options).remove(id);
  }

  SaveResult restore_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, std::int64_t id,
                        const SaveOptions& options) override {
    WriteTransaction transaction(parts_, connection, parts_.catalog.current(), parts_.clock.now());
    return Save(transaction, caller, known(transaction, entity.id), options).restore(id);
  }

  SaveResult undo_in(store::Connection& connection, const Caller& caller, const EntityDef& entity, std::int64_t id,
                     std::int64_t audit_seq) override {
    WriteTransaction transaction(parts_, connection, parts_.catalog.current(), parts_.clock.now());
    return undo_one(transaction, caller, known(transaction, entity.id), id, audit_seq);
  }

 private:
  // The entity in the transaction's own registry: the caller's may be older.
  static const EntityDef& known(WriteTransaction& transaction, int entity_id) {
    const EntityDef* entity = transaction.registry->find_id(entity_id);
    if (entity == nullptr) throw base::Error(base::ErrorCode::kNotFound, "unknown_entity");
    return *entity;
  }

  void write(std::string_view name, const SaveOptions& options, const std::function<void(WriteTransaction&)>& body) {
    for (int attempt = 1;; ++attempt) {
      try {
        write_once(name, options, body);
        return;
      } catch (const DryRunEnd&) {
        return;  // everything was tried and rolled back: that is what was asked for
      } catch (const MetadataBehind&) {
        if (attempt == kMetadataAttempts) throw base::Error(base::ErrorCode::kUnavailable, "schema_changed");
        parts_.catalog.refresh();
      }
    }
  }

  void write_once(std::string_view name, const SaveOptions& options, const std::function<void(WriteTransaction&)>& body) {
    store::WriteOptions write_options;
    write_options.name = name;
    write_options.lane = options.lane;
    parts_.database.write(write_options, [&](store::Connection& connection) {
      WriteTransaction transaction(parts_, connection, parts_.catalog.current(), parts_.clock.now());
      require_current_metadata(connection, *transaction.registry);
      body(transaction);
      if (options.dry_run) throw DryRunEnd{};
    });
  }

  SaveResult run(std::string_view name, const SaveOptions& options, const std::function<SaveResult(WriteTransaction&)>& body) {
    SaveResult result;
    write(name, options, [&](WriteTransaction& transaction) { result = body(transaction); });
    return result;
  }

  static SaveResult create_one(WriteTransaction& transaction, const Caller& caller, int entity_id, const json::object& values,
                               const SaveOptions& options, const SaveAhead& ahead = {}) {
    const EntityDef& entity = known(transaction, entity_id);
    if (!options.idempotency_key) return Save(transaction, caller, entity, options, ahead).create(values);
    const std::string hash = body_hash(values);
    if (auto earlier = find_idempotent(transaction, caller, *options.idempotency_key, hash)) return *earlier;
    const SaveResult result = Save(transaction, caller, entity, options).create(values);
    keep_idempotent(transaction, caller, entity, options, hash, result);
    return result;
  }

  static SaveResult batch_one(WriteTransaction& transaction, const Caller& caller, int entity_id, const json::object& values,
                              const SaveOptions& options, IdPool& ids) {
    const auto* id = values.if_contains("id");
    if (id == nullptr || id->is_null()) return create_one(transaction, caller, entity_id, values, options, {&ids, nullptr});
    if (!id->is_int64()) throw base::Error::field("id", "wrong_type", {{"expected", "integer"}});
    return Save(transaction, caller, known(transaction, entity_id), options).update(id->as_int64(), values);
  }

  // Inside a catch. Faults of the database itself end the whole slice; a row's own fault is its result.
  static SaveResult failed_one(const base::Error& error) {
    if (error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kDataLoss) throw;
    SaveResult result;
    result.status = SaveResult::Status::kFailed;
    result.error = std::current_exception();
    return result;
  }

  static SaveResult purge_one(WriteTransaction& transaction, const Caller& caller, const EntityDef& entity, std::int64_t id) {
    auto record = load_record(transaction.connection, *transaction.registry, entity, id, true);
    if (!record) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    if (!record->deleted) throw base::Error(base::ErrorCode::kFailedPrecondition, "purge_only_from_bin");
    copy_built_in(*record);
    update_file_references(transaction.connection, &*record, nullptr, transaction.now);
    erase_record(transaction.connection, entity, id);
    transaction.connection.prepare("audit_purge", "DELETE FROM sys_audit WHERE entity_id = $1 AND record_id = $2")
        .bind(1, entity.id)
        .bind(2, id)
        .run();
    transaction.connection.prepare("share_purge", "DELETE FROM sys_share WHERE entity_id = $1 AND record_id = $2")
        .bind(1, entity.id)
        .bind(2, id)
        .run();
    update_search_index(transaction.connection, &*record, nullptr);
    ++record->version;
    write_outbox(transaction.connection, *record, "purged", {}, caller.user_id, transaction.now);
    return {SaveResult::Status::kUpdated, id, record->version, nullptr};
  }

  static SaveResult undo_one(WriteTransaction& transaction, const Caller& caller, const EntityDef& entity, std::int64_t id,
                             std::int64_t audit_seq) {
    const auto row = find_audit(transaction.connection, entity, id, audit_seq);
    if (!row) throw base::Error(base::ErrorCode::kNotFound, "change_not_found");
    SaveOptions options;
    Save save(transaction, caller, entity, options);
    if (row->action == "created" || row->action == "restored") return save.remove(id);
    if (row->action == "deleted") return save.restore(id);
    if (row->changes.empty()) throw base::Error(base::ErrorCode::kFailedPrecondition, "change_cannot_be_undone");
    const auto since = fields_changed_since(transaction.connection, entity, id, row->version, current_version(transaction, entity, id));
    const json::value changes = base::parse_json(row->changes);
    json::object patch;
    for (const auto& member : changes.as_object()) {
      int field_id = 0;
      std::from_chars(member.key().data(), member.key().data() + member.key().size(), field_id);
      const auto field = std::find_if(entity.fields.begin(), entity.fields.end(), [&](const FieldDef& f) { return f.id == field_id; });
      if (field == entity.fields.end() || field->read_only) continue;
      if (!since || std::find(since->begin(), since->end(), field_id) != since->end()) {
        throw base::Error(base::ErrorCode::kConflict, "changed_since", {{"field", field->key}});
      }
      patch.emplace(field->key, without_item_ids(member.value().as_array().front()));
    }
    return save.update(id, patch);
  }

  // Items removed since have no row to keep: they are written anew.
  static json::value without_item_ids(const json::value& value) {
    if (!value.is_array()) return value;
    json::value copy = value;
    for (auto& item : copy.as_array()) {
      if (item.is_object() && item.as_object().contains("raw")) item.as_object().erase("id");
    }
    return copy;
  }

  static std::int64_t current_version(WriteTransaction& transaction, const EntityDef& entity, std::int64_t id) {
    auto statement = transaction.connection.prepare("record_version", "SELECT version FROM " + table_of(entity) + " WHERE id = $1");
    if (!statement.bind(1, id).step()) throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
    return statement.integer(0);
  }

  WriteParts parts_;
};

}  // namespace

std::unique_ptr<RecordService> make_record_service(store::Database& database, Catalog& catalog, const base::Clock& clock,
                                                   base::Random& random) {
  return std::make_unique<RecordServiceImpl>(database, catalog, clock, random);
}

}  // namespace entity
