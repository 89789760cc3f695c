#include "server/api/openapi/document.hpp"

#include <algorithm>
#include <set>

#include "server/api/labels.hpp"
#include "server/base/program/resources.hpp"
#include "server/entity/access.hpp"
#include "server/entity/module_host.hpp"

namespace api {

namespace {

using entity::EntityDef;

constexpr std::string_view kSchemas = "#/components/schemas/";

json::object schema_ref(std::string_view name) { return {{"$ref", std::string(kSchemas) + std::string(name)}}; }

const json::value& resource(std::string_view name) {
  static const json::value routes = base::parse_json(base::find_resource("server/api/openapi/routes.json").value());
  static const json::value schemas = base::parse_json(base::find_resource("server/api/openapi/schemas.json").value());
  return name == "routes" ? routes : schemas;
}

http::Method method_of(std::string_view name) {
  if (name == "post") return http::Method::kPost;
  if (name == "put") return http::Method::kPut;
  if (name == "patch") return http::Method::kPatch;
  if (name == "delete") return http::Method::kDelete;
  return http::Method::kGet;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
  return text;
}

// Writes the operations of routes.json, those of records once for each entity.
class DocumentWriter {
 public:
  explicit DocumentWriter(const Call& call)
      : call_(call), routes_(resource("routes").as_object()), schemas_(resource("schemas").as_object()) {}

  json::object write() {
    for (const auto& route : routes_.at("routes").as_array()) {
      if (route.as_object().contains("admin") && !call_.caller().is_admin) continue;
      add(route.as_object(), nullptr);
    }
    for (const auto& file : base::resources_below("modules/")) {
      if (file.path.ends_with("/api.json")) add_module_routes(base::parse_json(file.content).as_object());
    }
    for (const auto& entity : call_.registry->entities()) add_entity(*entity);
    return finish();
  }

 private:
  // {"routes": […]} as in routes.json, "plurals" names those that stand for {plural} in the path; texts are the module's own keys
  // openapi.routes.<id> and openapi.tags.<tag>.
  void add_module_routes(const json::object& file) {
    for (const auto& route : file.at("routes").as_array()) {
      if (route.as_object().contains("admin") && !call_.caller().is_admin) continue;
      const auto* plurals = base::json_array(route.as_object(), "plurals");
      if (plurals == nullptr) add(route.as_object(), nullptr);
      // The same call of several entities: one line of the file, an operation for each.
      for (std::size_t i = 0; plurals != nullptr && i < plurals->size(); ++i) {
        const std::string plural((*plurals)[i].as_string());
        json::object one = route.as_object();
        one["text"] = json::value(one.at("id"));  // a copy first: the new member may move the others
        one["id"] = base::json_string(one, "id") + "." + plural;
        one["path"] = replaced(base::json_string(one, "path"), "{plural}", plural);
        add(one, nullptr);
      }
    }
  }

  void add_entity(const EntityDef& entity) {
    static constexpr std::pair<std::string_view, entity::Action> kNeeds[] = {{"read", entity::Action::kRead},
                                                                             {"create", entity::Action::kCreate},
                                                                             {"update", entity::Action::kUpdate},
                                                                             {"delete", entity::Action::kDelete},
                                                                             {"export", entity::Action::kExport}};
    bool is_any = false;
    for (const auto& route : routes_.at("entity_routes").as_array()) {
      const std::string needs = base::json_string(route.as_object(), "needs");
      const auto* need = std::find_if(std::begin(kNeeds), std::end(kNeeds), [&](const auto& known) { return known.first == needs; });
      if (!entity::may(call_.caller(), entity, need->second)) continue;
      add(route.as_object(), &entity);
      is_any = true;
    }
    if (is_any) tags_.push_back({{"name", entity.key}, {"description", entity_label(call_, entity, "many")}});
  }

