// One save inside a transaction: the stages of docs/internals/engine.md §5, in their order. Internal to the record service.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "server/base/error.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/filter.hpp"
#include "server/entity/record_service.hpp"
#include "server/entity/rules.hpp"
#include "server/entity/write/save_ahead.hpp"

namespace entity {

struct DuplicateCandidate;

// Long-lived parts of the record service; all outlive every save.
struct WriteParts {
  store::Database& database;
  Catalog& catalog;
  const base::Clock& clock;
  base::Random& random;
};

// Looks records up for rules and access checks over one connection; remembers what it read within one save.
class ConnectionResolver final : public RecordResolver {
 public:
  ConnectionResolver(store::Connection& connection, const Registry& registry, base::Instant now)
      : connection_(connection), registry_(registry), now_(now) {}
  std::shared_ptr<const Record> find(const EntityDef& entity, std::int64_t id) override;
  // The columns alone; nullptr: none.
  std::shared_ptr<const Record> find_row(const EntityDef& entity, std::int64_t id);
  // A record that this transaction read with its row locked stays here until it is written, or was taken back.
  void hold(const Record& record) { held_[record.entity].insert_or_assign(record.id, record); }
  std::optional<Record> take_held(const EntityDef& entity, std::int64_t id);
  bool is_shared(const EntityDef& entity, std::int64_t id, const Caller& caller, Action action) override;
  bool exists(const EntityDef& entity, const Filter& filter, std::int64_t pointing_at) override;
  // Whether each of these records lives, whatever the rights: one question for all that the transaction has not met yet.
  struct Target {
    const EntityDef* entity;
    std::int64_t id;
  };
  std::vector<bool> are_living(const std::vector<Target>& targets);
  void forget(const EntityDef& entity, std::int64_t id);
  void forget_all() {
    known_.clear();
    rows_.clear();
    held_.clear();
    living_.clear();
  }

 private:
  bool is_known_living(const Target& target) const;
  store::Connection& connection_;
  const Registry& registry_;
  base::Instant now_;
  using Known = std::unordered_map<const EntityDef*, std::unordered_map<std::int64_t, std::shared_ptr<const Record>>>;
  Known known_, rows_;  // whole ones, those without multi-values
  std::unordered_map<const EntityDef*, std::unordered_map<std::int64_t, Record>> held_;
  std::unordered_map<const EntityDef*, std::unordered_set<std::int64_t>> living_;
};

// State of one transaction, shared by the saves in it (a save may write further records).
struct WriteTransaction {
  const WriteParts& parts;
  store::Connection& connection;
  RegistryPtr registry;
  base::Instant now;
  ConnectionResolver resolver;
  int depth = 0;                // of records written by behaviours of records …
  std::vector<Link> in_flight;  // records being saved, new ones without a row yet: behaviours may already point to them

  WriteTransaction(const WriteParts& parts, store::Connection& connection, RegistryPtr registry, base::Instant now)
      : parts(parts), connection(connection), registry(std::move(registry)), now(now), resolver(connection, *this->registry, now) {}

  // A savepoint in it was rolled back.
  void forget() {
    resolver.forget_all();
    in_flight.clear();
  }
};

inline constexpr int kMaxSaveDepth = 8;

class Save final : public SaveContext {
 public:
  Save(WriteTransaction& transaction, const Caller& caller, const EntityDef& entity, const SaveOptions& options,
       const SaveAhead& ahead = {})
      : transaction_(transaction), caller_(caller), entity_(entity), options_(options), ahead_(ahead) {}

  SaveResult create(const json::object& values);
  SaveResult update(std::int64_t id, const json::object& patch);
  SaveResult remove(std::int64_t id);
  SaveResult restore(std::int64_t id);

  // Steps of a merge: rights were asked before and nothing is validated, for what is moved was valid where it lay.
  // The link `field` of a living record leads to `target` (0: nowhere) afterwards.
  void point(std::int64_t id, FieldIndex field, std::int64_t target);
  // Into the bin and out of it, without the behaviours of deletion; `action` is what the history calls it.
  void give_way(std::int64_t id, std::string_view action);
  void come_back(std::int64_t id, std::string_view action);
  // The record with `values` in place of its own, its version one higher even when nothing changes.
  SaveResult take(std::int64_t id, const std::vector<std::pair<FieldIndex, Value>>& values, std::vector<Mark> marks,
                  std::string_view action);
  // Throws as an update or deletion by the caller would; the record as it is.
  Record open(std::int64_t id, Action action);

  store::Connection& connection() override { return transaction_.connection; }
  const Registry& registry() override { return *transaction_.registry; }
  const Caller& caller() override { return caller_; }
  base::Instant now() override { return transaction_.now; }
  bool is_new() const override { return !before_.has_value(); }
  const Record* before() const override { return before_ ? &*before_ : nullptr; }
  Record& record() override { return record_; }
  bool changed(std::string_view field) const override;
  void add_error(base::FieldError error) override { errors_.push_back(std::move(error)); }
  std::int64_t create(std::string_view entity, const json::object& values) override;
  void update(std::string_view entity, std::int64_t id, const json::object& values) override;
  void remove(std::string_view entity, std::int64_t id) override;
  std::optional<Record> load(std::string_view entity, std::int64_t id) override;
  ConnectionResolver& resolver() { return transaction_.resolver; }

 private:
  // authorise
  void load_for(std::int64_t id, Action action, bool in_bin);
  void authorise(const Record& record, Action action);
  // input
  void apply(const json::object& values);
  void apply_field(const FieldDef& field, FieldIndex index, const json::value& value);
  // nullptr: nothing was parsed beforehand, or by other metadata than this transaction's.
  const ParsedValues* parsed() const;
  void apply_built_in(std::string_view key, const json::value& value);
  void apply_marks();
  void check_version(const json::object& patch);
  // default, compute, validate, before-rules
  void set_defaults();
  void compute();
  void validate();
  void check_links();
  void check_files();
  void check_unique();
  void run_before_write();
  std::optional<SaveResult> find_duplicates(const json::object& values);
  void add_alike(std::vector<DuplicateCandidate>& candidates);
  SaveResult resolve_duplicates(const std::vector<std::int64_t>& ids, const json::object& values);
  // write
  SaveResult write_new();
  SaveResult write_changed();
  SaveResult write_deleted(bool deleted, std::string_view action = {});
  void write_all_items();
  // `action` is what readers of the outbox hear, `audited` what the history says ("": the same).
  void write_trail(std::string_view action, const std::vector<FieldIndex>& changed, std::string changes, std::string_view audited = {});
  void throw_errors();
  FilterContext filter_context() const;
  RuleContext rule_context();
  [[noreturn]] void throw_version_conflict(std::int64_t expected, const std::vector<int>& fields);

  WriteTransaction& transaction_;
  const Caller& caller_;
  const EntityDef& entity_;
  const SaveOptions& options_;
  const SaveAhead ahead_;
  std::optional<Record> before_;
  Record record_;
  std::vector<base::FieldError> errors_;
  std::vector<FieldIndex> given_;  // fields named by the input
};

}  // namespace entity
