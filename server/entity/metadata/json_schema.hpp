// JSON Schema, draft 2020-12, the subset that our definition files need: type, properties, required,
// additionalProperties, patternProperties, items, minItems, maxItems, uniqueItems, enum, const, pattern, minLength,
// maxLength, minimum, maximum, anyOf, oneOf, allOf, if/then/else, not, $ref to "#/$defs/…". A schema that uses anything
// else is refused when it is read, so that no check is silently left out.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/json.hpp"

namespace entity {

// Immutable and thread-safe after construction.
class JsonSchema {
 public:
  // Throws Error internal for a schema outside the subset.
  explicit JsonSchema(std::string_view text);
  ~JsonSchema();
  JsonSchema(JsonSchema&&) noexcept;

  // Adds what is wrong with `value`. Paths as in the API: "fields[2].key". Codes: wrong_type {expected}, required,
  // unknown_property, unknown_value {value, valid}, bad_form {pattern}, too_long, too_short, too_many, too_few,
  // repeated, too_small, too_large, no_match.
  void check(const json::value& value, std::vector<base::FieldError>& errors) const;
  // Against a part of the schema: "#/$defs/field".
  void check_part(std::string_view pointer, const json::value& value, std::vector<base::FieldError>& errors) const;

  struct Node;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace entity
