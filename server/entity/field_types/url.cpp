// url: one address in a TEXT column, or several in a child table. Only schemes that a browser may safely open.
#include <algorithm>
#include <memory>

#include "server/base/text/text.hpp"
#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

constexpr std::int64_t kMaxUrlLength = 2000;
enum UrlColumn : std::size_t { kRaw, kValue, kKind };

enum class UrlVerdict { kGood, kDoubtful, kUnsafe };

// RFC 3986 §3.1 scheme; "example.ru:8080" is a host with a port, not a scheme.
UrlVerdict judge(std::string_view url) {
  if (std::any_of(url.begin(), url.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })) return UrlVerdict::kUnsafe;
  const auto colon = url.find(':');
  const auto scheme_end = url.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
  std::string_view rest = url;
  if (colon != std::string_view::npos && scheme_end == colon && colon > 0) {
    const std::string scheme = base::fold(url.substr(0, colon));
    const bool is_port = colon + 1 < url.size() && url[colon + 1] >= '0' && url[colon + 1] <= '9' && scheme.find('.') != std::string::npos;
    if (!is_port) {
      if (scheme != "http" && scheme != "https" && scheme != "ftp") return UrlVerdict::kUnsafe;
      rest = url.substr(colon + 1);
      if (rest.substr(0, 2) != "//") return UrlVerdict::kDoubtful;
      rest.remove_prefix(2);
    }
  }
  const auto host = rest.substr(0, rest.find_first_of("/?#"));
  const bool is_host =
      host.size() >= 3 && host.find('.') != std::string_view::npos && host.find_first_of(" \"<>\\^`{|}") == std::string_view::npos;
  return is_host ? UrlVerdict::kGood : UrlVerdict::kDoubtful;
}

// Host and path for comparison: without scheme, "www." and a final slash, folded.
std::string comparable(std::string_view url) {
  std::string text = base::fold(url);
  if (const auto scheme = text.find("://"); scheme != std::string::npos) text.erase(0, scheme + 3);
  if (text.rfind("www.", 0) == 0) text.erase(0, 4);
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text;
}

bool accept(std::string_view url, ParseContext& context) {
  switch (judge(url)) {
    case UrlVerdict::kUnsafe: add_error(context, "unsafe_url"); return false;
    case UrlVerdict::kDoubtful: add_mark(context, "invalid_url", url); return true;
    case UrlVerdict::kGood: return true;
  }
  return true;
}

class UrlType final : public ItemsType {
 public:
  using ItemsType::ItemsType;
  bool is_multi_value(const FieldDef& field) const override { return field.multiple; }
  Comparison comparison(const FieldDef& field) const override { return field.multiple ? Comparison::kSet : Comparison::kText; }

  std::vector<Column> columns(const FieldDef& field) const override {
    if (field.multiple) return {};
    if (field.filterable) return {{"", ColumnKind::kText}, {"__fold", ColumnKind::kText, true}};
    return {{"", ColumnKind::kText}};
  }
  std::vector<Column> item_columns(const FieldDef& field) const override {
    if (!field.multiple) return {};
    return {{"raw", ColumnKind::kText}, {"value", ColumnKind::kText, false, true}, {"kind", ColumnKind::kText}};
  }
  std::string_view main_item_column(const FieldDef& field) const override { return field.multiple ? "value" : ""; }
  std::string item_operand(const FieldDef&, std::string_view column, std::string_view text) const override {
    return column == "value" ? comparable(text) : std::string(text);
  }

  Value parse(const json::value& input, ParseContext& context) const override {
    if (context.field.multiple) return ItemsType::parse(input, context);
    if (input.is_null()) return {};
    auto text = text_of(input, context.field.max_length.value_or(kMaxUrlLength), context);
    if (!text || is_blank(*text) || !accept(*text, context)) return {};
    return *std::move(text);
  }

  void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const override {
    if (field.multiple) {
      ItemsType::write(field, value, out);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      out.text(*text);
    } else {
      out.null();
    }
  }

  std::string display(const FieldDef& field, const Value& value) const override {
    if (field.multiple) return ItemsType::display(field, value);
    const auto* text = std::get_if<std::string>(&value);
    return text ? *text : std::string();
  }

  int bind(const FieldDef& field, const Value& value, store::Statement& statement, int first) const override {
    if (field.multiple) return 0;
    const auto* text = std::get_if<std::string>(&value);
    if (text) {
      statement.bind_text(first, *text);
    } else {
      statement.bind_null(first);
    }
    if (!field.filterable) return 1;
    if (text) {
      statement.bind_text(first + 1, base::fold(*text));
    } else {
      statement.bind_null(first + 1);
    }
    return 2;
  }

  int read(const FieldDef& field, store::Statement& statement, int first, Value& value) const override {
    if (field.multiple) return 0;
    if (statement.is_null(first)) {
      value = std::monostate{};
    } else {
      value = std::string(statement.text(first));
    }
    return 1;
  }

 protected:
  bool parse_item(const json::value& input, const Item* before, ParseContext& context, Item& item) const override {
    if (const auto* object = input.if_object()) {
      const ItemMembers members{*object, before, context};
      if (!members.check_names({"raw", "value", "kind"})) return false;
      if (!members.text("raw", kRaw, kMaxUrlLength, item) || !members.kind(kKind, {"site", "shop", "social", "other"}, item)) return false;
    } else {
      const auto raw = text_of(input, kMaxUrlLength, context);
      if (!raw) return false;
      if (!is_blank(*raw)) item.columns[kRaw] = *raw;
    }
    const std::string raw(item_text(item, kRaw));
    if (raw.empty() || !accept(raw, context)) return false;
    item.columns[kValue] = comparable(raw);
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

void add_url_type(TypeList& out) { out.push_back(std::make_unique<UrlType>("url")); }

}  // namespace entity
