// Undo of an import, record by record: what it created goes to the bin unless somebody worked on it since; fields it changed get their
// values back unless somebody changed them since. What cannot be undone is told.
#include <algorithm>
#include <charconv>
#include <iterator>

#include "server/base/error.hpp"
#include "server/connect/import/imports_internal.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/storage.hpp"
#include "server/store/shared_savepoint.hpp"

namespace connect {

namespace {

constexpr int kPage = 500;

// What an import did to a record and what others did behind it, gathered from the audit.
struct Trail {
  bool is_created = false;
  std::map<int, std::pair<std::string, std::int64_t>> fields;  // field id → JSON of the value before, version of the import's last change
  std::map<int, std::int64_t> changed_by_others;               // field id → last version
  bool is_touched_since = false;                               // a change of any kind by somebody else
  bool is_undone = false;                                      // the undo was here already
};

Trail read_trail(store::Connection& connection, int entity_id, std::int64_t record_id, std::int64_t job, std::int64_t undo_job) {
  Trail trail;
  bool is_behind = false;
  auto statement = connection.prepare(
      "import_undo_trail", "SELECT version, action, changes, job_id FROM sys_audit WHERE entity_id = $1 AND record_id = $2 ORDER BY seq");
  statement.bind(1, entity_id).bind(2, record_id);
  while (statement.step()) {
    const std::int64_t version = statement.integer(0);
    const bool is_ours = statement.integer(3) == job;
    trail.is_undone = trail.is_undone || statement.integer(3) == undo_job;
    trail.is_created = trail.is_created || (is_ours && statement.text(1) == "created");
    trail.is_touched_since = trail.is_touched_since || (is_behind && !is_ours);
    is_behind = is_behind || is_ours;
    if (statement.is_null(2) || statement.text(2).empty()) continue;
    const json::value changes = base::parse_json(statement.text(2), {64, 64u << 20});
    for (const auto& [key, change] : changes.as_object()) {
      int field = 0;
      std::from_chars(key.data(), key.data() + key.size(), field);
      if (!is_ours) {
        trail.changed_by_others[field] = version;
        continue;
      }
      const auto [at, is_first] = trail.fields.emplace(field, std::pair(json::serialize(change.as_array().front()), version));
      if (!is_first) at->second.second = version;
    }
  }
  return trail;
}

// Items that are gone get new rows: their old ids mean nothing any more.
json::value value_before(const entity::FieldDef& field, const std::string& text) {
  json::value value = base::parse_json(text, {64, 64u << 20});
  if (!value.is_array() || field.type->name() == "many_to_many") return value;
  for (auto& item : value.as_array()) {
    if (item.is_object()) item.as_object().erase("id");
  }
  return value;
}

struct Outcome {
  std::int64_t removed = 0, restored = 0, kept = 0;
  std::vector<std::pair<std::string, std::string>> errors;  // record, reason
  void keep(std::string name, std::string reason) {
    ++kept;
    errors.emplace_back(std::move(name), std::move(reason));
  }
  void add(Outcome&& other) {
    removed += other.removed;
    restored += other.restored;
    kept += other.kept;
    std::move(other.errors.begin(), other.errors.end(), std::back_inserter(errors));
  }
};

class Undoing {
 public:
  Undoing(entity::Services& services, const entity::Caller& caller, std::int64_t job, std::int64_t undo_job)
      : services_(services), caller_(caller), job_(job) {
    options_.job_id = undo_job;
    options_.on_duplicate = "create";
    options_.lane = store::Lane::kBulk;
  }

  // Throws what the record service throws: the caller undoes what was written for this record.
  Outcome undo(store::Connection& connection, const entity::Registry& registry, int entity_id, std::int64_t record_id) const {
    Outcome outcome;
    const auto* entity = registry.find_id(entity_id);
    if (entity == nullptr || !is_living(connection, *entity, record_id)) return outcome;
    const Trail trail = read_trail(connection, entity_id, record_id, job_, options_.job_id);
    if (trail.is_undone) return outcome;
    const std::string name = name_of(registry, entity_id, record_id);
    if (!trail.is_created)
      restore(connection, *entity, record_id, trail, name, outcome);
    else if (trail.is_touched_since)
      outcome.keep(name, "changed_since");
    else
      remove(connection, *entity, record_id, outcome);
    return outcome;
  }

  static Outcome failed(const entity::Registry& registry, int entity_id, std::int64_t record_id, const base::Error& error) {
    Outcome outcome;
    outcome.keep(name_of(registry, entity_id, record_id), error.key());
    return outcome;
  }

 private:
  static std::string name_of(const entity::Registry& registry, int entity_id, std::int64_t record_id) {
    const auto* entity = registry.find_id(entity_id);
    return (entity == nullptr ? std::to_string(entity_id) : entity->key) + " " + std::to_string(record_id);
  }

