#include "server/api/presets.hpp"

#include <algorithm>
#include <set>

#include "server/base/error.hpp"
#include "server/base/program/resources.hpp"
#include "server/entity/storage.hpp"

namespace api {

namespace {

struct Known {
  std::int64_t id = 0;
  bool is_deleted = false;
};

Known find_known(store::Connection& connection, const entity::EntityDef& entity, std::string_view key) {
  Known known;
  auto statement =
      connection.prepare("preset_find", "SELECT r.record_id, t.deleted_at IS NOT NULL FROM sys_reference r JOIN " +
                                            entity::table_of(entity) + " t ON t.id = r.record_id WHERE r.key = $1 AND r.entity_id = $2");
  if (statement.bind_text(1, key).bind(2, entity.id).step()) known = {statement.integer(0), statement.integer(1) != 0};
  return known;
}

// {"ref": key} of another record becomes its id.
json::value resolved(const json::value& value, const std::string& language, const json::object& ids) {
  if (const auto* object = value.if_object()) {
    if (const auto* reference = object->if_contains("ref")) return ids.at(reference->as_string());
  }
  return preset_text(value, language);
}

class Application {
 public:
  Application(ApiContext& context, const entity::Caller& caller, const json::object& preset, const std::string& language)
      : context_(context), caller_(caller), preset_(preset), language_(language) {}

  PresetOutcome run() {
    bool may_replace = false;
    context_.database.read({.name = "preset_look"}, [&](store::Connection& connection) {
      may_replace = may_replace_stages(connection, *context_.catalog.current());
    });
    add_fields();
    registry_ = context_.catalog.current();
    for (const auto& item : preset_.at("records").as_array()) add_record(item.as_object());
    if (may_replace) remove_others();
    keep_key();
    return std::move(outcome_);
  }

 private:
  void add_fields() {
    for (const auto& item : preset_.at("fields").as_array()) {
      const std::string entity = base::json_string(item.as_object(), "entity");
      const json::object& body = item.at("field").as_object();
      const std::string key = base::json_string(body, "key");
      const auto registry = context_.catalog.current();
      const auto* found = registry->find(entity);
      if (found == nullptr) continue;
      const auto* field = found->field(key);
      if (field != nullptr && !field->hidden) continue;
      if (field == nullptr)
        context_.catalog.add_field(caller_, entity, body);
      else
        context_.catalog.change_field(caller_, entity, key, {{"hidden", false}});
      outcome_.fields.push_back(entity + "." + key);
    }
  }

  void add_record(const json::object& item) {
    const std::string key = base::json_string(item, "key");
    const auto* entity = registry_->find(base::json_string(item, "entity"));
    if (entity == nullptr) return;
    Known known;
    context_.database.read({.name = "preset_find"}, [&](store::Connection& connection) { known = find_known(connection, *entity, key); });
    if (known.id == 0) {
      json::object values;
      for (const auto& member : item.at("values").as_object()) values.emplace(member.key(), resolved(member.value(), language_, ids_));
      if (entity->key == "role") drop_absent(values);
      entity::SaveOptions options;
      options.on_duplicate = "create";
      context_.database.write({.name = "preset_add"}, [&](store::Connection& connection) {
        known.id = context_.records.create_in(connection, caller_, *entity, values, options).id;
        connection.prepare("preset_forget", "DELETE FROM sys_reference WHERE key = $1").bind_text(1, key).run();
        connection.prepare("preset_add", "INSERT INTO sys_reference(key, entity_id, record_id) VALUES($1, $2, $3)")
            .bind_text(1, key)
            .bind(2, entity->id)
            .bind(3, known.id)
            .run();
      });
      ++outcome_.added[entity->key];
    } else if (known.is_deleted) {
      context_.records.restore(caller_, *entity, known.id);
      ++outcome_.added[entity->key];
    }
    ids_[key] = known.id;
    const auto* is_default = item.at("values").as_object().if_contains("is_default");
    if (is_default != nullptr && is_default->is_bool() && is_default->as_bool()) make_default(*entity, known.id);
  }

  // Rights to entities of modules that are not there.
  void drop_absent(json::object& role) const {
    auto* rights = role.if_contains("rights");
    if (rights == nullptr || !rights->is_object()) return;
    json::object known;
    for (const auto& member : rights->as_object()) {
      if (member.key() == "*" || registry_->find({member.key().data(), member.key().size()}) != nullptr)
        known.emplace(member.key(), member.value());
    }
    *rights = std::move(known);
  }

