#include "server/entity/organisation/rights.hpp"

#include <algorithm>
#include <array>

#include "server/entity/metadata/choice_literals.hpp"
#include "server/entity/read/filter/segment_filter.hpp"
#include "server/entity/rules.hpp"

namespace entity {

namespace {

constexpr std::array<std::string_view, kActionCount> kActions{"read", "create", "update", "delete", "export"};
constexpr std::array<std::string_view, 5> kScopes{"none", "own", "department", "tree", "all"};

void check_fields(const EntityDef& entity, const json::value& list, const std::string& path, std::vector<base::FieldError>& errors) {
  const auto* array = list.if_array();
  if (!array) {
    errors.push_back({path, "wrong_type", {{"expected", "array"}}});
    return;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto* name = (*array)[i].if_string();
    const auto* field = name ? entity.field(std::string_view(name->data(), name->size())) : nullptr;
    if (!field || field->system) errors.push_back({path + "[" + std::to_string(i) + "]", "unknown_field", {}});
  }
}

void check_condition(const Registry& registry, const EntityDef& entity, const json::value& text, const std::string& path,
                     std::vector<base::FieldError>& errors) {
  if (!text.is_string()) {
    errors.push_back({path, "wrong_type", {{"expected", "text"}}});
    return;
  }
  auto parsed = formula::Formula::parse(std::string_view(text.get_string()), scope_of(registry, entity), formula::Typing::kStrict,
                                        formula::Type::boolean());
  if (!parsed.error) parsed.error = find_unknown_option(*parsed.formula, registry, entity);
  if (!parsed.error) return;
  const auto error = formula::to_error(*parsed.error, path);
  errors.insert(errors.end(), error.fields().begin(), error.fields().end());
}

// "5,6" of 5 or [5, 6]; empty when it is neither.
std::string segment_ids(const json::value& value) {
  if (value.is_int64()) return std::to_string(value.get_int64());
  std::string text;
  if (const auto* list = value.if_array()) {
    for (const auto& id : *list) {
      if (!id.is_int64()) return {};
      text += (text.empty() ? "" : ",") + std::to_string(id.get_int64());
    }
  }
  return text;
}

void check_entity(const Registry& registry, const EntityDef* entity, const json::object& rights, const std::string& path,
                  std::vector<base::FieldError>& errors) {
  for (const auto& member : rights) {
    const std::string name(member.key());
    const std::string at = path + "." + name;
    if (action_of(name)) {
      const auto* scope = member.value().if_string();
      if (!scope || !scope_named(*scope)) errors.push_back({at, "unknown_scope", {{"valid", "none, own, department, tree, all"}}});
    } else if (entity && (name == "hidden" || name == "read_only")) {
      check_fields(*entity, member.value(), at, errors);
    } else if (entity && name == "condition") {
      check_condition(registry, *entity, member.value(), at, errors);
    } else if (entity && name == "segment") {
      if (segment_ids(member.value()).empty()) errors.push_back({at, "wrong_type", {{"expected", "integer"}}});
    } else {
      errors.push_back({at, "unknown_member", {}});
    }
  }
}

std::vector<int> field_ids(const EntityDef& entity, const json::object& rights, std::string_view member) {
  std::vector<int> ids;
  if (const auto* list = base::json_array(rights, member)) {
    for (const auto& name : *list) {
      const auto* text = name.if_string();
      if (const auto* field = text ? entity.field(std::string_view(text->data(), text->size())) : nullptr) ids.push_back(field->id);
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<int> in_both(const std::vector<int>& a, const std::vector<int>& b) {
  std::vector<int> result;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

// One entity over all roles.
class Merger {
 public:
  explicit Merger(const EntityDef& entity) : entity_(entity) {}

  void widen(std::string_view action, std::string_view scope) {
    const auto which = action_of(action);
    const auto width = scope_named(scope);
    if (!which || !width || *width == Scope::kNone) return;
    auto& present = rights_.scopes[static_cast<int>(*which)];
    present = std::max(present, *width);
    is_given_ = true;
  }

  void add_role(const json::object& rights) {
    for (const auto& member : rights) {
      const auto* scope = member.value().if_string();
      if (scope) widen(member.key(), std::string_view(scope->data(), scope->size()));
    }
    if (!gives(rights)) return;
    auto hidden = field_ids(entity_, rights, "hidden");
    auto read_only = field_ids(entity_, rights, "read_only");
    rights_.hidden_fields = is_first_ ? std::move(hidden) : in_both(rights_.hidden_fields, hidden);
    rights_.readonly_fields = is_first_ ? std::move(read_only) : in_both(rights_.readonly_fields, read_only);
    auto condition = base::json_string(rights, "condition");
    if (const auto* segment = rights.if_contains("segment")) {
      condition = std::string(read::kSegmentCondition) + segment_ids(*segment) + (condition.empty() ? "" : ";" + condition);
    }
    if (condition.empty()) {
      is_unconditional_ = true;
    } else {
      rights_.conditions.push_back(condition);
    }
    is_first_ = false;
  }

  bool is_given() const { return is_given_; }
  EntityRights take() {
    if (is_unconditional_) rights_.conditions.clear();
    return std::move(rights_);
  }

 private:
  static bool gives(const json::object& rights) {
    return std::any_of(rights.begin(), rights.end(), [](const auto& member) {
      const auto* scope = member.value().if_string();
      return action_of(member.key()) && scope && *scope != "none";
    });
  }

  const EntityDef& entity_;
  EntityRights rights_;
  bool is_given_ = false, is_first_ = true, is_unconditional_ = false;
};

const json::object* rights_in(const json::value& matrix, const EntityDef& entity) {
  const auto* object = matrix.if_object();
  if (!object) return nullptr;
  if (const auto* named = object->if_contains(entity.key)) return named->if_object();
  const bool is_covered = entity.kind != EntityKind::kSystem && !(entity.module.empty() && !entity.custom);
  const auto* rest = is_covered ? object->if_contains("*") : nullptr;
  return rest ? rest->if_object() : nullptr;
}

}  // namespace

std::optional<Action> action_of(std::string_view name) {
  const auto found = std::find(kActions.begin(), kActions.end(), name);
  if (found == kActions.end()) return std::nullopt;
  return static_cast<Action>(found - kActions.begin());
}

std::optional<Scope> scope_named(std::string_view name) {
  const auto found = std::find(kScopes.begin(), kScopes.end(), name);
  if (found == kScopes.end()) return std::nullopt;
  return static_cast<Scope>(found - kScopes.begin());
}

void check_rights(const Registry& registry, const json::value& rights, std::vector<base::FieldError>& errors) {
  const auto* object = rights.if_object();
  if (!object) {
    errors.push_back({"rights", "wrong_type", {{"expected", "object"}}});
    return;
  }
  for (const auto& member : *object) {
    const std::string name(member.key());
    const std::string path = "rights." + name;
    const auto* entity = registry.find(name);
    if (!entity && name != "*") {
      errors.push_back({path, "unknown_entity", {{"value", name}}});
    } else if (const auto* given = member.value().if_object()) {
      check_entity(registry, entity, *given, path, errors);
    } else {
      errors.push_back({path, "wrong_type", {{"expected", "object"}}});
    }
  }
}

std::unordered_map<int, EntityRights> merge_rights(const Registry& registry, const std::vector<const json::value*>& matrices) {
  std::unordered_map<int, EntityRights> result;
  for (const auto& entity : registry.entities()) {
    Merger merger(*entity);
    for (const auto& [action, scope] : entity->everyone_scopes) merger.widen(action, scope);
    for (const auto* matrix : matrices) {
      if (const auto* rights = rights_in(*matrix, *entity)) merger.add_role(*rights);
    }
    if (merger.is_given()) result.emplace(entity->id, merger.take());
  }
  return result;
}

}  // namespace entity
