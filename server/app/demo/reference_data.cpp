#include "server/app/demo/demo_data.hpp"

#include "server/base/error.hpp"
#include "server/base/program/resources.hpp"

namespace app {

namespace {

// {"ru": …, "en": …} becomes the text of the language, {"ref": key} the id of an earlier record.
json::value resolved(const json::value& value, const std::string& language, const json::object& ids) {
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  if (const auto* reference = object->if_contains("ref")) return ids.at(reference->as_string());
  if (const auto* text = object->if_contains(language)) return *text;
  return value;
}

std::int64_t known_record(Application& application, const std::string& key) {
  std::int64_t id = 0;
  application.database().read({.name = "reference_find"}, [&](store::Connection& connection) {
    auto statement = connection.prepare("reference_find", "SELECT record_id FROM sys_reference WHERE key = $1");
    if (statement.bind_text(1, key).step()) id = statement.integer(0);
  });
  return id;
}

}  // namespace

void load_reference_data(Application& application, const std::string& language) {
  const auto registry = application.catalog().current();
  entity::Caller system = *entity::Caller::system();
  system.via = "cli";
  json::object ids;
  for (const auto& resource : base::resources_below("modules/")) {
    if (resource.path.find("/data/") == std::string_view::npos || !resource.path.ends_with(".json")) continue;
    const json::value file = base::parse_json(resource.content);
    for (const auto& item : file.as_array()) {
      const std::string key = base::json_string(item.as_object(), "key");
      const auto* entity = registry->find(base::json_string(item.as_object(), "entity"));
      if (entity == nullptr) continue;
      std::int64_t id = known_record(application, key);
      if (id == 0) {
        json::object values;
        for (const auto& member : item.at("values").as_object()) values.emplace(member.key(), resolved(member.value(), language, ids));
        entity::SaveOptions options;
        options.on_duplicate = "create";
        application.database().write({.name = "reference_add"}, [&](store::Connection& connection) {
          id = application.records().create_in(connection, system, *entity, values, options).id;
          connection.prepare("reference_add", "INSERT INTO sys_reference(key, entity_id, record_id) VALUES($1, $2, $3)")
              .bind_text(1, key)
              .bind(2, entity->id)
              .bind(3, id)
              .run();
        });
      }
      ids[key] = id;
    }
  }
}

}  // namespace app
