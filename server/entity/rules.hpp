// Formulas of an entity, parsed once when the registry is built: computed fields, defaults, rules, visibility.
// What a formula sees: the entity's fields by key (a link is a record whose fields are reached by path, `stage.kind`;
// its own id is `stage.id`), multi-values as lists, and `me` (id, name, department_id, is_admin) unless a field has
// that key.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/time.hpp"
#include "server/entity/caller.hpp"
#include "server/entity/filter.hpp"
#include "server/entity/formula/formula.hpp"
#include "server/entity/value.hpp"

namespace entity {

using FormulaPtr = std::shared_ptr<const formula::Formula>;

struct CompiledField {
  FieldIndex field = -1;
  FormulaPtr formula;
};
struct CompiledRule {
  std::size_t rule = 0;    // index in EntityDef::rules
  FormulaPtr when, check;  // nullptr: always; nothing to check
  std::vector<FieldIndex> require;
};
struct CompiledRules {
  std::vector<CompiledField> computed;  // formula fields in the order of their dependencies, those computed on read too
  std::vector<CompiledField> defaults;  // {"default": {"formula": "…"}}
  std::vector<CompiledRule> rules;
  std::vector<CompiledField> visibility;  // shown when true
};

// What evaluation needs; everything outlives the call.
struct RuleContext {
  const Registry& registry;
  const Caller& caller;
  base::Instant now;
  RecordResolver* resolver = nullptr;  // paths through links are null without one
};

// Names and types a formula over `entity` may use. The registry outlives the scope and what is parsed with it.
formula::Scope scope_of(const Registry& registry, const EntityDef& entity);
// As formulas see it: decimals and money amounts are numbers, instants date and time in UTC, choices strings, links
// null or a record.
formula::Value to_formula(const RuleContext& context, const FieldDef& field, const Value& value);
// Result of a formula as a value of `type` with the field's scale; rounds half up. False: does not fit (another kind,
// overflow).
bool from_formula(const FieldDef& field, const FieldType& type, const formula::Value& result, Value& value);
// Null for what cannot be had; errors of the language are null as well (FEEL).
formula::Value evaluate(const RuleContext& context, const formula::Formula& formula, const Record& record);

// Stage default: fields of `record` that are empty and have a formula as their default.
void apply_formula_defaults(const RuleContext& context, Record& record);
// Stage compute: stored formula fields (`on_read`: those computed when read instead). A result that does not fit is the
// error "formula_result" of its field.
enum class ComputeWhich { kStored, kOnRead };
void compute_fields(const RuleContext& context, ComputeWhich which, Record& record, std::vector<base::FieldError>& errors);
// Stage validate: rules of the entity. Errors: "required" at each missing field, or "rule" {entity, rule} at the rule's
// path; the text of the latter is the locale key entities.<entity>.rules.<rule>.
void check_rules(const RuleContext& context, const Record& record, std::vector<base::FieldError>& errors);
// False: the visibility rule of the field hides it for this record.
bool is_visible(const RuleContext& context, const Record& record, FieldIndex field);

// Parses every formula of `entity`; problems are added with their place in the entity file. Called by the registry
// builder.
std::shared_ptr<const CompiledRules> compile_rules(const Registry& registry, const EntityDef& entity,
                                                   std::vector<base::FieldError>& errors);

}  // namespace entity
