// address: parts and the text as typed, place on the map, opening hours; city and text have folded forms for filters.
#include <array>
#include <memory>

#include "server/base/decimal.hpp"
#include "server/base/text/text.hpp"
#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

enum AddressColumn : std::size_t {
  kKind,
  kCountry,
  kRegion,
  kCity,
  kStreet,
  kPostalCode,
  kText,
  kLatitude,
  kLongitude,
  kOpeningHours,
  kCityFold,
};

struct Part {
  std::string_view name;
  AddressColumn column;
  std::int64_t max_length;
};
constexpr std::array<Part, 7> kParts{{{"country", kCountry, 200},
                                      {"region", kRegion, 200},
                                      {"city", kCity, 200},
                                      {"street", kStreet, 500},
                                      {"postal_code", kPostalCode, 20},
                                      {"text", kText, 2000},
                                      {"opening_hours", kOpeningHours, 500}}};
// Degrees are kept as millionths: 0.1 m.
constexpr int kDegreeScale = 6;

class AddressType final : public ItemsType {
 public:
  using ItemsType::ItemsType;
  std::vector<Column> item_columns(const FieldDef&) const override {
    return {{"kind", ColumnKind::kText},
            {"country", ColumnKind::kText},
            {"region", ColumnKind::kText},
            {"city", ColumnKind::kText},
            {"street", ColumnKind::kText},
            {"postal_code", ColumnKind::kText},
            {"text", ColumnKind::kText},
            {"latitude", ColumnKind::kInteger},
            {"longitude", ColumnKind::kInteger},
            {"opening_hours", ColumnKind::kText},
            {"city_fold", ColumnKind::kText, true, true}};
  }
  std::string_view main_item_column(const FieldDef&) const override { return "text"; }
  std::string item_operand(const FieldDef&, std::string_view column, std::string_view text) const override {
    return column == "city_fold" ? base::fold(text) : std::string(text);
  }

 protected:
  // "Казань, Баумана 1" or {"kind", "city", …}.
  bool parse_item(const json::value& input, const Item* before, ParseContext& context, Item& item) const override {
    if (const auto* object = input.if_object()) {
      if (!parse_members(*object, before, context, item)) return false;
    } else {
      const auto text = text_of(input, 2000, context);
      if (!text) return false;
      if (!is_blank(*text)) item.columns[kText] = *text;
    }
    bool is_anything = !std::holds_alternative<std::monostate>(item.columns[kLatitude]);
    for (const auto& part : kParts) is_anything = is_anything || !item_text(item, part.column).empty();
    if (!is_anything) return false;
    if (item_text(item, kText).empty()) item.columns[kText] = joined(item);
    item.columns[kCityFold] = std::monostate{};
    if (const auto city = item_text(item, kCity); !city.empty()) item.columns[kCityFold] = base::fold(city);
    return true;
  }

  void write_item(const FieldDef&, const Item& item, base::JsonWriter& out) const override {
    out.begin_object();
    out.key("id").integer(item.id);
    write_text_member(out, "kind", item_text(item, kKind));
    for (const auto& part : kParts) write_text_member(out, part.name, item_text(item, part.column));
    write_degrees(out, "latitude", item, kLatitude);
    write_degrees(out, "longitude", item, kLongitude);
    out.end_object();
  }

  std::string display_item(const FieldDef&, const Item& item) const override { return std::string(item_text(item, kText)); }

 private:
  static bool parse_members(const json::object& object, const Item* before, ParseContext& context, Item& item) {
    const ItemMembers members{object, before, context};
    if (!members.check_names(
            {"kind", "country", "region", "city", "street", "postal_code", "text", "latitude", "longitude", "opening_hours"}))
      return false;
    bool is_good = members.kind(kKind, {"legal", "actual", "delivery", "warehouse", "other"}, item);
    bool is_part_changed = false;
    for (const auto& part : kParts) {
      is_good = members.text(part.name, part.column, part.max_length, item) && is_good;
      if (before && part.column != kText && part.column != kOpeningHours) {
        is_part_changed = is_part_changed || item.columns[part.column] != before->columns[part.column];
      }
    }
    // The text of an address made of parts follows them unless it was given.
    if (is_part_changed && !object.contains("text") && item_text(item, kText) == joined(*before)) item.columns[kText] = std::monostate{};
    is_good = parse_degrees(members, "latitude", kLatitude, 90, item) && is_good;
    return parse_degrees(members, "longitude", kLongitude, 180, item) && is_good;
  }

  static bool parse_degrees(const ItemMembers& members, std::string_view name, AddressColumn column, int limit, Item& item) {
    const auto* value = members.object.if_contains(name);
    if (!value) return true;
    item.columns[column] = std::monostate{};
    if (value->is_null()) return true;
    const auto units = decimal_units(*value, kDegreeScale, members.context, name);
    if (!units) return false;
    const std::int64_t max = std::int64_t{limit} * 1'000'000;
    if (*units > max || *units < -max) {
      add_member_error(members.context, name, "out_of_range");
      return false;
    }
    item.columns[column] = *units;
    return true;
  }

  static void write_degrees(base::JsonWriter& out, std::string_view name, const Item& item, AddressColumn column) {
    out.key(name);
    if (std::holds_alternative<std::monostate>(item.columns[column])) {
      out.null();
    } else {
      out.text(base::to_string(base::Decimal{item_integer(item, column), kDegreeScale}));
    }
  }

  static std::string joined(const Item& item) {
    std::string text;
    for (const auto column : {kPostalCode, kCountry, kRegion, kCity, kStreet}) {
      const auto part = item_text(item, column);
      if (part.empty()) continue;
      if (!text.empty()) text += ", ";
      text += part;
    }
    return text;
  }
};

}  // namespace

void add_address_type(TypeList& out) { out.push_back(std::make_unique<AddressType>("address")); }

}  // namespace entity
