#include "server/app/demo/demo_records.hpp"

#include <map>
#include <optional>

#include "server/base/error.hpp"
#include "server/base/program/resources.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/lookup.hpp"

namespace app {

namespace {

constexpr int kMostPicked = 500;  // records of an entity that {"any"} chooses among

class DemoRecords {
 public:
  DemoRecords(entity::Services& services, base::Date today, const std::string& language)
      : services_(services), today_(today), language_(language), registry_(services.catalog.current()), caller_(*entity::Caller::system()) {
    caller_.via = "cli";
  }

  void load() {
    for (const auto& resource : base::resources_below("modules/")) {
      if (resource.path.find("/demo/") == std::string_view::npos || !resource.path.ends_with(".json")) continue;
      const json::value file = base::parse_json(resource.content);
      for (const auto& item : file.as_array()) load_one(item.as_object());
    }
  }

 private:
  void load_one(const json::object& item) {
    const auto* entity = registry_->find(base::json_string(item, "entity"));
    const auto values = entity == nullptr ? std::nullopt : resolved(item.at("values"));
    if (!values) return;
    const std::string key = base::json_string(item, "key");
    std::int64_t& id = ids_[key];
    if (id = known(key); id != 0) return;
    entity::SaveOptions options;
    options.on_duplicate = "create";
    id = services_.records.create(caller_, *entity, values->as_object(), options).id;
    remember(key, entity->id, id);
    if (const auto* changes = base::json_array(item, "then")) {
      for (const auto& change : *changes) {
        if (const auto patch = resolved(change)) services_.records.update(caller_, *entity, id, patch->as_object());
      }
    }
  }

  // Loading again adds nothing: keys are remembered as those of reference data are.
  std::int64_t known(const std::string& key) {
    std::int64_t id = 0;
    services_.database.read({.name = "demo_known"}, [&](store::Connection& connection) {
      auto statement = connection.prepare("demo_known", "SELECT record_id FROM sys_reference WHERE key = $1");
      if (statement.bind_text(1, "demo." + key).step()) id = statement.integer(0);
    });
    return id;
  }

  void remember(const std::string& key, int entity_id, std::int64_t id) {
    services_.database.write({.name = "demo_remember"}, [&](store::Connection& connection) {
      connection.prepare("demo_remember", "INSERT INTO sys_reference(key, entity_id, record_id) VALUES($1, $2, $3)")
          .bind_text(1, "demo." + key)
          .bind(2, entity_id)
          .bind(3, id)
          .run();
    });
  }

  // nullopt: it refers to what is not there.
  std::optional<json::value> resolved(const json::value& value) {
    if (const auto* array = value.if_array()) {
      json::array out;
      for (const auto& each : *array) {
        auto one = resolved(each);
        if (!one) return std::nullopt;
        out.push_back(std::move(*one));
      }
      return out;
    }
    const auto* object = value.if_object();
    if (object == nullptr) return value;
    if (const auto* reference = object->if_contains("ref")) {
      const auto known = ids_.find(std::string(reference->as_string()));
      return known == ids_.end() ? std::nullopt : std::optional<json::value>(known->second);
    }
    if (const auto* days = object->if_contains("days")) return json::value(base::to_string(today_ + std::chrono::days(days->as_int64())));
    if (object->contains("any")) return any(base::json_string(*object, "any"), base::json_int(*object, "at"));
    if (const auto* text = object->if_contains(language_)) return *text;
    json::object out;
    for (const auto& member : *object) {
      auto one = resolved(member.value());
      if (!one) return std::nullopt;
      out[member.key()] = std::move(*one);
    }
    return out;
  }

  std::optional<json::value> any(const std::string& key, std::int64_t at) {
    const auto* entity = registry_->find(key);
    if (entity == nullptr) return std::nullopt;
    auto& ids = picked_[key];
    if (ids.empty()) {
      services_.database.read({.name = "demo_pick"}, [&](store::Connection& connection) {
        ids = entity::find_ids({connection, *registry_, caller_, services_.clock.now()}, *entity, entity::Filter::always(),
                               entity::Action::kRead, 0, kMostPicked);
      });
    }
    return ids.empty() ? std::nullopt : std::optional<json::value>(ids[static_cast<std::size_t>(at) % ids.size()]);
  }

  entity::Services& services_;
  const base::Date today_;
  const std::string& language_;
  const entity::RegistryPtr registry_;
  entity::Caller caller_;
  std::map<std::string, std::int64_t> ids_;
  std::map<std::string, std::vector<std::int64_t>> picked_;
};

}  // namespace

void load_demo_records(entity::Services& services, base::Date today, const std::string& language) {
  DemoRecords(services, today, language).load();
}

}  // namespace app
