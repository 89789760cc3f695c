#include "server/flow/record_changes.hpp"

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/field_type.hpp"

namespace flow {

namespace {

constexpr std::size_t kMaxValues = 200;

// Refused before anything is counted or queued, not row by row.
const entity::FieldDef& writable(const entity::EntityDef& entity, const entity::Caller& caller, const std::string& name,
                                 const std::string& path) {
  const auto* field = entity.field(name);
  if (field == nullptr || !entity::may_read_field(caller, entity, *field))
    throw base::Error::field(path, "unknown_field", {{"field", name}});
  if (field->system || field->read_only || !entity::may_write_field(caller, entity, *field)) throw base::Error::field(path, "read_only");
  return *field;
}

std::vector<std::string> texts(const json::object& object, const char* key) {
  std::vector<std::string> result;
  const auto* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return result;
  const auto* list = value->if_array();
  if (list == nullptr || list->size() > kMaxValues) throw base::Error::field(key, "wrong_type", {{"expected", "list"}});
  for (const auto& item : *list) {
    const auto* text = item.if_string();
    if (text == nullptr || text->empty()) throw base::Error::field(key, "wrong_type", {{"expected", "text"}});
    result.emplace_back(*text);
  }
  return result;
}

void check_options(const entity::FieldDef& field, const std::vector<std::string>& keys, const char* path) {
  if (field.options.empty()) return;
  for (const auto& key : keys) {
    if (field.option(key) == nullptr) throw base::Error::field(path, "unknown_option", {{"value", key}});
  }
}

// Texts of a set: tags and keys of options.
std::vector<std::string> items_of(const entity::Value& value) {
  std::vector<std::string> result;
  if (const auto* items = std::get_if<entity::Items>(&value)) {
    for (const auto& item : *items) {
      const auto* text = item.columns.empty() ? nullptr : std::get_if<std::string>(&item.columns.front());
      if (text != nullptr) result.push_back(*text);
    }
  }
  return result;
}

bool holds(const std::vector<std::string>& list, std::string_view text) { return std::find(list.begin(), list.end(), text) != list.end(); }

bool holds_folded(const std::vector<std::string>& list, std::string_view text) {
  const std::string folded = base::fold(text);
  return std::any_of(list.begin(), list.end(), [&](const std::string& each) { return base::fold(each) == folded; });
}

json::array json_list(const std::vector<std::string>& list) {
  json::array array;
  for (const auto& text : list) array.emplace_back(text);
  return array;
}

bool is_set(const entity::FieldDef& field) { return field.type->name() == "tags" || field.type->name() == "multi_choice"; }

}  // namespace

RecordChange RecordChange::parse(const entity::EntityDef& entity, const entity::Caller& caller, const json::object& parameters) {
  RecordChange change;
  const std::string action = base::json_string(parameters, "action");
  if (action == "delete" || action == "restore") {
    change.kind_ = action == "delete" ? Kind::kDelete : Kind::kRestore;
    return change;
  }
  if (action == "tags") {
    change.kind_ = Kind::kTags;
    change.field_ = base::json_string(parameters, "field", "tags");
    const auto& field = writable(entity, caller, change.field_, "field");
    if (!is_set(field)) throw base::Error::field("field", "not_supported");
    change.add_ = texts(parameters, "add");
    change.remove_ = texts(parameters, "remove");
    if (change.add_.empty() && change.remove_.empty()) throw base::Error::field("add", "required");
    check_options(field, change.add_, "add");
    return change;
  }
  if (action == "merge_values") {
    change.kind_ = Kind::kMergeValues;
    change.field_ = base::json_string(parameters, "field");
    const auto& field = writable(entity, caller, change.field_, "field");
    const auto type = field.type->name();
    if (!is_set(field) && type != "text" && type != "choice") throw base::Error::field("field", "not_supported");
    if (!field.filterable) throw base::Error::field("field", "not_filterable", {{"field", change.field_}});
    change.from_ = texts(parameters, "from");
    change.to_ = base::json_string(parameters, "to");
    if (change.from_.empty()) throw base::Error::field("from", "required");
    if (change.to_.empty()) throw base::Error::field("to", "required");
    check_options(field, {change.to_}, "to");
    if (base::json_bool(parameters, "hide")) {
      if (field.options.empty()) throw base::Error::field("hide", "not_supported");
      if (!caller.is_admin) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
      if (holds(change.from_, change.to_)) throw base::Error::field("from", "repeated", {{"value", change.to_}});
    }
    change.narrowing_ = json::object{{"field", change.field_}, {"op", is_set(field) ? "any_of" : "in"}, {"value", json_list(change.from_)}};
    return change;
  }
  if (!action.empty())
    throw base::Error::field("action", "unknown_option", {{"value", action}, {"valid", "delete, restore, tags, merge_values"}});
  const auto* set = base::json_object(parameters, "set");
  if (set == nullptr || set->empty()) throw base::Error::field("set", "required");
  for (const auto& member : *set) writable(entity, caller, std::string(member.key()), "set." + std::string(member.key()));
  change.set_ = *set;
  return change;
}

json::object RecordChange::patch(const entity::Record& record) const {
  switch (kind_) {
    case Kind::kSet: return set_;
    case Kind::kTags: return tags_patch(record);
    case Kind::kMergeValues: return merge_patch(record);
    case Kind::kDelete:
    case Kind::kRestore: break;
  }
  return {};
}

json::object RecordChange::tags_patch(const entity::Record& record) const {
  const auto before = items_of(record.get(field_));
  std::vector<std::string> after;
  for (const auto& text : before) {
    if (!holds_folded(remove_, text)) after.push_back(text);
  }
  for (const auto& text : add_) {
    if (!holds_folded(after, text)) after.push_back(text);
  }
  if (after == before) return {};
  return {{field_, json_list(after)}};
}

json::object RecordChange::merge_patch(const entity::Record& record) const {
  const auto& value = record.get(field_);
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (*text == to_ || !holds_folded(from_, *text)) return {};
    return {{field_, to_}};
  }
  const auto before = items_of(value);
  std::vector<std::string> after;
  for (const auto& text : before) {
    const std::string& now = holds_folded(from_, text) ? to_ : text;
    if (!holds(after, now)) after.push_back(now);
  }
  if (after == before) return {};
  return {{field_, json_list(after)}};
}

}  // namespace flow
