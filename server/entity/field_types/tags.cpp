// tags: free words, as typed and folded.
#include <algorithm>
#include <memory>

#include "server/base/text/text.hpp"
#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

enum TagColumn : std::size_t { kValue, kFold };

class TagsType final : public ItemsType {
 public:
  using ItemsType::ItemsType;
  std::vector<Column> item_columns(const FieldDef&) const override {
    return {{"value", ColumnKind::kText}, {"fold", ColumnKind::kText, true, true}};
  }
  std::string_view main_item_column(const FieldDef&) const override { return "fold"; }
  std::string item_operand(const FieldDef&, std::string_view column, std::string_view text) const override {
    return column == "fold" ? base::fold(text) : std::string(text);
  }

  // ["vip", "Опт"]; the same tag in another case is taken once.
  Value parse(const json::value& input, ParseContext& context) const override {
    auto value = ItemsType::parse(input, context);
    if (auto* items = std::get_if<Items>(&value)) {
      Items unique;
      for (auto& item : *items) {
        const auto is_same = [&](const Item& u) { return item_text(u, kFold) == item_text(item, kFold); };
        if (std::none_of(unique.begin(), unique.end(), is_same)) unique.push_back(std::move(item));
      }
      *items = std::move(unique);
    }
    return value;
  }

 protected:
  bool parse_item(const json::value& input, const Item*, ParseContext& context, Item& item) const override {
    const auto text = text_of(input, 100, context);
    if (!text) return false;
    const auto fold = base::fold(*text);
    if (fold.empty()) return false;
    item.columns[kValue] = *text;
    item.columns[kFold] = fold;
    return true;
  }
  void write_item(const FieldDef&, const Item& item, base::JsonWriter& out) const override { out.text(item_text(item, kValue)); }
  std::string display_item(const FieldDef&, const Item& item) const override { return std::string(item_text(item, kValue)); }
};

}  // namespace

void add_tags_type(TypeList& out) { out.push_back(std::make_unique<TagsType>("tags")); }

}  // namespace entity
