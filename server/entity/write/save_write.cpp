// Stages before-rules and write of a save, and its order as a whole.
#include <algorithm>

#include "server/entity/files.hpp"
#include "server/entity/on_behalf.hpp"
#include "server/entity/query.hpp"
#include "server/entity/read/page/database_resolver.hpp"
#include "server/entity/schema/new_items.hpp"
#include "server/entity/search/search.hpp"
#include "server/entity/side_records.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/audit.hpp"
#include "server/entity/write/merge.hpp"
#include "server/entity/write/outbox.hpp"
#include "server/entity/write/rollups.hpp"
#include "server/entity/write/save.hpp"

namespace entity {

namespace {

bool keeps_trail(const EntityDef& entity) { return entity.kind != EntityKind::kLog; }

// Items of a many-to-many change with records of another entity, of which the resolver does not hear.
bool has_relations(const EntityDef& entity) {
  const auto& tables = storage_of(entity).items;
  return std::any_of(tables.begin(), tables.end(), [](const ItemTable& table) { return table.relation != nullptr; });
}

// Nested saves share one limit, so that two behaviours that call each other end in an error, not in a full stack.
class DepthGuard {
 public:
  explicit DepthGuard(WriteTransaction& transaction) : transaction_(transaction) {
    if (transaction_.depth >= kMaxSaveDepth) throw base::Error::internal("records write each other without end");
    ++transaction_.depth;
  }
  ~DepthGuard() { --transaction_.depth; }

