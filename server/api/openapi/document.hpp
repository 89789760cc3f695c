// OpenAPI 3.1 of the running program as one caller may use it (https://spec.openapis.org/oas/v3.1.0).
#pragma once

#include "server/api/context.hpp"

namespace api {

// Entities, fields and routes that the caller has no right to are absent. Routes come from openapi/routes.json, and only those that
// the program really serves; schemas of records from the registry.
json::object openapi_document(const Call& call);

// JSON Schema of one field's value in answers, or of what it takes. Types a client does not know how to read are any value.
json::value field_schema(const entity::FieldDef& field);

// JSON Schema object of an entity's record: what is answered, or what may be written.
enum class SchemaFor { kAnswer, kInput };
json::object record_schema(const Call& call, const entity::EntityDef& entity, SchemaFor use);

}  // namespace api