  void add(const json::object& route, const EntityDef* entity) {
    const std::string pattern = base::json_string(route, "path");
    const std::string method = base::json_string(route, "method");
    const auto& served = call_.context.served;
    if (std::find(served.begin(), served.end(), std::pair(method_of(method), pattern)) == served.end()) return;
    const std::string id = base::json_string(route, "id");
    json::object operation;
    operation["operationId"] = entity == nullptr ? id : entity->key + "." + id;
    const std::string tag = entity == nullptr ? base::json_string(route, "tag") : entity->key;
    operation["tags"] = json::array{json::string(tag)};
    if (entity == nullptr && known_tags_.insert(tag).second)
      tags_.push_back({{"name", tag}, {"description", call_.text("openapi.tags." + tag)}});
    operation["summary"] = entity == nullptr ? call_.text("openapi.routes." + base::json_string(route, "text", id))
                                             : call_.text("openapi.records." + id, {{"entity", entity_label(call_, *entity, "many")}});
    if (json::array parameters = parameters_of(route, pattern); !parameters.empty()) operation["parameters"] = std::move(parameters);
    if (route.contains("body")) operation["requestBody"] = body_of(route, entity);
    operation["responses"] = answers_of(route, entity);
    if (route.contains("open")) operation["security"] = json::array{};
    const std::string path = entity == nullptr ? pattern : replaced(pattern, "{plural}", entity->plural);
    json::value& at = paths_[path];
    if (!at.is_object()) at.emplace_object();
    at.as_object()[method] = std::move(operation);
  }

  json::array parameters_of(const json::object& route, std::string_view pattern) const {
    json::array parameters;
    for (auto open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
      const auto name = pattern.substr(open + 1, pattern.find('}', open) - open - 1);
      if (name == "plural") continue;
      const bool is_number = name == "id" || name == "seq" || name == "delivery";
      parameters.push_back(json::object{
          {"name", name}, {"in", "path"}, {"required", true}, {"schema", json::object{{"type", is_number ? "integer" : "string"}}}});
    }
    const auto& kinds = routes_.at("parameters").as_object();
    if (const auto* query = base::json_object(route, "query")) {
      for (const auto& member : *query) {
        std::string name(member.key());
        const bool is_required = name.back() == '!';
        if (is_required) name.pop_back();
        json::object parameter{
            {"name", name}, {"in", "query"}, {"required", is_required}, {"schema", kinds.at(member.value().as_string())}};
        if (name == "filter") parameter["style"] = "deepObject";
        parameters.push_back(std::move(parameter));
      }
    }
    if (const auto* headers = base::json_array(route, "headers")) {
      for (const auto& name : *headers)
        parameters.push_back(
            json::object{{"name", name}, {"in", "header"}, {"required", false}, {"schema", json::object{{"type", "string"}}}});
    }
    return parameters;
  }

  // "$record" and the like are made for the entity, other names are those of schemas.json.
  json::value schema_of(std::string_view name, const EntityDef* entity) {
    if (!name.starts_with('$')) {
      use(name);
      return schema_ref(name);
    }
    if (name == "$page") {
      use("Count");
      return json::object{{"type", "object"},
                          {"required", json::array{"items", "next"}},
                          {"properties", json::object{{"items", json::object{{"type", "array"}, {"items", schema_of("$record", entity)}}},
                                                      {"next", json::object{{"type", json::array{"string", "null"}}}},
                                                      {"count", schema_ref("Count")}}}};
    }
    if (name == "$batch" || name == "$bulk") return many_schema(name, *entity);
    const std::string key = entity->key + (name == "$record" ? "" : name == "$input" ? ".input" : ".new");
    if (!components_.contains(key)) add_component(key, name, *entity);
    return schema_ref(key);
  }

  json::object many_schema(std::string_view name, const EntityDef& entity) {
    const json::object boolean{{"type", "boolean"}};
    if (name == "$batch") {
      return {{"type", "object"},
              {"required", json::array{"items"}},
              {"properties",
               json::object{{"items", json::object{{"type", "array"}, {"maxItems", 10000}, {"items", schema_of("$input", &entity)}}},
                            {"on_duplicate", routes_.at("parameters").at("on_duplicate")},
                            {"atomic", boolean},
                            {"dry_run", boolean}}}};
    }
    use("Filter");
    return {{"type", "object"},
            {"properties", json::object{{"filter", schema_ref("Filter")},
                                        {"ids", json::object{{"type", "array"}, {"items", json::object{{"type", "integer"}}}}},
                                        {"set", schema_of("$input", &entity)},
                                        {"action", json::object{{"type", "string"}, {"enum", json::array{"delete"}}}},
                                        {"dry_run", boolean}}}};
  }

  void add_component(const std::string& key, std::string_view name, const EntityDef& entity) {
    components_[key] = nullptr;  // stands while its parts are made
    if (name == "$new") {
      json::array required;
      for (const auto& field : entity.fields) {
        const bool is_given =
            field.required && !field.system && field.default_value.is_null() && entity::may_write_field(call_.caller(), entity, field);
        if (is_given) required.emplace_back(field.key);
      }
      json::object rest{{"type", "object"}};
      if (!required.empty()) rest["required"] = std::move(required);
      components_[key] = json::object{{"allOf", json::array{schema_of("$input", &entity), std::move(rest)}}};
      return;
    }
    json::object schema = record_schema(call_, entity, name == "$record" ? SchemaFor::kAnswer : SchemaFor::kInput);
    use_references(schema);
    components_[key] = std::move(schema);
  }

