// JSON of one entity → EntityDef. The document has passed the schema, so that types are as expected.
#include <algorithm>

#include "server/base/json.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/metadata/registry_builder.hpp"
#include "server/entity/schema/storage_layout.hpp"

namespace entity {

namespace {

constexpr int kFirstBuiltInId = 1001;

std::vector<std::string> strings(const json::object& object, std::string_view key) {
  std::vector<std::string> result;
  if (const auto* array = base::json_array(object, key)) {
    for (const auto& element : *array) result.emplace_back(element.as_string());
  }
  return result;
}

std::vector<std::vector<std::string>> string_lists(const json::object& object, std::string_view key) {
  std::vector<std::vector<std::string>> result;
  if (const auto* array = base::json_array(object, key)) {
    for (const auto& list : *array) {
      auto& added = result.emplace_back();
      for (const auto& element : list.as_array()) added.emplace_back(element.as_string());
    }
  }
  return result;
}

std::unordered_map<std::string, std::string> labels(const json::object& object, std::string_view member_name = "labels") {
  std::unordered_map<std::string, std::string> result;
  if (const auto* given = base::json_object(object, member_name)) {
    for (const auto& member : *given) result.emplace(std::string(member.key()), std::string(member.value().as_string()));
  }
  return result;
}

std::optional<std::string> limit(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  return json::serialize(*value);
}

EntityKind kind_of(std::string_view name) {
  if (name == "log") return EntityKind::kLog;
  if (name == "relation") return EntityKind::kRelation;
  if (name == "system") return EntityKind::kSystem;
  return EntityKind::kRecord;
}

std::vector<Option> parse_options(const json::object& object) {
  std::vector<Option> options;
  const auto* array = base::json_array(object, "options");
  if (!array) return options;
  for (const auto& element : *array) {
    const auto& given = element.as_object();
    Option option;
    option.id = static_cast<int>(base::json_int(given, "id"));
    option.key = base::json_string(given, "key");
    option.color = base::json_string(given, "color");
    option.hidden = base::json_bool(given, "hidden");
    option.labels = labels(given);
    options.push_back(std::move(option));
  }
  return options;
}

void parse_flags(const json::object& object, FieldDef& field) {
  field.required = base::json_bool(object, "required");
  field.read_only = base::json_bool(object, "read_only");
  field.hidden = base::json_bool(object, "hidden");
  field.restricted = base::json_bool(object, "restricted");
  field.unique = base::json_bool(object, "unique");
  field.filterable = base::json_bool(object, "filterable");
  field.sortable = base::json_bool(object, "sortable");
  field.audit = base::json_bool(object, "audit", true);
  field.multiple = base::json_bool(object, "multiple");
}

bool is_computed(std::string_view type) { return type == "formula" || type == "roll_up" || type == "auto_number"; }

FieldDef parse_field(const json::object& object, bool is_custom) {
  FieldDef field;
  field.id = static_cast<int>(base::json_int(object, "id"));
  field.key = base::json_string(object, "key");
  const auto type = base::json_string(object, "type");
  field.type = find_field_type(type);
  parse_flags(object, field);
  field.custom = is_custom || field.key.rfind("x_", 0) == 0;
  if (is_computed(type)) field.read_only = true;
  const auto search = base::json_string(object, "search");
  field.search = search == "words" ? SearchKind::kWords : search == "digits" ? SearchKind::kDigits : SearchKind::kNone;
  if (object.contains("max_length")) field.max_length = base::json_int(object, "max_length");
  field.min = limit(object, "min");
  field.max = limit(object, "max");
  field.scale = static_cast<int>(base::json_int(object, "scale", 2));
  field.format = base::json_string(object, "format");
  if (const auto* value = object.if_contains("default")) field.default_value = *value;
  field.options = parse_options(object);
  field.kinds = strings(object, "kinds");
  field.to = strings(object, "to");
  if (type == "user") field.to = {"user"};
  field.through = base::json_string(object, "through");
  field.expression = base::json_string(object, "expression");
  field.result = base::json_string(object, "result");
  field.declaration = object;
  field.labels = labels(object);
  field.help = labels(object, "help");
  if (const auto* help = object.if_contains("help")) field.has_help = help->is_bool() && help->as_bool();
  return field;
}

FieldDef built_in_field(const std::string& key, int id) {
  FieldDef field;
  field.id = id;
  field.key = key;
  field.system = true;
  field.read_only = true;
  field.audit = false;
  const bool is_user = key == "created_by" || key == "updated_by";
  const bool is_instant = key == "created_at" || key == "updated_at" || key == "deleted_at";
  field.type = find_field_type(key == "uid" ? "uid" : is_user ? "user" : is_instant ? "instant" : "integer");
  if (is_user) field.to = {"user"};
  // Marked are those that an index serves; the others may be asked for all the same.
  field.filterable = key != "version" && !is_user;
  field.sortable = key == "id" || key == "created_at" || key == "updated_at";
  field.declaration = json::object{{"key", key}, {"id", id}, {"type", field.type->name()}};
  return field;
}

void parse_rules(const json::object& document, EntityDef& entity) {
  if (const auto* rules = base::json_array(document, "rules")) {
    for (const auto& element : *rules) {
      const auto& given = element.as_object();
      RuleDef rule;
      rule.key = base::json_string(given, "key");
      rule.when = base::json_string(given, "when");
      rule.check = base::json_string(given, "check");
      rule.require = strings(given, "require");
      rule.path = base::json_string(given, "path");
      rule.labels = labels(given);
      entity.rules.push_back(std::move(rule));
    }
  }
  if (const auto* visibility = base::json_object(document, "visibility")) {
    for (const auto& member : *visibility) entity.visibility.emplace(std::string(member.key()), std::string(member.value().as_string()));
  }
}

void parse_access(const json::object& document, EntityDef& entity) {
  entity.owner_field = base::json_string(document, "owner");
  const auto* access = base::json_object(document, "access");
  if (!access) return;
  entity.access_via = strings(*access, "via");
  entity.open_field = base::json_string(*access, "open_when");
  const auto* everyone = access->if_contains("everyone");
  if (everyone && everyone->is_array()) {
    for (const auto& action : everyone->get_array()) entity.everyone_scopes.emplace_back(std::string(action.as_string()), "all");
  } else if (everyone) {
    for (const auto& member : everyone->as_object())
      entity.everyone_scopes.emplace_back(std::string(member.key()), std::string(member.value().as_string()));
  }
  for (const auto& [action, scope] : entity.everyone_scopes) {
    if (scope == "all") entity.everyone.push_back(action);
  }
  if (!base::json_bool(*access, "scopes", true)) entity.owner_field.clear();
}

void parse_labels(const json::object& document, EntityDef& entity) {
  const auto* given = base::json_object(document, "labels");
  if (!given) return;
  for (const auto& language : *given) {
    auto& texts = entity.labels[std::string(language.key())];
    for (const auto& member : language.value().as_object())
      texts.emplace(std::string(member.key()), std::string(member.value().as_string()));
  }
}

}  // namespace

std::unique_ptr<EntityDef> parse_entity(const json::object& document, std::string_view module, bool is_custom) {
  auto entity = std::make_unique<EntityDef>();
  entity->id = static_cast<int>(base::json_int(document, "id"));
  entity->key = base::json_string(document, "key");
  entity->plural = base::json_string(document, "plural");
  entity->module = module;
  entity->icon = base::json_string(document, "icon");
  entity->kind = kind_of(base::json_string(document, "kind"));
  entity->custom = is_custom;
  const bool is_system = module.empty() && !is_custom;
  entity->table = base::json_string(document, "table", is_system ? "sys_" + entity->key : entity->key);
  entity->title_field = base::json_string(document, "title");
  entity->timeline = base::json_bool(document, "timeline");
  entity->audited = base::json_bool(document, "audited", entity->kind != EntityKind::kLog);
  entity->retention_days = static_cast<int>(base::json_int(document, "retention_days"));
  for (const auto& element : document.at("fields").as_array()) entity->fields.push_back(parse_field(element.as_object(), is_custom));
  int id = kFirstBuiltInId;
  for (const auto& key : built_in_fields()) entity->fields.push_back(built_in_field(key, id++));
  for (auto& field : entity->fields) field.multiple = field.type->is_multi_value(field);
  entity->indexes = string_lists(document, "indexes");
  entity->unique_keys = string_lists(document, "unique");
  entity->duplicate_keys = string_lists(document, "duplicates");
  parse_access(document, *entity);
  parse_rules(document, *entity);
  parse_labels(document, *entity);
  if (const auto* stages = base::json_object(document, "stages")) {
    entity->stages = StagesDef{base::json_string(*stages, "field"), base::json_string(*stages, "pipeline")};
  }
  if (const auto* views = document.if_contains("views")) entity->views = *views;
  if (const auto* card = document.if_contains("card")) entity->card = *card;
  return entity;
}

}  // namespace entity
