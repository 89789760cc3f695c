// A field type: one object per type in server/entity/field_types/<type>.cpp. Everything the engine needs to know of a type
// is asked here; nothing else switches on type names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/value.hpp"
#include "server/store/database.hpp"

namespace entity {

enum class ColumnKind { kInteger, kText, kBlob };
struct Column {
  std::string suffix;  // appended to the field key: "", "__currency", "__sort"; of an item: the column's whole name
  ColumnKind kind = ColumnKind::kText;
  bool derived = false;  // computed from the value when written (__fold, __sort), never read back; of an item: not shown
  bool indexed = false;  // of an item: normalised form with an index of its own
};

// How a field compares in filters and formulas.
enum class Comparison { kNone, kText, kNumber, kBool, kDate, kInstant, kDuration, kChoice, kLink, kSet };

// Rates to the base currency on the record's date; a seam, filled by the module that keeps currencies.
class CurrencyRates {
 public:
  virtual ~CurrencyRates() = default;
  // Base units for one unit of `currency`; nullopt: no rate known.
  virtual std::optional<base::Decimal> rate(std::string_view currency) const = 0;
};

// What parse needs besides the JSON.
struct ParseContext {
  const FieldDef& field;
  const Registry& registry;
  std::string path;                       // for errors: "phones[0].raw"
  std::vector<base::FieldError>* errors;  // collects; parse goes on
  std::vector<Mark>* marks;
  std::string default_region = "RU";  // phones
  // The stored value when a record is changed: items given by "id" take what they do not name from it. nullptr: a new record,
  // ids of items are ignored.
  const Value* before = nullptr;
  const CurrencyRates* rates = nullptr;  // nullptr: foreign money gets the mark "no_rate" and 0 in the base currency
};

class FieldType {
 public:
  virtual ~FieldType() = default;
  virtual std::string_view name() const = 0;
  // Columns in the entity's table (none for multi-values, many_to_many, roll-ups of the viewer).
  virtual std::vector<Column> columns(const FieldDef& field) const = 0;
  // Columns of the child table of a multi-value beside id, record_id, position; empty when not a multi-value.
  virtual std::vector<Column> item_columns(const FieldDef& field) const = 0;
  virtual bool is_multi_value(const FieldDef& field) const = 0;
  virtual Comparison comparison(const FieldDef& field) const = 0;
  // Item column that filters and duplicates mean when only the field is named (phones → e164); empty when not a multi-value.
  virtual std::string_view main_item_column(const FieldDef& field) const = 0;
  // The operand of a filter on an item column in its stored, normalised form ("8 (495) 123-45-67" → "+74951234567").
  virtual std::string item_operand(const FieldDef& field, std::string_view column, std::string_view text) const = 0;

  // JSON of the API → Value; an explicit null gives empty. Errors are added to the context with the right path.
  virtual Value parse(const json::value& input, ParseContext& context) const = 0;
  // Value → JSON of the API. Links are written as {"id","title"} by the record writer, which knows titles.
  virtual void write(const FieldDef& field, const Value& value, base::JsonWriter& out) const = 0;
  // Value → columns, in the order of columns(), bound from parameter `first`; returns the number of parameters.
  virtual int bind(const FieldDef& field, const Value& value, store::Statement& statement, int first) const = 0;
  // Columns starting at `first` (those of columns() that are not derived) → Value; returns the number of columns read.
  virtual int read(const FieldDef& field, store::Statement& statement, int first, Value& value) const = 0;
  // Words put into the search text, already readable; digits for SearchKind::kDigits.
  virtual void append_search_text(const FieldDef& field, const Value& value, std::string& out) const = 0;
  // Short text for titles, audit and conflict dialogs.
  virtual std::string display(const FieldDef& field, const Value& value) const = 0;
  // Extra checks of the declaration itself (unknown settings are refused by the JSON Schema).
  virtual void check_declaration(const FieldDef& field, std::vector<base::FieldError>& errors) const = 0;
};

// nullptr: unknown type.
const FieldType* find_field_type(std::string_view name);
const std::vector<const FieldType*>& all_field_types();

}  // namespace entity