 private:
  WriteTransaction& transaction_;
};

}  // namespace

SaveResult Save::create(const json::object& values) {
  const DepthGuard guard(transaction_);
  if (!may(caller_, entity_, Action::kCreate)) {
    throw base::Error(base::ErrorCode::kPermissionDenied, "create_not_allowed", {{"entity", entity_.key}});
  }
  record_ = make_record(entity_);
  apply(values);
  apply_marks();
  set_defaults();
  if (record_.created_at == base::Instant{}) record_.created_at = transaction_.now;
  record_.updated_at = transaction_.now;
  record_.created_by = record_.updated_by = caller_.user_id;
  record_.version = 1;
  throw_errors();
  compute();
  authorise(record_, Action::kCreate);
  validate();
  if (auto duplicate = find_duplicates(values)) return *duplicate;
  record_.id = ahead_.ids != nullptr ? ahead_.ids->take(transaction_.connection, entity_) : next_id(transaction_.connection, entity_);
  copy_built_in(record_);
  transaction_.in_flight.push_back({entity_.id, record_.id});
  run_before_write();
  const SaveResult result = write_new();
  transaction_.in_flight.pop_back();
  return result;
}

SaveResult Save::update(std::int64_t id, const json::object& patch) {
  const DepthGuard guard(transaction_);
  load_for(id, Action::kUpdate, false);
  check_version(patch);
  apply(patch);
  apply_marks();
  throw_errors();
  compute();
  validate();
  transaction_.in_flight.push_back({entity_.id, record_.id});
  run_before_write();
  const SaveResult result = write_changed();
  transaction_.in_flight.pop_back();
  return result;
}

SaveResult Save::remove(std::int64_t id) {
  const DepthGuard guard(transaction_);
  load_for(id, Action::kDelete, false);
  if (options_.version) check_version({});
  for (Behaviour* behaviour : transaction_.parts.catalog.behaviours(entity_)) behaviour->before_delete(*this);
  throw_errors();
  return write_deleted(true);
}

SaveResult Save::restore(std::int64_t id) {
  const DepthGuard guard(transaction_);
  load_for(id, Action::kDelete, true);
  if (find_survivor(transaction_.connection, entity_, id)) throw base::Error(base::ErrorCode::kFailedPrecondition, "merged_record");
  record_.deleted = false;
  for (Behaviour* behaviour : transaction_.parts.catalog.behaviours(entity_)) behaviour->before_restore(*this);
  throw_errors();
  return write_deleted(false);
}

SaveResult Save::write_new() {
  store::Connection& connection = transaction_.connection;
  if (record_.uid == base::Uid{}) record_.uid = base::make_uid(transaction_.now, transaction_.parts.random);
  insert_record(connection, record_);
  const WriteStamp stamp{transaction_.now, caller_.user_id, &transaction_.parts.random};
  for (const auto& table : storage_of(entity_).items) {
    const auto* items = std::get_if<Items>(&record_.at(table.field));
    if (items != nullptr) write_new_items(connection, table, record_.id, *items, stamp);
  }
  write_trail("created", changed_fields(nullptr, record_), {});
  return {SaveResult::Status::kCreated, record_.id, record_.version, nullptr};
}

SaveResult Save::write_changed() {
  store::Connection& connection = transaction_.connection;
  const auto changed = changed_fields(&*before_, record_);
  if (changed.empty() && before_->marks == record_.marks) {
    return {SaveResult::Status::kUnchanged, record_.id, record_.version, nullptr};
  }
  // Values that the program keeps itself (next step, last contact) are nobody's edit: they leave version and history alone.
  const bool is_edit =
      std::any_of(changed.begin(), changed.end(), [&](FieldIndex i) { return entity_.fields[static_cast<std::size_t>(i)].audit; });
  if (is_edit || changed.empty()) {
    record_.version = before_->version + 1;
    record_.updated_at = transaction_.now;
    record_.updated_by = caller_.user_id;
  }
  copy_built_in(record_);
  if (!update_record(connection, *before_, record_)) throw_version_conflict(before_->version, {});
  write_all_items();
  write_trail("updated", changed, audit_changes(*before_, record_, changed));
  return {SaveResult::Status::kUpdated, record_.id, record_.version, nullptr};
}

void Save::write_all_items() {
  const WriteStamp stamp{transaction_.now, caller_.user_id, &transaction_.parts.random};
  for (const auto& table : storage_of(entity_).items) {
    const auto* old_items = std::get_if<Items>(&before_->at(table.field));
    auto* new_items = std::get_if<Items>(&record_.at(table.field));
    Items none;
    if (new_items == nullptr) new_items = &none;
    write_items(transaction_.connection, table, record_.id, old_items != nullptr ? *old_items : Items{}, *new_items, stamp);
  }
}

SaveResult Save::write_deleted(bool deleted, std::string_view action) {
  record_.deleted = deleted;
  record_.deleted_at = deleted ? transaction_.now : base::Instant{};
  record_.version = before_->version + 1;
  record_.updated_at = transaction_.now;
  record_.updated_by = caller_.user_id;
  copy_built_in(record_);
  if (!update_record(transaction_.connection, *before_, record_)) throw_version_conflict(before_->version, {});
  write_trail(deleted ? "deleted" : "restored", {}, {}, action);
  return {SaveResult::Status::kUpdated, record_.id, record_.version, nullptr};
}

void Save::write_trail(std::string_view action, const std::vector<FieldIndex>& changed, std::string changes, std::string_view audited) {
  transaction_.resolver.forget(entity_, record_.id);
  const Record* before = before_ ? &*before_ : nullptr;
  update_rollups(transaction_, before, &record_);
  update_file_references(transaction_.connection, before, &record_, transaction_.now);
  if (!keeps_trail(entity_)) return;
  if (options_.bulk_load && caller_.is_system) {
    update_search_index(transaction_.connection, before, &record_);
    return;
  }
  if (entity_.audited && (before == nullptr || record_.version != before->version)) {
    write_audit(transaction_.connection,
                {&caller_, transaction_.now, &record_, audited.empty() ? action : audited, std::move(changes), options_.job_id});
  }
  update_search_index(transaction_.connection, before, &record_, parsed() == nullptr ? nullptr : &parsed()->search);
  write_outbox(transaction_.connection, record_, action, changed, caller_.user_id, transaction_.now);
}

std::int64_t Save::create(std::string_view entity, const json::object& values) {
  const Caller system = on_behalf_of(caller_);
  SaveOptions options;
  options.on_duplicate = "create";
  options.job_id = options_.job_id;
  return Save(transaction_, system, transaction_.registry->require(entity), options).create(values).id;
}

void Save::update(std::string_view entity, std::int64_t id, const json::object& values) {
  const Caller system = on_behalf_of(caller_);
  SaveOptions options;
  options.job_id = options_.job_id;
  Save(transaction_, system, transaction_.registry->require(entity), options).update(id, values);
}

void Save::remove(std::string_view entity, std::int64_t id) {
  const Caller system = on_behalf_of(caller_);
  SaveOptions options;
  options.job_id = options_.job_id;
  Save(transaction_, system, transaction_.registry->require(entity), options).remove(id);
}

std::optional<Record> Save::load(std::string_view entity, std::int64_t id) {
  const EntityDef& known = transaction_.registry->require(entity);
  if (has_relations(known)) return load_record(transaction_.connection, *transaction_.registry, known, id);
  const auto found = transaction_.resolver.find(known, id);
  return found ? std::optional<Record>(*found) : std::nullopt;
}

// Every save context is a Save.
std::optional<Record> load_row(SaveContext& save, std::string_view entity, std::int64_t id) {
  const auto found = static_cast<Save&>(save).resolver().find_row(save.registry().require(entity), id);
  return found ? std::optional<Record>(*found) : std::nullopt;
}

std::optional<Record> lock_record(SaveContext& save, std::string_view entity, std::int64_t id) {
  if (id == 0) return std::nullopt;
  const EntityDef& known = save.registry().require(entity);
  auto record = load_record(save.connection(), save.registry(), known, id, true);
  if (!record || record->deleted) return std::nullopt;
  if (!has_relations(known)) static_cast<Save&>(save).resolver().hold(*record);
  return record;
}

// ConnectionResolver

std::shared_ptr<const Record> ConnectionResolver::find(const EntityDef& entity, std::int64_t id) {
  auto& known = known_[&entity];
  if (const auto it = known.find(id); it != known.end()) return it->second;
  auto loaded = load_record(connection_, registry_, entity, id);
  if (!loaded) return nullptr;
  copy_built_in(*loaded);
  return known.emplace(id, std::make_shared<const Record>(std::move(*loaded))).first->second;
}

std::shared_ptr<const Record> ConnectionResolver::find_row(const EntityDef& entity, std::int64_t id) {
  if (const auto known = known_.find(&entity); known != known_.end()) {
    if (const auto it = known->second.find(id); it != known->second.end()) return it->second;
  }
  auto& rows = rows_[&entity];
  if (const auto it = rows.find(id); it != rows.end()) return it->second;
  auto loaded = entity::load_row(connection_, entity, id);
  if (!loaded) return nullptr;
  copy_built_in(*loaded);
  return rows.emplace(id, std::make_shared<const Record>(std::move(*loaded))).first->second;
}

std::optional<Record> ConnectionResolver::take_held(const EntityDef& entity, std::int64_t id) {
  const auto held = held_.find(&entity);
  if (held == held_.end()) return std::nullopt;
  auto record = held->second.extract(id);
  return record ? std::optional<Record>(std::move(record.mapped())) : std::nullopt;
}

bool ConnectionResolver::is_known_living(const Target& target) const {
  if (const auto known = known_.find(target.entity); known != known_.end()) {
    if (const auto it = known->second.find(target.id); it != known->second.end()) return !it->second->deleted;
  }
  const auto living = living_.find(target.entity);
  return living != living_.end() && living->second.contains(target.id);
}

std::vector<bool> ConnectionResolver::are_living(const std::vector<Target>& targets) {
  std::vector<bool> are_living;
  std::vector<std::size_t> asked;
  std::string sql = "SELECT ";
  for (std::size_t i = 0; i < targets.size(); ++i) {
    are_living.push_back(is_known_living(targets[i]));
    if (are_living.back()) continue;
    if (!asked.empty()) sql += ", ";
    asked.push_back(i);
    sql += "CASE WHEN EXISTS(SELECT 1 FROM " + table_of(*targets[i].entity) + " WHERE id = $" + std::to_string(asked.size()) +
           " AND deleted_at IS NULL) THEN 1 ELSE 0 END";
  }
  if (asked.empty()) return are_living;
  auto statement = connection_.prepare("links_exist", sql);
  for (std::size_t i = 0; i < asked.size(); ++i) statement.bind(static_cast<int>(i) + 1, targets[asked[i]].id);
  statement.step();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Target& target = targets[asked[i]];
    const bool is_living = statement.integer(static_cast<int>(i)) != 0;
    if (is_living) living_[target.entity].insert(target.id);
    are_living[asked[i]] = is_living;
  }
  return are_living;
}

void ConnectionResolver::forget(const EntityDef& entity, std::int64_t id) {
  for (auto* records : {&known_, &rows_}) {
    if (const auto it = records->find(&entity); it != records->end()) it->second.erase(id);
  }
  if (const auto it = held_.find(&entity); it != held_.end()) it->second.erase(id);
  if (const auto it = living_.find(&entity); it != living_.end()) it->second.erase(id);
}

bool ConnectionResolver::is_shared(const EntityDef& entity, std::int64_t id, const Caller& caller, Action action) {
  return DatabaseResolver(connection_, registry_, *Caller::system(), now_).is_shared(entity, id, caller, action);
}

bool ConnectionResolver::exists(const EntityDef& entity, const Filter& filter, std::int64_t pointing_at) {
  return DatabaseResolver(connection_, registry_, *Caller::system(), now_).exists(entity, filter, pointing_at);
}

}  // namespace entity
