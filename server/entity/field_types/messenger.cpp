// messenger: network (its kind), the name or number as typed and its normal form.
#include <memory>

#include "server/base/text/phone.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

enum MessengerColumn : std::size_t { kRaw, kValue, kKind };

// "@ivanov", "https://t.me/ivanov", "t.me/ivanov" → "ivanov"; a number → E.164.
std::string normalise_account(std::string_view raw) {
  std::string text = base::fold(raw);
  if (const auto slash = text.find_last_of('/'); slash != std::string::npos && slash + 1 < text.size()) text.erase(0, slash + 1);
  if (!text.empty() && text.front() == '@') text.erase(0, 1);
  if (const auto digits = base::digits(text); digits.size() >= 10 && text.find_first_not_of("+0123456789 ()-.") == std::string::npos) {
    const auto phone = base::parse_phone(text);
    if (phone && !phone->e164.empty()) return phone->e164;
  }
  return text;
}

class MessengerType final : public ItemsType {
 public:
  using ItemsType::ItemsType;
  std::vector<Column> item_columns(const FieldDef&) const override {
    return {{"raw", ColumnKind::kText}, {"value", ColumnKind::kText, false, true}, {"kind", ColumnKind::kText}};
  }
  std::string_view main_item_column(const FieldDef&) const override { return "value"; }
  std::string item_operand(const FieldDef&, std::string_view column, std::string_view text) const override {
    return column == "value" ? normalise_account(text) : std::string(text);
  }

 protected:
  bool parse_item(const json::value& input, const Item* before, ParseContext& context, Item& item) const override {
    if (const auto* object = input.if_object()) {
      const ItemMembers members{*object, before, context};
      if (!members.check_names({"raw", "value", "kind"})) return false;
      if (!members.text("raw", kRaw, 400, item)) return false;
      if (!members.kind(kKind, {"telegram", "whatsapp", "vk", "viber", "max", "skype", "other"}, item)) return false;
    } else {
      const auto raw = text_of(input, 400, context);
      if (!raw) return false;
      if (!is_blank(*raw)) item.columns[kRaw] = *raw;
    }
    const std::string raw(item_text(item, kRaw));
    if (raw.empty()) return false;
    item.columns[kValue] = normalise_account(raw);
    return true;
  }

  void write_item(const FieldDef&, const Item& item, base::JsonWriter& out) const override {
    out.begin_object();
    out.key("id").integer(item.id);
    out.key("raw").text(item_text(item, kRaw));
    write_text_member(out, "value", item_text(item, kValue));
    write_text_member(out, "kind", item_text(item, kKind));
    out.end_object();
  }

  std::string display_item(const FieldDef&, const Item& item) const override { return std::string(item_text(item, kRaw)); }
};

}  // namespace

void add_messenger_type(TypeList& out) { out.push_back(std::make_unique<MessengerType>("messenger")); }

}  // namespace entity
