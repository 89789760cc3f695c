#include <unordered_map>

#include "server/api/labels.hpp"
#include "server/api/openapi/document.hpp"
#include "server/entity/access.hpp"
#include "server/entity/field_type.hpp"

namespace api {

namespace {

json::object of_type(std::string_view type) { return {{"type", json::array{json::string(type), "null"}}}; }

json::object formatted(std::string_view format) {
  json::object schema = of_type("string");
  schema["format"] = format;
  return schema;
}

json::object reference(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

json::object nullable(json::object schema) { return {{"oneOf", json::array{std::move(schema), json::object{{"type", "null"}}}}}; }

json::object list_of(json::value items) { return {{"type", "array"}, {"items", std::move(items)}}; }

json::object options_of(const entity::FieldDef& field) {
  json::object schema{{"type", "string"}};
  json::array keys;
  for (const auto& option : field.options) keys.emplace_back(option.key);
  if (!keys.empty()) schema["enum"] = std::move(keys);
  return schema;
}

json::object text_of(const entity::FieldDef& field) {
  json::object schema = of_type("string");
  if (field.max_length) schema["maxLength"] = *field.max_length;
  return schema;
}

// Of a single value, by the name of its type.
json::object single_schema(std::string_view type, const entity::FieldDef& field) {
  if (type == "text" || type == "long_text" || type == "rich_text" || type == "url" || type == "auto_number") return text_of(field);
  if (type == "integer") return of_type("integer");
  if (type == "decimal" || type == "percent") return formatted("decimal");
  if (type == "bool") return of_type("boolean");
  if (type == "date") return formatted("date");
  if (type == "instant") return formatted("date-time");
  if (type == "duration") return formatted("duration");
  if (type == "choice") return nullable(options_of(field));
  if (type == "money") return nullable(reference("Money"));
  if (type == "link" || type == "user") return nullable(reference("Reference"));
  if (type == "link_any") return nullable(reference("AnyReference"));
  if (type == "file" || type == "image") return nullable(reference("File"));
  return {};
}

json::object multiple_schema(std::string_view type, const entity::FieldDef& field) {
  if (type == "phone") return list_of(reference("Phone"));
  if (type == "email") return list_of(reference("Email"));
  if (type == "address") return list_of(reference("Address"));
  if (type == "messenger" || type == "url") return list_of(reference("Item"));
  if (type == "multi_choice") return list_of(options_of(field));
  if (type == "tags") return list_of(json::object{{"type", "string"}});
  if (type == "many_to_many") return list_of(reference("Reference"));
  if (type == "file" || type == "image") return list_of(reference("File"));
  return {{"type", "array"}, {"items", json::object{}}};
}

// Links and files are given by their number, contacts as plain text too.
json::object input_schema(const entity::FieldDef& field, json::object answer) {
  const std::string_view type = field.type->name();
  const bool by_number = type == "link" || type == "user" || type == "file" || type == "image" || type == "many_to_many";
  const bool as_text = type == "phone" || type == "email" || type == "address" || type == "messenger" || (type == "url" && field.multiple);
  if (!by_number && !as_text && type != "money" && type != "decimal" && type != "percent") return answer;
  if (type == "decimal" || type == "percent") return {{"type", json::array{"string", "number", "null"}}};
  const json::object simple = as_text           ? json::object{{"type", "string"}}
                              : type == "money" ? json::object{{"type", json::array{"string", "number"}}}
                                                : json::object{{"type", "integer"}};
  if (auto* items = answer.if_contains("items")) {
    *items = json::object{{"anyOf", json::array{simple, *items}}};
    return answer;
  }
  json::array choices = answer.at("oneOf").as_array();
  choices.insert(choices.begin(), simple);
  return {{"anyOf", std::move(choices)}};
}

}  // namespace

json::value field_schema(const entity::FieldDef& field) {
  if (field.key == "id" && field.system) return json::object{{"type", "integer"}};
  if (field.key == "uid" && field.system) return json::object{{"type", "string"}, {"format", "uuid"}};
  if (field.type->is_multi_value(field)) return multiple_schema(field.type->name(), field);
  return single_schema(field.result_type != nullptr ? field.result_type->name() : field.type->name(), field);
}

json::object record_schema(const Call& call, const entity::EntityDef& entity, SchemaFor use) {
  json::object properties;
  for (const auto& field : entity.fields) {
    if (!entity::may_read_field(call.caller(), entity, field)) continue;
    json::object schema = field_schema(field).as_object();
    if (use == SchemaFor::kInput) {
      const bool is_key = field.system && (field.key == "uid" || field.key == "version");
      if (!is_key && !entity::may_write_field(call.caller(), entity, field)) continue;
      if (!field.system) schema = input_schema(field, std::move(schema));
    } else if (field.read_only || field.system) {
      schema["readOnly"] = true;
    }
    schema["description"] = field_label(call, entity, field);
    properties[field.key] = std::move(schema);
  }
  if (use == SchemaFor::kAnswer) properties["marks"] = list_of(reference("Mark"));
  json::object schema{{"type", "object"}, {"description", entity_label(call, entity, "one")}, {"properties", std::move(properties)}};
  if (use == SchemaFor::kAnswer) schema["required"] = json::array{"id"};
  return schema;
}

}  // namespace api
