// Stages compute and validate of a save.
#include <algorithm>

#include "server/entity/alike_finder.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/files.hpp"
#include "server/entity/query.hpp"
#include "server/entity/rules.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/write/audit.hpp"
#include "server/entity/write/duplicates.hpp"
#include "server/entity/write/save.hpp"
#include "server/entity/write/trees.hpp"

namespace entity {

namespace {

bool is_auto_number(const FieldDef& field) { return field.type->name() == "auto_number"; }

std::string next_number(WriteTransaction& transaction, const EntityDef& entity, const FieldDef& field) {
  const json::object empty;
  const json::object& declaration = field.declaration.is_object() ? field.declaration.as_object() : empty;
  std::string digits = std::to_string(next_counter(transaction.connection, entity.key + "." + field.key));
  const auto width = static_cast<std::size_t>(base::json_int(declaration, "digits", 0));
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return base::json_string(declaration, "prefix") + digits;
}

bool sees_everything(const Caller& caller, const EntityDef& entity) {
  if (caller.is_system || caller.is_admin) return true;
  const auto it = caller.entities.find(entity.id);
  return it != caller.entities.end() && it->second.conditions.empty() && it->second.scopes[static_cast<int>(Action::kRead)] == Scope::kAll;
}

// The value as one comparison with itself in other records; only types with a direct comparison can be unique.
Filter equals(const EntityDef& entity, FieldIndex index, const Value& value) {
  Filter filter;
  filter.kind = Filter::Kind::kCompare;
  filter.op = FilterOp::kEq;
  filter.path = {PathStep{&entity, index, {}}};
  filter.values = {value};
  return filter;
}

}  // namespace

bool Save::changed(std::string_view field) const {
  const FieldIndex index = entity_.index_of(field);
  if (index < 0) return false;
  if (!before_) return !is_empty(record_.at(index));
  const auto* old_items = std::get_if<Items>(&before_->at(index));
  const auto* new_items = std::get_if<Items>(&record_.at(index));
  if (old_items != nullptr && new_items != nullptr) return !same_items(*old_items, *new_items);
  if (is_empty(before_->at(index)) && is_empty(record_.at(index))) return false;
  return before_->at(index) != record_.at(index);
}

RuleContext Save::rule_context() { return {*transaction_.registry, caller_, transaction_.now, &transaction_.resolver}; }

void Save::compute() {
  for (std::size_t i = 0; is_new() && i < entity_.fields.size(); ++i) {
    if (is_auto_number(entity_.fields[i]) && is_empty(record_.values[i])) {
      record_.values[i] = next_number(transaction_, entity_, entity_.fields[i]);
    }
  }
  copy_built_in(record_);
  if (is_new()) apply_formula_defaults(rule_context(), record_);
  for (Behaviour* behaviour : transaction_.parts.catalog.behaviours(entity_)) behaviour->prepare(*this);
  compute_fields(rule_context(), ComputeWhich::kStored, record_, errors_);
}

void Save::validate() {
  for (std::size_t i = 0; i < entity_.fields.size(); ++i) {
    const FieldDef& field = entity_.fields[i];
    if (!field.required || field.system || !is_empty(record_.values[i])) continue;
    // A record that lacked the value before the field became required may still be changed elsewhere.
    const bool touched = is_new() || std::find(given_.begin(), given_.end(), static_cast<FieldIndex>(i)) != given_.end();
    if (touched && !field.read_only) errors_.push_back({field.key, "required", {}});
  }
  check_links();
  if (!options_.bulk_load) check_tree_links(transaction_, before(), record_, errors_);
  check_files();
  check_rules(rule_context(), record_, errors_);
  for (Behaviour* behaviour : transaction_.parts.catalog.behaviours(entity_)) behaviour->check(*this);
  throw_errors();
  check_unique();
  throw_errors();
}

void Save::check_links() {
  if (options_.bulk_load) return;
  std::vector<const FieldDef*> fields;
  std::vector<ConnectionResolver::Target> targets;
  const auto not_found = [&](const FieldDef& field, std::int64_t id) {
    errors_.push_back({field.key, "link_not_found", {{"id", std::to_string(id)}}});
  };
  for (std::size_t i = 0; i < entity_.fields.size(); ++i) {
    const FieldDef& field = entity_.fields[i];
    if (field.system) continue;
    const auto* link = std::get_if<Link>(&record_.values[i]);
    if (link == nullptr || (before_ && before_->values[i] == record_.values[i])) continue;
    const EntityDef* target = transaction_.registry->find_id(link->entity_id);
    if (target == nullptr) {
      errors_.push_back({field.key, "link_not_found", {}});
      continue;
    }
    if (std::find(transaction_.in_flight.begin(), transaction_.in_flight.end(), *link) != transaction_.in_flight.end()) continue;
    const bool is_inherited = std::find(options_.inherited.begin(), options_.inherited.end(), *link) != options_.inherited.end();
    if (is_inherited || sees_everything(caller_, *target) || target->kind == EntityKind::kSystem) {
      fields.push_back(&field);
      targets.push_back({target, link->record_id});
      continue;
    }
    const auto record = transaction_.resolver.find(*target, link->record_id);
    const FilterContext context{*transaction_.registry, *target, caller_, transaction_.now};
    const bool is_found =
        record && !record->deleted &&
        matches(access_filter(*transaction_.registry, *target, caller_, Action::kRead), *record, context, &transaction_.resolver);
    if (!is_found) not_found(field, link->record_id);
  }
  const auto are_living = transaction_.resolver.are_living(targets);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!are_living[i]) not_found(*fields[i], targets[i].id);
  }
}

