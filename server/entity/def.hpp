// Entities and fields as data: what the JSON files and the local layer declare, parsed once into an immutable Registry.
// Format: docs/internals/engine.md §1; JSON Schema: docs/reference/entity.schema.json.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/base/json.hpp"
#include "server/entity/company.hpp"

namespace entity {

class FieldType;  // field_type.hpp
class Registry;
struct CompiledRules;  // rules.hpp: formulas parsed against the registry
struct Storage;        // storage.hpp: tables and columns

enum class EntityKind { kRecord, kLog, kRelation, kSystem };
enum class SearchKind { kNone, kWords, kDigits };

// Index of a field in EntityDef::fields; dense, changes with the metadata version, never stored.
using FieldIndex = int;

struct Option {
  int id = 0;
  std::string key;
  std::string color;  // token name: success, warning, danger, info, muted or empty
  bool hidden = false;
  std::unordered_map<std::string, std::string> labels;  // language → label given at run time; shipped ones are locale keys
};

struct FieldDef {
  int id = 0;
  std::string key;
  const FieldType* type = nullptr;  // lives as long as the program
  bool required = false, read_only = false, hidden = false, restricted = false, unique = false;
  bool filterable = false, sortable = false, audit = true, custom = false, system = false, multiple = false;
  SearchKind search = SearchKind::kNone;
  std::optional<std::int64_t> max_length;  // code points
  std::optional<std::string> min, max;     // in the type's JSON text form
  int scale = 2;                           // decimal, money, percent
  std::string base_currency = "RUB";       // of money: what bare amounts and sums are in
  std::string format;                      // inn, kpp, ogrn, snils, bik, account
  json::value default_value;               // as declared; null when none
  std::vector<Option> options;
  std::vector<std::string> kinds;                       // of multi-values
  std::vector<std::string> to;                          // link targets, entity keys (many_to_many: the other side)
  std::vector<int> to_ids;                              // their entity ids, parallel to `to`
  std::string through;                                  // many_to_many: relation entity
  std::string expression;                               // formula
  std::string result;                                   // formula, roll_up: type name of the result
  const FieldType* result_type = nullptr;               // of `result`; nullptr for other types
  bool computed_on_read = false;                        // formula over other records or roll-up of the viewer: no column
  json::value declaration;                              // the whole JSON, for types with settings of their own (roll_up, address)
  std::unordered_map<std::string, std::string> labels;  // language → label given at run time
  std::unordered_map<std::string, std::string> help;    // language → help text given at run time
  bool has_help = false;                                // shipped: the locale key entities.<e>.help.<f> is there

  bool is_stored_column() const;  // has columns in the entity's own table
  const Option* option(std::string_view key) const;
};

struct RuleDef {
  std::string key;
  std::string when;                                     // FEEL condition; empty: always
  std::string check;                                    // FEEL that must not be false; or:
  std::vector<std::string> require;                     // fields that must not be empty when `when` holds
  std::string path;                                     // field that gets the error of `check`
  std::unordered_map<std::string, std::string> labels;  // rules made at run time: language → text of the error
};

struct StagesDef {
  std::string field;     // link to a stage entity or a choice
  std::string pipeline;  // link to the pipeline, may be empty
};

struct EntityDef {
  int id = 0;
  std::string key, plural, module, icon, table;
  EntityKind kind = EntityKind::kRecord;
  std::string title_field, owner_field;  // owner_field may be empty: no record scopes
  bool custom = false, timeline = false, audited = true;
  int retention_days = 0;        // log entities; 0 = for ever
  std::vector<FieldDef> fields;  // declared first, then the built-in ones (id, uid, version, created_at, …)
  std::vector<std::vector<std::string>> indexes, unique_keys;
  std::vector<std::vector<std::string>> duplicate_keys;  // dotted paths, for 409 with candidates
  std::vector<std::string> access_via;                   // link fields whose target's read right gives read right here
  std::vector<std::string> everyone;                     // actions that each signed-in user may do with all records: read, create, …
  std::vector<std::pair<std::string, std::string>> everyone_scopes;  // the same and narrower ones: action, scope
  std::vector<RuleDef> rules;
  std::unordered_map<std::string, std::string> visibility;  // field → FEEL
  std::optional<StagesDef> stages;
  json::value views, card;  // as declared (UI's matter, checked against the fields)
  std::unordered_map<std::string, std::unordered_map<std::string, std::string>> labels;  // custom entities
  std::shared_ptr<const CompiledRules> compiled;
  std::shared_ptr<const Storage> storage;

  const FieldDef* field(std::string_view key) const;  // nullptr: unknown
  FieldIndex index_of(std::string_view key) const;    // -1: unknown
  std::string open_field;                             // bool field: where it is true, each signed-in user may read the record
  FieldIndex title_index = -1, owner_index = -1, deleted_at_index = -1, open_index = -1;
  std::unordered_map<std::string, FieldIndex> by_key;
};

// A field of another entity that links here.
struct Backlink {
  const EntityDef* entity;
  FieldIndex field;
};

// One immutable state of the metadata. Held by shared_ptr<const Registry> for the length of a request or transaction.
class Registry {
 public:
  std::int64_t version() const { return version_; }
  const Company& company() const { return company_; }
  const EntityDef* find(std::string_view key) const;
  const EntityDef* find_plural(std::string_view plural) const;
  const EntityDef* find_id(int id) const;
  // Throws Error not_found "unknown_entity" {entity}.
  const EntityDef& require(std::string_view key) const;
  const std::vector<std::unique_ptr<EntityDef>>& entities() const { return entities_; }
  const std::vector<Backlink>& backlinks(const EntityDef& target) const;

 private:
  friend class RegistryBuilder;
  std::int64_t version_ = 0;
  Company company_;
  std::vector<std::unique_ptr<EntityDef>> entities_;
  std::unordered_map<std::string, const EntityDef*> by_key_, by_plural_;
  std::unordered_map<int, const EntityDef*> by_id_;
  std::unordered_map<const EntityDef*, std::vector<Backlink>> backlinks_;
};

using RegistryPtr = std::shared_ptr<const Registry>;

}  // namespace entity
