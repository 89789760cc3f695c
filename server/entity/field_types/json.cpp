// json: a settings document in a TEXT column (rights of a role, filter of a view); neither filtered nor sorted.
#include <memory>

#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

constexpr std::size_t kMaxBytes = 256 * 1024;

class JsonType final : public TextColumnType {
 public:
  using TextColumnType::TextColumnType;
  Comparison comparison(const FieldDef&) const override { return Comparison::kNone; }

  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    if (!input.is_object() && !input.is_array()) {
      add_wrong_type(context, "object");
      return {};
    }
    auto text = json::serialize(input);
    const auto max = static_cast<std::size_t>(context.field.max_length.value_or(kMaxBytes));
    if (text.size() > max) {
      add_error(context, "too_long", {{"max", std::to_string(max)}});
      return {};
    }
    // PostgreSQL's TEXT takes no NUL; JSON writes it as an escape, which is harmless there.
    return text;
  }

  void write(const FieldDef&, const Value& value, base::JsonWriter& out) const override {
    if (const auto* text = std::get_if<std::string>(&value)) {
      out.raw(*text);
    } else {
      out.null();
    }
  }
  void append_search_text(const FieldDef&, const Value&, std::string&) const override {}

  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    if (field.filterable) add_declaration_error(errors, field, "filterable", "not_supported");
    if (field.sortable) add_declaration_error(errors, field, "sortable", "not_supported");
    if (field.search != SearchKind::kNone) add_declaration_error(errors, field, "search", "not_supported");
  }
};

}  // namespace

void add_json_type(TypeList& out) { out.push_back(std::make_unique<JsonType>("json")); }

}  // namespace entity