  // One pipeline is the default one.
  void make_default(const entity::EntityDef& entity, std::int64_t id) {
    std::vector<std::int64_t> others;
    bool is_set = false;
    context_.database.read({.name = "preset_default"}, [&](store::Connection& connection) {
      others.clear();
      auto statement = connection.prepare("preset_default",
                                          "SELECT id FROM " + entity::table_of(entity) + " WHERE is_default = 1 AND deleted_at IS NULL");
      while (statement.step()) {
        if (statement.integer(0) == id)
          is_set = true;
        else
          others.push_back(statement.integer(0));
      }
    });
    for (const auto other : others) context_.records.update(caller_, entity, other, {{"is_default", false}});
    if (!is_set) context_.records.update(caller_, entity, id, {{"is_default", true}});
  }

  // What came with the program or with another preset, of the same kinds; people's own records stay. The kinds that refer to others first.
  void remove_others() {
    std::vector<const entity::EntityDef*> kinds;
    std::set<std::string> kept;
    for (const auto& item : preset_.at("records").as_array()) {
      kept.insert(base::json_string(item.as_object(), "key"));
      const auto* entity = registry_->find(base::json_string(item.as_object(), "entity"));
      const bool is_data = entity != nullptr && entity->kind == entity::EntityKind::kRecord;
      if (is_data && std::find(kinds.begin(), kinds.end(), entity) == kinds.end()) kinds.insert(kinds.begin(), entity);
    }
    for (const auto* entity : kinds) {
      std::vector<std::int64_t> ids;
      context_.database.read({.name = "preset_others"}, [&](store::Connection& connection) {
        ids.clear();
        auto statement = connection.prepare(
            "preset_others", "SELECT r.key, r.record_id FROM sys_reference r JOIN " + entity::table_of(*entity) +
                                 " t ON t.id = r.record_id WHERE r.entity_id = $1 AND t.deleted_at IS NULL ORDER BY r.record_id");
        statement.bind(1, entity->id);
        while (statement.step()) {
          if (!kept.contains(std::string(statement.text(0)))) ids.push_back(statement.integer(1));
        }
      });
      for (const auto id : ids) context_.records.remove(caller_, *entity, id);
      if (!ids.empty()) outcome_.removed[entity->key] += static_cast<int>(ids.size());
    }
  }

  void keep_key() {
    const json::object value = {{"applied", base::json_string(preset_, "key")}};
    context_.database.write({.name = "preset_keep"}, [&](store::Connection& connection) {
      auto statement = connection.prepare(
          "preset_keep",
          "INSERT INTO sys_setting(module, value, updated_at, updated_by) VALUES('presets', $1, $2, $3) "
          "ON CONFLICT(module) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by");
      statement.bind_text(1, json::serialize(value)).bind(2, base::to_micros(context_.clock.now())).bind(3, caller_.user_id).run();
    });
  }

  ApiContext& context_;
  const entity::Caller& caller_;
  const json::object& preset_;
  const std::string language_;
  entity::RegistryPtr registry_;
  json::object ids_;
  PresetOutcome outcome_;
};

}  // namespace

std::vector<json::object> presets() {
  std::vector<json::object> all;
  for (const auto& resource : base::resources_below("modules/")) {
    if (resource.path.find("/presets/") != std::string_view::npos && resource.path.ends_with(".json"))
      all.push_back(base::parse_json(resource.content).as_object());
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return base::json_int(a, "position") < base::json_int(b, "position"); });
  return all;
}

json::value preset_text(const json::value& value, const std::string& language) {
  if (const auto* array = value.if_array()) {
    json::array all;
    for (const auto& item : *array) all.push_back(preset_text(item, language));
    return all;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  if (const auto* text = object->if_contains(language); text != nullptr && text->is_string()) return *text;
  json::object all;
  for (const auto& member : *object) all.emplace(member.key(), preset_text(member.value(), language));
  return all;
}

bool may_replace_stages(store::Connection& connection, const entity::Registry& registry) {
  for (const auto& entity : registry.entities()) {
    if (!entity->stages || entity->stages->pipeline.empty()) continue;
    if (connection.prepare("preset_staged", "SELECT 1 FROM " + entity::table_of(*entity) + " LIMIT 1").step()) return false;
  }
  return true;
}

PresetOutcome apply_preset(ApiContext& context, const entity::Caller& caller, const json::object& preset, const std::string& language) {
  return Application(context, caller, preset, language).run();
}

std::string applied_preset(store::Connection& connection) {
  auto statement = connection.prepare("preset_applied", "SELECT value FROM sys_setting WHERE module = 'presets'");
  return statement.step() ? base::json_string(base::parse_json(statement.text(0)).as_object(), "applied") : std::string();
}

}  // namespace api
