// auto_number, formula, roll_up and the built-in uid: values that nobody types.
#include <memory>

#include "server/base/uid.hpp"
#include "server/entity/field_types/basic_type.hpp"

namespace entity {

namespace {

// Prefix and digits of a series, given by the engine when the record is made. `read_only` keeps people from typing it.
class AutoNumberType final : public TextColumnType {
 public:
  using TextColumnType::TextColumnType;
  Comparison comparison(const FieldDef&) const override { return Comparison::kText; }
  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    auto text = text_of(input, 100, context);
    if (!text || is_blank(*text)) return {};
    return *std::move(text);
  }
};

// Stored and written as its result type; the field's scale and options serve the result.
class ComputedType final : public BasicType {
 public:
  using BasicType::BasicType;
  std::vector<Column> columns(const FieldDef& field) const override {
    if (field.computed_on_read || !field.result_type) return {};
    return field.result_type->columns(field);
  }
  Comparison comparison(const FieldDef& field) const override {
    return field.result_type ? field.result_type->comparison(field) : Comparison::kNone;
  }
  // Only the engine writes it (FieldDef::read_only); roll-ups come in as JSON of their result type.
  Value parse(const json::value& input, ParseContext& context) const override {
    return context.field.result_type ? context.field.result_type->parse(input, context) : Value{};
  }
  void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const override {
    if (field.result_type) {
      field.result_type->write(field, value, out);
    } else {
      out.null();
    }
  }
  int bind(const FieldDef& field, const Value& value, store::Statement& statement, int first) const override {
    return field.computed_on_read ? 0 : field.result_type->bind(field, value, statement, first);
  }
  int read(const FieldDef& field, store::Statement& statement, int first, Value& value) const override {
    return field.computed_on_read ? 0 : field.result_type->read(field, statement, first, value);
  }
  void append_search_text(const FieldDef& field, const Value& value, std::string& out) const override {
    if (field.result_type && !is_empty(value)) field.result_type->append_search_text(field, value, out);
  }
  std::string display(const FieldDef& field, const Value& value) const override {
    return field.result_type ? field.result_type->display(field, value) : std::string();
  }
  void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const override {
    if (name() == "formula" && field.expression.empty()) add_declaration_error(errors, field, "expression", "required");
    if (!field.result_type) {
      add_declaration_error(errors, field, "result", "unknown_type", {{"value", field.result}});
    } else if (field.result_type->is_multi_value(field) || field.result_type == this) {
      add_declaration_error(errors, field, "result", "not_supported", {{"value", field.result}});
    }
  }
};

// Built-in only; 16 bytes in the table, the canonical text in memory.
class UidType final : public BasicType {
 public:
  using BasicType::BasicType;
  std::vector<Column> columns(const FieldDef&) const override { return {{"", ColumnKind::kBlob}}; }
  Comparison comparison(const FieldDef&) const override { return Comparison::kText; }
  Value parse(const json::value& input, ParseContext& context) const override {
    if (input.is_null()) return {};
    const auto text = text_of(input, 100, context);
    if (!text) return {};
    const auto uid = base::parse_uid(*text);
    if (!uid) {
      add_error(context, "bad_uid");
      return {};
    }
    return base::to_string(*uid);
  }
  void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const override {
    if (is_empty(value)) {
      out.null();
    } else {
      out.text(display(field, value));
    }
  }
  std::string display(const FieldDef&, const Value& value) const override {
    const auto* text = std::get_if<std::string>(&value);
    return text ? *text : std::string();
  }
  void append_search_text(const FieldDef&, const Value&, std::string&) const override {}
  int bind(const FieldDef&, const Value& value, store::Statement& statement, int first) const override {
    const auto* text = std::get_if<std::string>(&value);
    const auto uid = text ? base::parse_uid(*text) : std::nullopt;
    if (uid) {
      statement.bind_blob(first, std::string_view(reinterpret_cast<const char*>(uid->data()), uid->size()));
    } else {
      statement.bind_null(first);
    }
    return 1;
  }
  int read(const FieldDef&, store::Statement& statement, int first, Value& value) const override {
    value = std::monostate{};
    const auto bytes = statement.is_null(first) ? std::string_view() : statement.blob(first);
    base::Uid uid;
    if (bytes.size() == uid.size()) {
      std::copy(bytes.begin(), bytes.end(), uid.begin());
      value = base::to_string(uid);
    }
    return 1;
  }
};

}  // namespace

void add_computed_types(TypeList& out) {
  out.push_back(std::make_unique<AutoNumberType>("auto_number"));
  out.push_back(std::make_unique<ComputedType>("formula"));
  out.push_back(std::make_unique<ComputedType>("roll_up"));
  out.push_back(std::make_unique<UidType>("uid"));
}

}  // namespace entity
