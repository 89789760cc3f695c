// What field types have in common: defaults for single values, checked reading of JSON and of items.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/json.hpp"
#include "server/entity/field_type.hpp"

namespace entity {

// A type without items; families override what differs.
class BasicType : public FieldType {
 public:
  explicit BasicType(std::string_view name) : name_(name) {}
  std::string_view name() const override { return name_; }
  std::vector<Column> item_columns(const FieldDef&) const override { return {}; }
  bool is_multi_value(const FieldDef&) const override { return false; }
  std::string_view main_item_column(const FieldDef&) const override { return {}; }
  std::string item_operand(const FieldDef&, std::string_view, std::string_view text) const override { return std::string(text); }
  void append_search_text(const FieldDef& field, const Value& value, std::string& out) const override;
  void check_declaration(const FieldDef&, std::vector<base::FieldError>&) const override {}

 private:
  std::string_view name_;  // a literal
};

// One BIGINT column holding an int64 value.
class IntegerColumnType : public BasicType {
 public:
  using BasicType::BasicType;
  std::vector<Column> columns(const FieldDef& field) const override;
  int bind(const FieldDef& field, const Value& value, store::Statement& statement, int first) const override;
  int read(const FieldDef& field, store::Statement& statement, int first, Value& value) const override;
};

// One TEXT column holding a string value, without companions.
class TextColumnType : public BasicType {
 public:
  using BasicType::BasicType;
  std::vector<Column> columns(const FieldDef& field) const override;
  void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const override;
  std::string display(const FieldDef& field, const Value& value) const override;
  int bind(const FieldDef& field, const Value& value, store::Statement& statement, int first) const override;
  int read(const FieldDef& field, store::Statement& statement, int first, Value& value) const override;
};

// A single value in its own column or, when the field is a multi-value, items in a child table. Types give the columns
// of an item and parse one item; arrays, ids and binding are done here.
class ItemsType : public BasicType {
 public:
  using BasicType::BasicType;
  std::vector<Column> columns(const FieldDef&) const override { return {}; }
  bool is_multi_value(const FieldDef&) const override { return true; }
  Comparison comparison(const FieldDef&) const override { return Comparison::kSet; }
  Value parse(const json::value& input, ParseContext& context) const override;
  void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const override;
  int bind(const FieldDef&, const Value&, store::Statement&, int) const override { return 0; }
  int read(const FieldDef&, store::Statement&, int, Value&) const override { return 0; }
  std::string display(const FieldDef& field, const Value& value) const override;

 protected:
  // `input` is one element, context.path names it; `before` is the stored item with the given id or nullptr. False: an
  // error was added, or nothing is there (an empty element is left out).
  virtual bool parse_item(const json::value& input, const Item* before, ParseContext& context, Item& item) const = 0;
  virtual void write_item(const FieldDef& field, const Item& item, base::JsonWriter& out) const = 0;
  virtual std::string display_item(const FieldDef& field, const Item& item) const = 0;
};

inline constexpr std::size_t kMaxItems = 200;

// Errors of the current path (or of a member of it), collected in the context.
void add_error(ParseContext& context, std::string_view code, base::MessageArgs args = {});
void add_member_error(ParseContext& context, std::string_view member, std::string_view code, base::MessageArgs args = {});
// "wrong_type" {expected}: text, number, boolean, object, array.
void add_wrong_type(ParseContext& context, std::string_view expected);
void add_mark(ParseContext& context, std::string_view code, std::string_view raw);

// Valid UTF-8 without NUL, at most `max_length` code points; otherwise an error and nullopt. `member` extends the path.
std::optional<std::string> check_text(std::string_view text, std::int64_t max_length, ParseContext& context, std::string_view member = {});
// As check_text, of a JSON string; another type is an error.
std::optional<std::string> text_of(const json::value& input, std::int64_t max_length, ParseContext& context, std::string_view member = {});
// Only ASCII white space, or nothing.
bool is_blank(std::string_view text);

// Members of an item object. A missing member keeps what `before` has in that column.
struct ItemMembers {
  const json::object& object;
  const Item* before;
  ParseContext& context;
  // Member as text into column `index`; null or blank empties it.
  bool text(std::string_view member, std::size_t index, std::int64_t max_length, Item& item) const;
  // One of `valid` (field kinds or the type's own).
  bool kind(std::size_t index, const std::vector<std::string_view>& defaults, Item& item) const;
  // Error "unknown_member" for anything not listed.
  bool check_names(std::initializer_list<std::string_view> known) const;
};

std::string_view item_text(const Item& item, std::size_t index);
std::int64_t item_integer(const Item& item, std::size_t index, std::int64_t fallback = 0);
// Writes "name": text or null.
void write_text_member(base::JsonWriter& out, std::string_view name, std::string_view text);

// Decimal input: text or JSON number. Errors: wrong_type, not_a_number, too_precise {scale}, out_of_range.
std::optional<std::int64_t> decimal_units(const json::value& input, int scale, ParseContext& context, std::string_view member = {});
// Error too_small {min} / too_large {max}, given in the type's JSON text form.
void check_range(std::int64_t units, int scale, ParseContext& context);

void add_declaration_error(std::vector<base::FieldError>& errors, const FieldDef& field, std::string_view property, std::string_view code,
                           base::MessageArgs args = {});

// Limits of a field of numbers that are no numbers, or none of this scale.
void check_number_limits(const FieldDef& field, int scale, std::vector<base::FieldError>& errors);

// Families, each in its file; the registry of types asks them once.
using TypeList = std::vector<std::unique_ptr<FieldType>>;
void add_text_types(TypeList& out);
void add_rich_text_type(TypeList& out);
void add_number_types(TypeList& out);
void add_money_type(TypeList& out);
void add_temporal_types(TypeList& out);
void add_choice_types(TypeList& out);
void add_link_types(TypeList& out);
void add_phone_type(TypeList& out);
void add_email_type(TypeList& out);
void add_messenger_type(TypeList& out);
void add_url_type(TypeList& out);
void add_address_type(TypeList& out);
void add_file_types(TypeList& out);
void add_tags_type(TypeList& out);
void add_json_type(TypeList& out);
void add_computed_types(TypeList& out);

}  // namespace entity
