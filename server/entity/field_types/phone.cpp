// phone: as typed, E.164, extension, all digits for search by a fragment, kind, verdict.
#include <memory>

#include "server/base/text/phone.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

enum PhoneColumn : std::size_t { kRaw, kE164, kExt, kDigits, kKind, kValid };

class PhoneType final : public ItemsType {
 public:
  using ItemsType::ItemsType;
  std::vector<Column> item_columns(const FieldDef&) const override {
    return {{"raw", ColumnKind::kText},  {"e164", ColumnKind::kText, false, true},
            {"ext", ColumnKind::kText},  {"digits", ColumnKind::kText, true, true},
            {"kind", ColumnKind::kText}, {"valid", ColumnKind::kInteger}};
  }
  std::string_view main_item_column(const FieldDef&) const override { return "e164"; }

  std::string item_operand(const FieldDef&, std::string_view column, std::string_view text) const override {
    if (column == "digits") return base::digits(text);
    if (column != "e164") return std::string(text);
    const auto phone = base::parse_phone(text);
    return !phone || phone->e164.empty() ? std::string(text) : phone->e164;
  }

  void append_search_text(const FieldDef&, const Value& value, std::string& out) const override {
    const auto* items = std::get_if<Items>(&value);
    if (!items) return;
    for (const auto& item : *items) {
      if (!out.empty()) out += ' ';
      out += item_text(item, kDigits);
    }
  }

 protected:
  // "8 495 …" or {"raw", "kind", "id"}; e164, ext and valid of an answer may come back and are worked out anew.
  bool parse_item(const json::value& input, const Item* before, ParseContext& context, Item& item) const override {
    if (const auto* object = input.if_object()) {
      const ItemMembers members{*object, before, context};
      if (!members.check_names({"raw", "e164", "ext", "kind", "valid"})) return false;
      if (!members.text("raw", kRaw, 200, item) || !members.kind(kKind, {"work", "mobile", "home", "fax", "other"}, item)) return false;
      if (!before && item_text(item, kRaw).empty() && !members.text("e164", kRaw, 200, item)) return false;
    } else {
      const auto raw = text_of(input, 200, context);
      if (!raw) return false;
      if (!is_blank(*raw)) item.columns[kRaw] = *raw;
    }
    const std::string raw(item_text(item, kRaw));
    if (raw.empty()) return false;
    const auto phone = base::parse_phone(raw, context.default_region).value_or(base::PhoneNumber{});
    // A number that no plan has is a guess: it joins no records and nobody dials it, the text stays to be mended.
    item.columns[kE164] = text_or_empty(phone.valid ? phone.e164 : std::string());
    item.columns[kExt] = text_or_empty(phone.ext);
    item.columns[kDigits] = text_or_empty(base::digits(phone.valid ? phone.e164 : raw));
    item.columns[kValid] = std::int64_t{phone.valid ? 1 : 0};
    if (!phone.valid) add_mark(context, "phone", raw);
    return true;
  }

  void write_item(const FieldDef&, const Item& item, base::JsonWriter& out) const override {
    out.begin_object();
    out.key("id").integer(item.id);
    out.key("raw").text(item_text(item, kRaw));
    write_text_member(out, "e164", item_text(item, kE164));
    write_text_member(out, "ext", item_text(item, kExt));
    write_text_member(out, "kind", item_text(item, kKind));
    out.key("valid").boolean(item_integer(item, kValid) != 0);
    out.end_object();
  }

  std::string display_item(const FieldDef&, const Item& item) const override {
    std::string text(item_text(item, item_text(item, kE164).empty() ? kRaw : kE164));
    if (const auto ext = item_text(item, kExt); !ext.empty()) text += " #" + std::string(ext);
    return text;
  }

 private:
  static std::variant<std::monostate, std::int64_t, std::string> text_or_empty(const std::string& text) {
    if (text.empty()) return std::monostate{};
    return text;
  }
};

}  // namespace

void add_phone_type(TypeList& out) { out.push_back(std::make_unique<PhoneType>("phone")); }

}  // namespace entity
