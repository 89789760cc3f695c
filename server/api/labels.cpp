#include "server/api/labels.hpp"

namespace api {

std::string label(const Call& call, const std::unordered_map<std::string, std::string>& own, const std::string& key,
                  std::string_view fallback) {
  if (const auto it = own.find(call.caller().language); it != own.end()) return it->second;
  if (call.context.localizer.has(call.caller().language, key)) return call.text(key);
  if (!own.empty()) return own.begin()->second;
  return std::string(fallback);
}

std::string entity_label(const Call& call, const entity::EntityDef& entity, const std::string& which) {
  std::unordered_map<std::string, std::string> own;
  for (const auto& [language, labels] : entity.labels) {
    if (const auto it = labels.find(which); it != labels.end()) own.emplace(language, it->second);
  }
  return label(call, own, "entities." + entity.key + "." + which, entity.key);
}

std::string field_label(const Call& call, const entity::EntityDef& entity, const entity::FieldDef& field) {
  const std::string key = field.system ? "field." + field.key : "entities." + entity.key + ".fields." + field.key;
  return label(call, field.labels, key, field.key);
}

std::unordered_map<std::string, std::string> own_labels(const json::object& declared, std::string_view member) {
  std::unordered_map<std::string, std::string> labels;
  if (const auto* given = base::json_object(declared, member)) {
    for (const auto& each : *given) labels.emplace(std::string(each.key()), std::string(each.value().as_string()));
  }
  return labels;
}

}  // namespace api