  static bool is_living(store::Connection& connection, const entity::EntityDef& entity, std::int64_t record_id) {
    auto statement =
        connection.prepare("import_undo_living", "SELECT 1 FROM " + entity::table_of(entity) + " WHERE id = $1 AND deleted_at IS NULL");
    return statement.bind(1, record_id).step();
  }

  void remove(store::Connection& connection, const entity::EntityDef& entity, std::int64_t record_id, Outcome& outcome) const {
    services_.records.remove_in(connection, caller_, entity, record_id, options_);
    ++outcome.removed;
  }

  void restore(store::Connection& connection, const entity::EntityDef& entity, std::int64_t record_id, const Trail& trail,
               const std::string& name, Outcome& outcome) const {
    json::object patch;
    for (const auto& [field_id, change] : trail.fields) {
      const auto field =
          std::find_if(entity.fields.begin(), entity.fields.end(), [id = field_id](const auto& each) { return each.id == id; });
      if (field == entity.fields.end() || field->read_only) continue;
      const auto other = trail.changed_by_others.find(field_id);
      if (other != trail.changed_by_others.end() && other->second > change.second)
        outcome.keep(name + " " + field->key, "changed_since");
      else
        patch[field->key] = value_before(*field, change.first);
    }
    if (patch.empty()) return;
    const auto saved = services_.records.update_in(connection, caller_, entity, record_id, patch, options_);
    outcome.restored += saved.status == entity::SaveResult::Status::kUpdated;
  }

  entity::Services& services_;
  const entity::Caller& caller_;
  const std::int64_t job_;
  entity::SaveOptions options_;
};

struct AuditPlace {
  std::int64_t seq = 0, record_id = 0;
  int entity_id = 0;
};

std::vector<AuditPlace> read_page(store::Database& database, std::int64_t job, std::int64_t before) {
  std::vector<AuditPlace> page;
  database.read({.name = "import_undo_page", .deadline = std::chrono::seconds(30)}, [&](store::Connection& connection) {
    page.clear();
    auto statement = connection.prepare(
        "import_undo_page", "SELECT seq, record_id, entity_id FROM sys_audit WHERE job_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
    statement.bind(1, job).bind(2, before).bind(3, kPage);
    while (statement.step()) page.push_back({statement.integer(0), statement.integer(1), static_cast<int>(statement.integer(2))});
  });
  return page;
}

}  // namespace

void Imports::undo(flow::JobRun& run) {
  const std::int64_t job = base::json_int(run.row().parameters, "job");
  const entity::CallerPtr found = run.row().created_by == 0 ? entity::Caller::system() : services_.callers.find(run.row().created_by);
  entity::Caller caller = *found;
  caller.via = "import";
  const Undoing undoing(services_, caller, job, run.row().id);
  store::SharedSavepoint savepoint;
  std::int64_t before = base::json_int(run.row().checkpoint, "before", INT64_MAX);
  Outcome total{base::json_int(run.row().checkpoint, "removed"),
                base::json_int(run.row().checkpoint, "restored"),
                base::json_int(run.row().checkpoint, "kept"),
                {}};
  for (auto page = read_page(services_.database, job, before); !page.empty(); page = read_page(services_.database, job, before)) {
    for (std::size_t at = 0; at < page.size();) {
      std::size_t next = at;
      Outcome outcome;
      services_.database.write({.name = "import_undo_slice", .lane = store::Lane::kBulk}, [&](store::Connection& connection) {
        const store::Slice slice(connection, shortest_slice_, longest_slice_);
        savepoint.begin(&slice);
        const auto registry = services_.catalog.current();
        std::vector<Outcome> outcomes(page.size());
        const auto undo = [&](std::size_t i) { outcomes[i] = undoing.undo(connection, *registry, page[i].entity_id, page[i].record_id); };
        const auto fault = [&](std::size_t i, const base::Error& error) {
          if (error.code() == base::ErrorCode::kUnavailable || error.code() == base::ErrorCode::kInternal) throw;
          outcomes[i] = Undoing::failed(*registry, page[i].entity_id, page[i].record_id, error);
        };
        next = at;
        do {
          next = savepoint.make_some(connection, next, page.size(), undo, fault);
        } while (next < page.size() && !slice.is_over());
        outcome = total;
        for (std::size_t i = at; i < next; ++i) outcome.add(std::move(outcomes[i]));
        const json::object checkpoint{
            {"before", page[next - 1].seq}, {"removed", outcome.removed}, {"restored", outcome.restored}, {"kept", outcome.kept}};
        run.checkpoint_in(connection, checkpoint, outcome.removed + outcome.restored, run.row().total);
      });
      for (const auto& [item, reason] : outcome.errors) run.add_error(item, reason);
      outcome.errors.clear();
      total = outcome;
      at = next;
    }
    before = page.back().seq;
    run.check_cancelled();
  }
  run.set_result({{"removed", total.removed}, {"restored", total.restored}, {"kept", total.kept}});
}

}  // namespace connect
