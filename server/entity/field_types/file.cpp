// file, image: the id of a stored file, or several in a child table.
#include <memory>

#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

std::optional<std::int64_t> file_id(const json::value& input, ParseContext& context) {
  const json::value* id = &input;
  if (const auto* object = input.if_object()) {
    id = object->if_contains("id");
    if (!id) {
      add_member_error(context, "id", "required");
      return std::nullopt;
    }
  }
  if (!id->is_int64() || id->get_int64() <= 0) {
    add_error(context, "wrong_type", {{"expected", "id"}});
    return std::nullopt;
  }
  return id->get_int64();
}

void write_file(base::JsonWriter& out, std::int64_t id) {
  out.begin_object();
  out.key("id").integer(id);
  out.key("url").text("/api/v1/files/" + std::to_string(id));
  out.end_object();
}

// Items have no ids of their own in the API: the id is the file's.
class FileType final : public ItemsType {
 public:
  using ItemsType::ItemsType;
  bool is_multi_value(const FieldDef& field) const override { return field.multiple; }
  Comparison comparison(const FieldDef& field) const override { return field.multiple ? Comparison::kSet : Comparison::kNumber; }
  std::vector<Column> columns(const FieldDef& field) const override {
    if (field.multiple) return {};
    return {{"", ColumnKind::kInteger}};
  }
  std::vector<Column> item_columns(const FieldDef& field) const override {
    if (!field.multiple) return {};
    return {{"file", ColumnKind::kInteger, false, true}};
  }
  std::string_view main_item_column(const FieldDef& field) const override { return field.multiple ? "file" : ""; }
  void append_search_text(const FieldDef&, const Value&, std::string&) const override {}

  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    if (context.field.multiple) {
      // The ids inside are the files', not the items'.
      const Value* before = std::exchange(context.before, nullptr);
      auto value = ItemsType::parse(input, context);
      context.before = before;
      return value;
    }
    const auto id = file_id(input, context);
    if (!id) return {};
    return *id;
  }

  void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const override {
    if (field.multiple) {
      ItemsType::write(field, value, out);
    } else if (const auto* id = std::get_if<std::int64_t>(&value)) {
      write_file(out, *id);
    } else {
      out.null();
    }
  }

  std::string display(const FieldDef& field, const Value& value) const override {
    if (field.multiple) return ItemsType::display(field, value);
    const auto* id = std::get_if<std::int64_t>(&value);
    return id ? std::to_string(*id) : std::string();
  }

  int bind(const FieldDef& field, const Value& value, store::Statement& statement, int first) const override {
    if (field.multiple) return 0;
    if (const auto* id = std::get_if<std::int64_t>(&value)) {
      statement.bind(first, *id);
    } else {
      statement.bind_null(first);
    }
    return 1;
  }

  int read(const FieldDef& field, store::Statement& statement, int first, Value& value) const override {
    if (field.multiple) return 0;
    if (statement.is_null(first)) {
      value = std::monostate{};
    } else {
      value = statement.integer(first);
    }
    return 1;
  }

 protected:
  bool parse_item(const json::value& input, const Item*, ParseContext& context, Item& item) const override {
    const auto id = file_id(input, context);
    if (!id) return false;
    item.columns[0] = *id;
    return true;
  }
  void write_item(const FieldDef&, const Item& item, base::JsonWriter& out) const override { write_file(out, item_integer(item, 0)); }
  std::string display_item(const FieldDef&, const Item& item) const override { return std::to_string(item_integer(item, 0)); }
};

}  // namespace

void add_file_types(TypeList& out) {
  out.push_back(std::make_unique<FileType>("file"));
  out.push_back(std::make_unique<FileType>("image"));
}

}  // namespace entity