  json::object body_of(const json::object& route, const EntityDef* entity) {
    const std::string type = base::json_string(route, "body_type", "application/json");
    json::object media{{"schema", schema_of(base::json_string(route, "body"), entity)}};
    json::object content{{json::string(type), std::move(media)}};
    if (type == "multipart/form-data")
      content["application/octet-stream"] =
          json::object{{"schema", json::object{{"type", "string"}, {"contentMediaType", "application/octet-stream"}}}};
    return {{"required", true}, {"content", std::move(content)}};
  }

  json::object answers_of(const json::object& route, const EntityDef* entity) {
    json::object done{{"description", call_.text("openapi.done")}};
    const std::string type = base::json_string(route, "answer_type", "application/json");
    if (route.contains("answer")) {
      done["content"] = json::object{{json::string(type), json::object{{"schema", schema_of(base::json_string(route, "answer"), entity)}}}};
    } else if (route.contains("answer_type")) {
      done["content"] = json::object{{json::string(type), json::object{{"schema", json::object{{"type", "string"}}}}}};
    }
    json::object answers;
    const auto status = base::json_int(route, "status", 200);
    answers[std::to_string(status)] = std::move(done);
    // A page for people: where it leads answers with the page itself.
    if (status >= 300) answers["2XX"] = json::object{{"description", call_.text("openapi.done")}};
    // What takes long is a job instead.
    if (const std::string job = base::json_string(route, "accepts"); !job.empty())
      answers["202"] = json::object{{"description", call_.text("openapi.done")},
                                    {"content", json::object{{"application/json", json::object{{"schema", schema_of(job, entity)}}}}}};
    answers["4XX"] = json::object{{"$ref", "#/components/responses/Problem"}};
    answers["5XX"] = json::object{{"$ref", "#/components/responses/Problem"}};
    return answers;
  }

  // A schema of schemas.json with all it refers to.
  void use(std::string_view name) {
    if (components_.contains(name)) return;
    components_[name] = schemas_.at(name);
    use_references(schemas_.at(name));
  }

  void use_references(const json::value& schema) {
    if (const auto* object = schema.if_object()) {
      for (const auto& member : *object) {
        const bool is_reference =
            member.key() == "$ref" && member.value().is_string() && std::string_view(member.value().as_string()).starts_with(kSchemas);
        if (is_reference)
          use(std::string_view(member.value().as_string()).substr(kSchemas.size()));
        else
          use_references(member.value());
      }
    } else if (const auto* array = schema.if_array()) {
      for (const auto& item : *array) use_references(item);
    }
  }

  json::object finish() {
    use("Problem");
    const json::object problem{{"description", call_.text("openapi.problem")},
                               {"content", json::object{{"application/problem+json", json::object{{"schema", schema_ref("Problem")}}}}}};
    const json::object security{
        {"key", json::object{{"type", "http"}, {"scheme", "bearer"}, {"description", call_.text("openapi.security.key")}}},
        {"session",
         json::object{
             {"type", "apiKey"}, {"in", "cookie"}, {"name", "matvey_session"}, {"description", call_.text("openapi.security.session")}}}};
    json::array tags;
    for (auto& tag : tags_) tags.push_back(std::move(tag));
    return {{"openapi", "3.1.0"},
            {"info", json::object{{"title", "Matvey"},
                                  {"version", "v1." + std::to_string(call_.registry->version())},
                                  {"description", call_.text("openapi.description")}}},
            {"servers", json::array{json::object{{"url", "/api/v1"}}}},
            {"security", json::array{json::object{{"key", json::array{}}}, json::object{{"session", json::array{}}}}},
            {"tags", std::move(tags)},
            {"paths", std::move(paths_)},
            {"components",
             json::object{
                 {"schemas", std::move(components_)}, {"responses", json::object{{"Problem", problem}}}, {"securitySchemes", security}}}};
  }

  const Call& call_;
  const json::object& routes_;
  const json::object& schemas_;
  json::object paths_, components_;
  std::vector<json::object> tags_;
  std::set<std::string> known_tags_;
};

}  // namespace

json::object openapi_document(const Call& call) { return DocumentWriter(call).write(); }

}  // namespace api
