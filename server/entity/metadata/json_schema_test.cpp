#include "server/entity/metadata/json_schema.hpp"

#include <gtest/gtest.h>

namespace entity {
namespace {

std::string problems(std::string_view schema, std::string_view value) {
  std::vector<base::FieldError> errors;
  JsonSchema(schema).check(base::parse_json(value), errors);
  std::string text;
  for (const auto& error : errors) text += error.path + ":" + error.code + " ";
  return text;
}

TEST(JsonSchema, ChecksEveryKeywordItKnows) {
  const struct {
    const char *schema, *good, *bad, *problem;
  } cases[] = {
      {R"({"type": "integer"})", "5", "5.5", ":wrong_type "},
      {R"({"type": ["string", "null"]})", "null", "1", ":wrong_type "},
      {R"({"enum": ["a", 1]})", "1", "2", ":unknown_value "},
      {R"({"const": "a"})", R"("a")", R"("b")", ":unknown_value "},
      {R"({"minimum": 1, "maximum": 3})", "3", "4", ":too_large "},
      {R"({"minimum": 1})", "1", "0", ":too_small "},
      {R"({"minLength": 2, "maxLength": 3})", R"("абв")", R"("абвг")", ":too_long "},
      {R"({"minLength": 2})", R"("аб")", R"("а")", ":too_short "},
      {R"({"pattern": "^[a-z]+$"})", R"("ab")", R"("aB")", ":bad_form "},
      {R"({"items": {"type": "string"}, "minItems": 1, "maxItems": 2})", R"(["a"])", R"(["a", 1])", "[1]:wrong_type "},
      {R"({"minItems": 1})", "[1]", "[]", ":too_few "},
      {R"({"maxItems": 1})", "[1]", "[1, 2]", ":too_many "},
      {R"({"uniqueItems": true})", "[1, 2]", "[1, 2, 1]", "[2]:repeated "},
      {R"({"required": ["a"]})", R"({"a": 1})", R"({"b": 1})", "a:required "},
      {R"({"properties": {"a": {"type": "string"}}, "additionalProperties": false})", R"({"a": "x"})", R"({"a": "x", "b": 1})",
       "b:unknown_property "},
      {R"({"properties": {"a": {"properties": {"b": {"type": "null"}}}}})", R"({"a": {"b": null}})", R"({"a": {"b": 1}})",
       "a.b:wrong_type "},
      {R"({"patternProperties": {"^x": {"type": "string"}}, "additionalProperties": false})", R"({"xa": "1"})", R"({"xa": 1})",
       "xa:wrong_type "},
      {R"({"anyOf": [{"type": "string"}, {"minimum": 5}]})", "7", "3", ":no_match "},
      {R"({"oneOf": [{"minimum": 1}, {"maximum": 5}]})", "7", "3", ":no_match "},
      {R"({"allOf": [{"minimum": 1}, {"maximum": 5}]})", "3", "7", ":too_large "},
      {R"({"not": {"type": "null"}})", "3", "null", ":no_match "},
      {R"({"if": {"properties": {"t": {"const": 1}}}, "then": {"required": ["a"]}, "else": {"required": ["b"]}})", R"({"t": 1, "a": 1})",
       R"({"t": 2, "a": 1})", "b:required "},
      {R"({"$ref": "#/$defs/n", "$defs": {"n": {"type": "null"}}})", "null", "1", ":wrong_type "},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(problems(each.schema, each.good), "") << each.schema;
    EXPECT_EQ(problems(each.schema, each.bad), each.problem) << each.schema;
  }
}

TEST(JsonSchema, RefusesASchemaItWouldNotFollow) {
  EXPECT_THROW(JsonSchema(R"({"dependentRequired": {}})"), base::Error);
  EXPECT_THROW(JsonSchema(R"({"properties": {"a": {"format": "uri"}}})"), base::Error);
}

}  // namespace
}  // namespace entity
