// choice: the option's key in a TEXT column; multi_choice: keys in a child table.
#include <algorithm>
#include <memory>

#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

// A key of the field's options, hidden ones too: a record that has one may be saved again.
std::optional<std::string> option_key(const json::value& input, ParseContext& context) {
  auto key = text_of(input, 200, context);
  if (!key || key->empty()) return std::nullopt;
  if (context.field.option(*key)) return key;
  std::string valid;
  for (const auto& option : context.field.options) {
    if (!option.hidden) valid += (valid.empty() ? "" : ", ") + option.key;
  }
  add_error(context, "unknown_option", {{"value", *key}, {"valid", valid}});
  return std::nullopt;
}

void check_options(const FieldDef& field, std::vector<base::FieldError>& errors) {
  if (field.options.empty()) add_declaration_error(errors, field, "options", "required");
  for (std::size_t i = 0; i < field.options.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (field.options[i].id == field.options[k].id || field.options[i].key == field.options[k].key) {
        add_declaration_error(errors, field, "options[" + std::to_string(i) + "]", "repeated", {{"value", field.options[i].key}});
      }
    }
  }
}

class ChoiceType final : public TextColumnType {
 public:
  using TextColumnType::TextColumnType;
  Comparison comparison(const FieldDef&) const override { return Comparison::kChoice; }

  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    auto key = option_key(input, context);
    if (!key) return {};
    return *std::move(key);
  }

  void append_search_text(const FieldDef&, const Value&, std::string&) const override {}
  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override { check_options(field, errors); }
};

class MultiChoiceType final : public ItemsType {
 public:
  using ItemsType::ItemsType;
  std::vector<Column> item_columns(const FieldDef&) const override { return {{"value", ColumnKind::kText, false, true}}; }
  std::string_view main_item_column(const FieldDef&) const override { return "value"; }

  // ["client", "supplier"]; repeated keys are taken once.
  Value parse(const json::value& input, ParseContext& context) const override {
    auto value = ItemsType::parse(input, context);
    if (auto* items = std::get_if<Items>(&value)) {
      Items unique;
      for (auto& item : *items) {
        if (std::none_of(unique.begin(), unique.end(), [&](const Item& u) { return u.columns == item.columns; }))
          unique.push_back(std::move(item));
      }
      *items = std::move(unique);
    }
    return value;
  }

  void append_search_text(const FieldDef&, const Value&, std::string&) const override {}
  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override { check_options(field, errors); }

 protected:
  bool parse_item(const json::value& input, const Item*, ParseContext& context, Item& item) const override {
    auto key = option_key(input, context);
    if (!key) return false;
    item.columns[0] = *std::move(key);
    return true;
  }
  void write_item(const FieldDef&, const Item& item, base::JsonWriter& out) const override { out.text(item_text(item, 0)); }
  std::string display_item(const FieldDef&, const Item& item) const override { return std::string(item_text(item, 0)); }
};

}  // namespace

void add_choice_types(TypeList& out) {
  out.push_back(std::make_unique<ChoiceType>("choice"));
  out.push_back(std::make_unique<MultiChoiceType>("multi_choice"));
}

}  // namespace entity
