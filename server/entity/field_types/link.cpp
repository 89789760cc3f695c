// link, user: the target's id; link_any: id and entity id; many_to_many: records of a relation entity.
#include <algorithm>
#include <memory>

#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

// 5 or {"id": 5, …}; what else a link carries (title, entity) is ignored here.
std::optional<std::int64_t> record_id(const json::value& input, ParseContext& context) {
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

class LinkType : public BasicType {
 public:
  using BasicType::BasicType;
  std::vector<Column> columns(const FieldDef&) const override { return {{"", ColumnKind::kInteger}}; }
  Comparison comparison(const FieldDef&) const override { return Comparison::kLink; }

  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    const auto id = record_id(input, context);
    if (!id) return {};
    return Link{target(context.field), *id};
  }

  void write(const FieldDef&, const Value& value, base::JsonWriter& out) const override {
    const auto* link = std::get_if<Link>(&value);
    if (!link) {
      out.null();
      return;
    }
    out.begin_object().key("id").integer(link->record_id).end_object();
  }

  std::string display(const FieldDef&, const Value& value) const override {
    const auto* link = std::get_if<Link>(&value);
    return link ? std::to_string(link->record_id) : std::string();
  }
  void append_search_text(const FieldDef&, const Value&, std::string&) const override {}

  int bind(const FieldDef&, const Value& value, store::Statement& statement, int first) const override {
    if (const auto* link = std::get_if<Link>(&value)) {
      statement.bind(first, link->record_id);
    } else {
      statement.bind_null(first);
    }
    return 1;
  }

  int read(const FieldDef& field, store::Statement& statement, int first, Value& value) const override {
    if (statement.is_null(first)) {
      value = std::monostate{};
    } else {
      value = Link{target(field), statement.integer(first)};
    }
    return 1;
  }

  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    if (field.to.size() != 1) add_declaration_error(errors, field, "to", "one_target");
  }

 protected:
  static int target(const FieldDef& field) { return field.to_ids.empty() ? 0 : field.to_ids.front(); }
};

class LinkAnyType final : public LinkType {
 public:
  using LinkType::LinkType;
  std::vector<Column> columns(const FieldDef&) const override { return {{"", ColumnKind::kInteger}, {"__entity", ColumnKind::kInteger}}; }

  // {"entity": "company", "id": 5}
  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    const auto* object = input.if_object();
    if (!object) {
      add_wrong_type(context, "object");
      return {};
    }
    const auto* name = object->if_contains("entity");
    if (!name) {
      add_member_error(context, "entity", "required");
      return {};
    }
    const auto key = text_of(*name, 200, context, "entity");
    if (!key) return {};
    const auto& targets = context.field.to;
    const auto found = std::find(targets.begin(), targets.end(), *key);
    if (found == targets.end()) {
      std::string valid;
      for (const auto& each : targets) valid += (valid.empty() ? "" : ", ") + each;
      add_member_error(context, "entity", "unknown_entity", {{"value", *key}, {"valid", valid}});
      return {};
    }
    const auto id = record_id(input, context);
    if (!id) return {};
    return Link{context.field.to_ids[static_cast<std::size_t>(found - targets.begin())], *id};
  }

  void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const override {
    const auto* link = std::get_if<Link>(&value);
    if (!link) {
      out.null();
      return;
    }
    out.begin_object().key("entity").text(entity_key(field, link->entity_id)).key("id").integer(link->record_id).end_object();
  }

  std::string display(const FieldDef& field, const Value& value) const override {
    const auto* link = std::get_if<Link>(&value);
    return link ? entity_key(field, link->entity_id) + " " + std::to_string(link->record_id) : std::string();
  }

  int bind(const FieldDef&, const Value& value, store::Statement& statement, int first) const override {
    if (const auto* link = std::get_if<Link>(&value)) {
      statement.bind(first, link->record_id).bind(first + 1, std::int64_t{link->entity_id});
    } else {
      statement.bind_null(first).bind_null(first + 1);
    }
    return 2;
  }

  int read(const FieldDef&, store::Statement& statement, int first, Value& value) const override {
    if (statement.is_null(first)) {
      value = std::monostate{};
    } else {
      value = Link{static_cast<int>(statement.integer(first + 1)), statement.integer(first)};
    }
    return 2;
  }

  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    if (field.to.empty()) add_declaration_error(errors, field, "to", "required");
  }

 private:
  static std::string entity_key(const FieldDef& field, int id) {
    for (std::size_t i = 0; i < field.to_ids.size(); ++i) {
      if (field.to_ids[i] == id) return field.to[i];
    }
    return "?";
  }
};

// The items are the records of the relation entity that point here; the one column is the target's id.
class ManyToManyType final : public ItemsType {
 public:
  using ItemsType::ItemsType;
  std::vector<Column> item_columns(const FieldDef&) const override { return {{"id", ColumnKind::kInteger, false, true}}; }
  std::string_view main_item_column(const FieldDef&) const override { return "id"; }
  void append_search_text(const FieldDef&, const Value&, std::string&) const override {}

  // [1, {"id": 2}]; a repeated target is taken once. A target that is linked already keeps its relation record.
  Value parse(const json::value& input, ParseContext& context) const override {
    auto value = ItemsType::parse(input, context);
    auto* items = std::get_if<Items>(&value);
    if (!items) return value;
    const auto* stored = context.before ? std::get_if<Items>(context.before) : nullptr;
    Items unique;
    for (auto& item : *items) {
      const auto is_same = [&](const Item& other) { return other.columns == item.columns; };
      if (std::any_of(unique.begin(), unique.end(), is_same)) continue;
      if (stored) {
        const auto found = std::find_if(stored->begin(), stored->end(), is_same);
        if (found != stored->end()) item.id = found->id;
      }
      unique.push_back(std::move(item));
    }
    return unique;
  }

  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    if (field.through.empty()) add_declaration_error(errors, field, "through", "required");
  }

 protected:
  bool parse_item(const json::value& input, const Item*, ParseContext& context, Item& item) const override {
    const auto id = record_id(input, context);
    if (!id) return false;
    item.columns[0] = *id;
    return true;
  }
  void write_item(const FieldDef&, const Item& item, base::JsonWriter& out) const override {
    out.begin_object().key("id").integer(item_integer(item, 0)).end_object();
  }
  std::string display_item(const FieldDef&, const Item& item) const override { return std::to_string(item_integer(item, 0)); }
};

}  // namespace

void add_link_types(TypeList& out) {
  out.push_back(std::make_unique<LinkType>("link"));
  out.push_back(std::make_unique<LinkType>("user"));
  out.push_back(std::make_unique<LinkAnyType>("link_any"));
  out.push_back(std::make_unique<ManyToManyType>("many_to_many"));
}

}  // namespace entity
