#include "server/entity/field_types/basic_type.hpp"

#include <algorithm>
#include <charconv>

#include "server/base/decimal.hpp"
#include "server/base/text/text.hpp"

namespace entity {

namespace {

std::string member_path(const ParseContext& context, std::string_view member) {
  if (member.empty()) return context.path;
  return context.path + "." + std::string(member);
}

// [+-]digits[.digits]
bool is_number_text(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  const auto fraction = point == std::string_view::npos ? std::string_view("0") : text.substr(point + 1);
  const auto is_digits = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return is_digits(whole) && is_digits(fraction);
}

std::size_t fraction_digits(std::string_view text) {
  const auto point = text.find('.');
  if (point == std::string_view::npos) return 0;
  auto fraction = text.substr(point + 1);
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  return fraction.size();
}

std::string number_text(const json::value& input) {
  if (const auto* i = input.if_int64()) return std::to_string(*i);
  if (const auto* u = input.if_uint64()) return std::to_string(*u);
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, input.get_double(), std::chars_format::fixed).ptr;
  return std::string(buffer, end);
}

}  // namespace

void BasicType::append_search_text(const FieldDef& field, const Value& value, std::string& out) const {
  if (is_empty(value)) return;
  if (!out.empty()) out += ' ';
  out += display(field, value);
}

std::vector<Column> IntegerColumnType::columns(const FieldDef&) const { return {{"", ColumnKind::kInteger}}; }

int IntegerColumnType::bind(const FieldDef&, const Value& value, store::Statement& statement, int first) const {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    statement.bind(first, *number);
  } else {
    statement.bind_null(first);
  }
  return 1;
}

int IntegerColumnType::read(const FieldDef&, store::Statement& statement, int first, Value& value) const {
  if (statement.is_null(first)) {
    value = std::monostate{};
  } else {
    value = statement.integer(first);
  }
  return 1;
}

std::vector<Column> TextColumnType::columns(const FieldDef&) const { return {{"", ColumnKind::kText}}; }

void TextColumnType::write(const FieldDef&, const Value& value, base::JsonWriter& out) const {
  if (const auto* text = std::get_if<std::string>(&value)) {
    out.text(*text);
  } else {
    out.null();
  }
}

std::string TextColumnType::display(const FieldDef&, const Value& value) const {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : std::string();
}

int TextColumnType::bind(const FieldDef&, const Value& value, store::Statement& statement, int first) const {
  if (const auto* text = std::get_if<std::string>(&value)) {
    statement.bind_text(first, *text);
  } else {
    statement.bind_null(first);
  }
  return 1;
}

int TextColumnType::read(const FieldDef&, store::Statement& statement, int first, Value& value) const {
  if (statement.is_null(first)) {
    value = std::monostate{};
  } else {
    value = std::string(statement.text(first));
  }
  return 1;
}

Value ItemsType::parse(const json::value& input, ParseContext& context) const {
  if (input.is_null()) return {};
  const auto* array = input.if_array();
  if (!array) {
    add_wrong_type(context, "array");
    return {};
  }
  if (array->size() > kMaxItems) {
    add_error(context, "too_many", {{"max", std::to_string(kMaxItems)}});
    return {};
  }
  const auto* stored = context.before ? std::get_if<Items>(context.before) : nullptr;
  Items items;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto& element = (*array)[i];
    const std::string path = context.path;
    context.path += "[" + std::to_string(i) + "]";
    Item item;
    item.columns.resize(item_columns(context.field).size());
    const Item* before = nullptr;
    bool is_good = true;
    const auto* object = element.if_object();
    const auto* id = object ? object->if_contains("id") : nullptr;
    if (id && context.before && !id->is_null() && !item_columns(context.field).empty() && name() != "many_to_many") {
      const auto wanted = id->is_int64() ? id->get_int64() : -1;
      if (stored) {
        const auto found = std::find_if(stored->begin(), stored->end(), [&](const Item& s) { return s.id == wanted; });
        if (found != stored->end()) before = &*found;
      }
      const bool is_repeated = std::any_of(items.begin(), items.end(), [&](const Item& s) { return s.id == wanted; });
      if (!before || is_repeated) {
        add_member_error(context, "id", "unknown_item");
        is_good = false;
      } else {
        item = *before;
      }
    }
    if (is_good && parse_item(element, before, context, item)) items.push_back(std::move(item));
    context.path = path;
  }
  if (items.empty()) return {};
  return items;
}

void ItemsType::write(const FieldDef& field, const Value& value, base::JsonWriter& out) const {
  out.begin_array();
  if (const auto* items = std::get_if<Items>(&value)) {
    for (const auto& item : *items) write_item(field, item, out);
  }
  out.end_array();
}

std::string ItemsType::display(const FieldDef& field, const Value& value) const {
  std::string text;
  if (const auto* items = std::get_if<Items>(&value)) {
    for (const auto& item : *items) {
      if (!text.empty()) text += ", ";
      text += display_item(field, item);
    }
  }
  return text;
}

void add_error(ParseContext& context, std::string_view code, base::MessageArgs args) {
  add_member_error(context, {}, code, std::move(args));
}

void add_member_error(ParseContext& context, std::string_view member, std::string_view code, base::MessageArgs args) {
  context.errors->push_back({member_path(context, member), std::string(code), std::move(args)});
}

void add_wrong_type(ParseContext& context, std::string_view expected) {
  add_error(context, "wrong_type", {{"expected", std::string(expected)}});
}

void add_mark(ParseContext& context, std::string_view code, std::string_view raw) {
  if (context.marks) context.marks->push_back({context.field.key, std::string(code), std::string(raw)});
}

