// Labels and help of an entity in every language, for the screens that change them.
#include "server/api/labels.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"

namespace api {

namespace {

using entity::EntityDef;
using Labels = std::unordered_map<std::string, std::string>;

// Collects what is shown (`texts`) and what was given here (`own`), both as {kind: {name: {language: text}}}.
class TextsWriter {
 public:
  TextsWriter(const Call& call, const EntityDef& entity) : localizer_(call.context.localizer), entity_(entity) {}

  json::object write() {
    for (const std::string which : {"one", "many"}) {
      Labels own;
      for (const auto& [language, labels] : entity_.labels) {
        if (const auto it = labels.find(which); it != labels.end()) own.emplace(language, it->second);
      }
      add({"entity", which}, own, prefix() + which);
    }
    for (const auto& field : entity_.fields) {
      if (field.system) continue;
      add({"fields", field.key}, field.labels, prefix() + "fields." + field.key);
      add({"help", field.key}, field.help, prefix() + "help." + field.key);
      for (const auto& option : field.options)
        add({"options", field.key, option.key}, option.labels, prefix() + "options." + field.key + "." + option.key);
    }
    for (const auto& rule : entity_.rules) add({"rules", rule.key}, rule.labels, prefix() + "rules." + rule.key);
    add_all("views", entity_.views.is_array() ? &entity_.views.as_array() : nullptr);
    if (entity_.card.is_object()) add_groups(entity_.card.as_object());
    return {{"texts", std::move(texts_)}, {"own", std::move(own_)}};
  }

 private:
  std::string prefix() const { return "entities." + entity_.key + "."; }

  static json::object& at(json::object& root, const std::vector<std::string>& path) {
    json::object* place = &root;
    for (const auto& part : path) {
      auto& value = (*place)[part];
      if (!value.is_object()) value = json::object();
      place = &value.as_object();
    }
    return *place;
  }

  void add(const std::vector<std::string>& path, const Labels& own, const std::string& key) {
    auto& shown = at(texts_, path);
    for (const auto& language : base::Localizer::languages()) {
      const auto it = own.find(language);
      if (it != own.end()) {
        shown[language] = it->second;
        at(own_, path)[language] = it->second;
      } else if (localizer_.has(language, key)) {
        shown[language] = localizer_.text(language, key);
      } else {
        shown[language] = nullptr;
      }
    }
  }

  void add_all(const std::string& kind, const json::array* declared) {
    if (declared == nullptr) return;
    for (const auto& element : *declared) {
      const auto* object = element.if_object();
      if (object == nullptr) continue;
      const std::string name = base::json_string(*object, "key");
      add({kind, name}, own_labels(*object), prefix() + kind + "." + name);
    }
  }

  void add_groups(const json::object& card) {
    const auto* groups = base::json_array(card, "groups");
    if (groups != nullptr && !groups->empty()) return add_all("groups", groups);
    const auto* facts = base::json_array(card, "facts");
    const auto* names = base::json_object(card, "fact_labels");
    for (std::size_t i = 0; facts != nullptr && i < facts->size(); ++i) {
      const std::string number = std::to_string(i);
      add({"groups", number}, names == nullptr ? Labels{} : own_labels(*names, number), prefix() + "groups." + number);
    }
  }

  const base::Localizer& localizer_;
  const EntityDef& entity_;
  json::object texts_, own_;
};

void require_administrator(const Call& call) {
  if (!call.is_administrator()) throw base::Error(base::ErrorCode::kPermissionDenied, "admin_only");
}

void answer(const Call& call, const entity::Registry& registry, http::Response& response) {
  const auto* found = registry.find(call.parameter(0));
  if (found == nullptr)
    throw base::Error(base::ErrorCode::kNotFound, "unknown_entity", {{"entity", std::string(call.parameter(0).substr(0, 100))}});
  base::JsonWriter(response.body).value(TextsWriter(call, *found).write());
}

void read_texts(Call& call, http::Response& response) {
  require_administrator(call);
  answer(call, *call.registry, response);
}

void change_texts(Call& call, http::Response& response) {
  require_administrator(call);
  call.context.catalog.change_texts(call.writer(), call.parameter(0), call.body());
  answer(call, *call.context.catalog.current(), response);
}

}  // namespace

void add_metadata_text_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  add_route(router, context, {Method::kGet, "/metadata/entities/{entity}/texts", read_texts});
  add_route(router, context, {Method::kPatch, "/metadata/entities/{entity}/texts", change_texts, http::RunsOn::kWritePool});
}

}  // namespace api
