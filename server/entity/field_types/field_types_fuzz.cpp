// Values of every field type out of hostile JSON; the first byte chooses the field.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/base/text/text.hpp"
#include "server/entity/metadata/catalog_testing.hpp"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

json::value parse_or_text(std::string_view text) {
  try {
    return base::parse_json(text, {.max_bytes = 1 << 16});
  } catch (const base::Error&) {
    return json::value(text);  // as a string, valid UTF-8 or not
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const entity::RegistryPtr registry = entity::build_test_registry(entity::test_entity_files());
  if (size == 0) return 0;
  const auto& fields = registry->require("thing").fields;
  const auto& field = fields[data[0] % fields.size()];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<base::FieldError> errors;
  std::vector<entity::Mark> marks;
  entity::ParseContext context{field, *registry, field.key, &errors, &marks};
  const auto value = field.type->parse(parse_or_text(text), context);
  for (const auto& error : errors) check(base::is_valid_utf8(error.path));
  if (!errors.empty()) return 0;
  const auto answer = entity::write_value(field, value);
  check(base::is_valid_utf8(answer));
  const auto again = entity::parse_value(*registry, field, answer);
  check(again.errors.empty());
  check(again.json == answer);
  return 0;
}