std::optional<std::string> check_text(std::string_view text, std::int64_t max_length, ParseContext& context, std::string_view member) {
  // Bytes first: nothing is decoded of a text that is too long in any case.
  const auto max_bytes = static_cast<std::size_t>(max_length) * 4;
  if (text.size() > max_bytes) {
    add_member_error(context, member, "too_long", {{"max", std::to_string(max_length)}});
    return std::nullopt;
  }
  if (text.find('\0') != std::string_view::npos) {
    add_member_error(context, member, "bad_character");
    return std::nullopt;
  }
  if (!base::is_valid_utf8(text)) {
    add_member_error(context, member, "encoding");
    return std::nullopt;
  }
  if (text.size() > static_cast<std::size_t>(max_length) && base::length(text) > static_cast<std::size_t>(max_length)) {
    add_member_error(context, member, "too_long", {{"max", std::to_string(max_length)}});
    return std::nullopt;
  }
  return std::string(text);
}

std::optional<std::string> text_of(const json::value& input, std::int64_t max_length, ParseContext& context, std::string_view member) {
  const auto* text = input.if_string();
  if (!text) {
    add_member_error(context, member, "wrong_type", {{"expected", "text"}});
    return std::nullopt;
  }
  return check_text(std::string_view(text->data(), text->size()), max_length, context, member);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

bool ItemMembers::text(std::string_view member, std::size_t index, std::int64_t max_length, Item& item) const {
  const auto* value = object.if_contains(member);
  if (!value) {
    if (before) item.columns[index] = before->columns[index];
    return true;
  }
  if (value->is_null()) {
    item.columns[index] = std::monostate{};
    return true;
  }
  auto checked = text_of(*value, max_length, context, member);
  if (!checked) return false;
  if (is_blank(*checked)) {
    item.columns[index] = std::monostate{};
  } else {
    item.columns[index] = *std::move(checked);
  }
  return true;
}

bool ItemMembers::kind(std::size_t index, const std::vector<std::string_view>& defaults, Item& item) const {
  if (!text("kind", index, 100, item)) return false;
  const auto kind = item_text(item, index);
  if (kind.empty() || !object.contains("kind")) return true;
  std::vector<std::string_view> valid(context.field.kinds.begin(), context.field.kinds.end());
  if (valid.empty()) valid = defaults;
  if (std::find(valid.begin(), valid.end(), kind) != valid.end()) return true;
  std::string list;
  for (const auto& name : valid) list += (list.empty() ? "" : ", ") + std::string(name);
  add_member_error(context, "kind", "unknown_kind", {{"value", std::string(kind)}, {"valid", list}});
  return false;
}

bool ItemMembers::check_names(std::initializer_list<std::string_view> known) const {
  bool is_good = true;
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (name == "id" || std::find(known.begin(), known.end(), name) != known.end()) continue;
    add_member_error(context, base::prefix(name, 100), "unknown_member");
    is_good = false;
  }
  return is_good;
}

std::string_view item_text(const Item& item, std::size_t index) {
  if (index >= item.columns.size()) return {};
  const auto* text = std::get_if<std::string>(&item.columns[index]);
  return text ? std::string_view(*text) : std::string_view();
}

std::int64_t item_integer(const Item& item, std::size_t index, std::int64_t fallback) {
  if (index >= item.columns.size()) return fallback;
  const auto* number = std::get_if<std::int64_t>(&item.columns[index]);
  return number ? *number : fallback;
}

void write_text_member(base::JsonWriter& out, std::string_view name, std::string_view text) {
  out.key(name);
  if (text.empty()) {
    out.null();
  } else {
    out.text(text);
  }
}

std::optional<std::int64_t> decimal_units(const json::value& input, int scale, ParseContext& context, std::string_view member) {
  std::string text;
  if (input.is_number()) {
    text = number_text(input);
  } else if (const auto* string = input.if_string(); string && string->size() <= 400) {
    text.assign(string->data(), string->size());
  } else {
    add_member_error(context, member, "wrong_type", {{"expected", "number"}});
    return std::nullopt;
  }
  if (!is_number_text(text)) {
    add_member_error(context, member, "not_a_number");
    return std::nullopt;
  }
  if (text.front() == '+') text.erase(0, 1);
  if (const auto value = base::parse_decimal(text, scale)) return value->units;
  if (fraction_digits(text) > static_cast<std::size_t>(scale)) {
    add_member_error(context, member, "too_precise", {{"scale", std::to_string(scale)}});
  } else {
    add_member_error(context, member, "out_of_range");
  }
  return std::nullopt;
}

void check_range(std::int64_t units, int scale, ParseContext& context) {
  const base::Decimal value{units, scale};
  if (context.field.min) {
    const auto min = base::parse_decimal(*context.field.min, scale);
    if (min && base::compare(value, *min) < 0) add_error(context, "too_small", {{"min", *context.field.min}});
  }
  if (context.field.max) {
    const auto max = base::parse_decimal(*context.field.max, scale);
    if (max && base::compare(value, *max) > 0) add_error(context, "too_large", {{"max", *context.field.max}});
  }
}

void check_number_limits(const FieldDef& field, int scale, std::vector<base::FieldError>& errors) {
  if (scale < 0 || scale > base::kMaxDecimalScale) return;
  if (field.min && !base::parse_decimal(*field.min, scale)) add_declaration_error(errors, field, "min", "not_a_number");
  if (field.max && !base::parse_decimal(*field.max, scale)) add_declaration_error(errors, field, "max", "not_a_number");
}

void add_declaration_error(std::vector<base::FieldError>& errors, const FieldDef& field, std::string_view property, std::string_view code,
                           base::MessageArgs args) {
  errors.push_back({"fields." + field.key + "." + std::string(property), std::string(code), std::move(args)});
}

}  // namespace entity