// A file is taken by those who may read it already: nobody gets to see one by putting its number into a record of his own.
void Save::check_files() {
  for (std::size_t i = 0; i < entity_.fields.size(); ++i) {
    const FieldDef& field = entity_.fields[i];
    if (field.system || !is_file_field(field) || !changed(field.key)) continue;
    const auto known = before_ ? files_in(before_->values[i]) : std::vector<std::int64_t>{};
    for (const std::int64_t id : files_in(record_.values[i])) {
      if (std::find(known.begin(), known.end(), id) != known.end()) continue;
      const auto file = find_file(transaction_.connection, id);
      if (!file || !may_read_file(transaction_.connection, filter_context(), *file, transaction_.resolver)) {
        errors_.push_back({field.key, "file_not_found", {{"id", std::to_string(id)}}});
      } else if (field.type->name() == "image" && !file->mime.starts_with("image/")) {
        errors_.push_back({field.key, "not_an_image", {{"name", file->name}}});
      }
    }
  }
}

void Save::check_unique() {
  if (options_.bulk_load) return;  // the database's own unique indexes still hold
  std::vector<std::vector<std::string>> keys = entity_.unique_keys;
  for (const auto& field : entity_.fields) {
    if (field.unique && !field.system) keys.push_back({field.key});
  }
  const auto system = Caller::system();
  const QueryContext context{transaction_.connection, *transaction_.registry, *system, transaction_.now};
  for (const auto& key : keys) {
    Filter all;
    all.kind = Filter::Kind::kAnd;
    bool complete = true;
    bool touched = false;
    for (const auto& part : key) {
      const FieldIndex index = entity_.index_of(part);
      if (index < 0 || is_empty(record_.at(index)))
        complete = false;
      else
        all.children.push_back(equals(entity_, index, record_.at(index)));
      touched = touched || changed(part);
    }
    if (!complete || !touched) continue;
    for (const std::int64_t id : find_ids(context, entity_, all, Action::kRead, 0, 2)) {
      if (id == record_.id) continue;
      errors_.push_back({key.back(), "not_unique", {}});
      break;
    }
  }
}

void Save::run_before_write() {
  if (options_.bulk_load) return;
  for (Behaviour* behaviour : transaction_.parts.catalog.behaviours(entity_)) behaviour->before_write(*this);
  throw_errors();
}

void Save::throw_errors() {
  if (!errors_.empty()) throw base::Error(std::move(errors_));
}

void Save::add_alike(std::vector<DuplicateCandidate>& candidates) {
  for (Behaviour* behaviour : transaction_.parts.catalog.behaviours(entity_)) {
    auto* finder = dynamic_cast<AlikeFinder*>(behaviour);
    if (finder == nullptr) continue;
    for (auto& alike : finder->find_alike(*this)) {
      const bool is_known = std::any_of(candidates.begin(), candidates.end(), [&](const auto& each) { return each.id == alike.id; });
      if (!is_known) candidates.push_back({alike.id, std::move(alike.reasons)});
    }
  }
  if (candidates.size() > kMaxCandidates) candidates.resize(kMaxCandidates);
}

std::optional<SaveResult> Save::find_duplicates(const json::object& values) {
  if (options_.on_duplicate == "create" || options_.bulk_load) return std::nullopt;
  auto candidates = find_duplicate_candidates(transaction_, record_);
  // What is merely alike is told or skipped: an import decides by the keys alone, and nothing is written over it.
  const bool is_told = options_.on_duplicate == "error" || options_.on_duplicate == "skip";
  if (is_told && !options_.audit_origin_import) add_alike(candidates);
  if (candidates.empty()) return std::nullopt;
  if (options_.on_duplicate == "error") {
    // An import decides by the keys alone.
    if (!options_.audit_origin_import) add_scores(transaction_, record_, candidates);
    throw base::Error(base::ErrorCode::kConflict, "duplicate", {{"count", std::to_string(candidates.size())}})
        .with_extra_json(write_candidates(transaction_, entity_, caller_, candidates));
  }
  std::vector<std::int64_t> ids;
  for (const auto& candidate : candidates) ids.push_back(candidate.id);
  return resolve_duplicates(ids, values);
}

// skip, fill, overwrite: the best candidate takes the place of the new record.
SaveResult Save::resolve_duplicates(const std::vector<std::int64_t>& ids, const json::object& values) {
  const auto known = transaction_.resolver.find(entity_, ids.front());
  if (options_.on_duplicate == "skip" || !known) return {SaveResult::Status::kSkipped, ids.front(), known ? known->version : 0, nullptr};
  json::object patch;
  for (const auto& member : values) {
    const FieldIndex index = entity_.index_of({member.key().data(), member.key().size()});
    if (index < 0 || entity_.fields[static_cast<std::size_t>(index)].system) continue;
    const bool fill_only = options_.on_duplicate == "fill";
    if (!fill_only || is_empty(known->at(index))) patch.emplace(member.key(), member.value());
  }
  SaveOptions options = options_;
  options.version.reset();
  Save update(transaction_, caller_, entity_, options);
  return update.update(ids.front(), patch);
}

}  // namespace entity
