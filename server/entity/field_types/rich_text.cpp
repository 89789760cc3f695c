// rich_text: sanitised HTML in a TEXT column; search and display see the text alone.
#include <memory>

#include "server/entity/field_types/basic_type.hpp"
#include "server/entity/field_types/html_sanitiser.hpp"

namespace entity {

namespace {

constexpr std::int64_t kMaxLength = 1'000'000;

class RichTextType final : public TextColumnType {
 public:
  using TextColumnType::TextColumnType;
  Comparison comparison(const FieldDef&) const override { return Comparison::kText; }

  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    const auto text = text_of(input, context.field.max_length.value_or(kMaxLength), context);
    if (!text || is_blank(*text)) return {};
    auto clean = sanitise_html(*text);
    if (clean.has_lost_content) add_mark(context, "html_cleaned", "");
    if (clean.html.empty()) return {};
    return std::move(clean.html);
  }

  std::string display(const FieldDef&, const Value& value) const override {
    const auto* html = std::get_if<std::string>(&value);
    return html ? sanitise_html(*html).text : std::string();
  }

  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    if (field.sortable) add_declaration_error(errors, field, "sortable", "not_supported");
    if (field.unique) add_declaration_error(errors, field, "unique", "not_supported");
  }
};

}  // namespace

void add_rich_text_type(TypeList& out) { out.push_back(std::make_unique<RichTextType>("rich_text")); }

}  // namespace entity
