// email: as typed and in its normal form, kind, verdict.
#include <memory>

#include "server/base/text/email.hpp"
#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

enum EmailColumn : std::size_t { kRaw, kValue, kKind, kValid };

class EmailType final : public ItemsType {
 public:
  using ItemsType::ItemsType;
  std::vector<Column> item_columns(const FieldDef&) const override {
    return {{"raw", ColumnKind::kText},
            {"value", ColumnKind::kText, false, true},
            {"kind", ColumnKind::kText},
            {"valid", ColumnKind::kInteger}};
  }
  std::string_view main_item_column(const FieldDef&) const override { return "value"; }

  std::string item_operand(const FieldDef&, std::string_view column, std::string_view text) const override {
    if (column != "value") return std::string(text);
    return base::normalize_email(text).value;
  }

  void append_search_text(const FieldDef&, const Value& value, std::string& out) const override {
    const auto* items = std::get_if<Items>(&value);
    if (!items) return;
    for (const auto& item : *items) {
      if (!out.empty()) out += ' ';
      out += item_text(item, item_text(item, kValue).empty() ? kRaw : kValue);
    }
  }

 protected:
  bool parse_item(const json::value& input, const Item* before, ParseContext& context, Item& item) const override {
    if (const auto* object = input.if_object()) {
      const ItemMembers members{*object, before, context};
      if (!members.check_names({"raw", "value", "kind", "valid"})) return false;
      if (!members.text("raw", kRaw, 400, item) || !members.kind(kKind, {"work", "home", "other"}, item)) return false;
      if (!before && item_text(item, kRaw).empty() && !members.text("value", kRaw, 400, item)) return false;
    } else {
      const auto raw = text_of(input, 400, context);
      if (!raw) return false;
      if (!is_blank(*raw)) item.columns[kRaw] = *raw;
    }
    const std::string raw(item_text(item, kRaw));
    if (raw.empty()) return false;
    const auto email = base::normalize_email(raw);
    item.columns[kValue] = std::monostate{};
    if (email.valid) item.columns[kValue] = email.value;
    item.columns[kValid] = std::int64_t{email.valid ? 1 : 0};
    if (!email.valid) add_mark(context, "email", raw);
    if (email.has_lookalikes) add_mark(context, "lookalikes", raw);
    return true;
  }

  void write_item(const FieldDef&, const Item& item, base::JsonWriter& out) const override {
    out.begin_object();
    out.key("id").integer(item.id);
    out.key("raw").text(item_text(item, kRaw));
    write_text_member(out, "value", item_text(item, kValue));
    write_text_member(out, "kind", item_text(item, kKind));
    out.key("valid").boolean(item_integer(item, kValid) != 0);
    out.end_object();
  }

  std::string display_item(const FieldDef&, const Item& item) const override {
    return std::string(item_text(item, item_text(item, kValue).empty() ? kRaw : kValue));
  }
};

}  // namespace

void add_email_type(TypeList& out) { out.push_back(std::make_unique<EmailType>("email")); }

}  // namespace entity
