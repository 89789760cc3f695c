// Values of fields in memory and whole records.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/base/decimal.hpp"
#include "server/base/time.hpp"
#include "server/base/uid.hpp"
#include "server/entity/def.hpp"

namespace entity {

struct Money {
  std::int64_t units = 0;       // in the field's scale
  std::string currency;         // ISO 4217
  std::int64_t base_units = 0;  // in the base currency at the record's dated rate
  friend bool operator==(const Money&, const Money&) = default;
};

// link and user: entity is the target's id too, so that link and link_any look alike.
struct Link {
  int entity_id = 0;
  std::int64_t record_id = 0;
  friend bool operator==(const Link&, const Link&) = default;
};

// One row of a multi-value child table. The columns are the type's own (FieldType::item_columns order).
struct Item {
  std::int64_t id = 0;  // 0: new
  std::vector<std::variant<std::monostate, std::int64_t, std::string>> columns;
  friend bool operator==(const Item&, const Item&) = default;
};
using Items = std::vector<Item>;

// monostate: empty (null). int64: integer, bool, decimal units, date days, instant and duration microseconds, file id.
// string: text, choice key, url.
using Value = std::variant<std::monostate, std::int64_t, std::string, Money, Link, Items>;

inline bool is_empty(const Value& v) {
  if (std::holds_alternative<std::monostate>(v)) return true;
  if (const auto* s = std::get_if<std::string>(&v)) return s->empty();
  if (const auto* items = std::get_if<Items>(&v)) return items->empty();
  return false;
}

// A mark of doubt on an accepted value: contract "marks".
struct Mark {
  std::string field, code, raw;
  friend bool operator==(const Mark&, const Mark&) = default;
};

// A record in memory, values by FieldIndex of one registry version. Roll-ups and computed-when-read formulas are not held.
struct Record {
  const EntityDef* entity = nullptr;  // kept alive by the RegistryPtr of the surrounding request or transaction
  std::int64_t id = 0;                // 0: not yet written
  base::Uid uid{};
  std::int64_t version = 0;
  base::Instant created_at{}, updated_at{};
  std::int64_t created_by = 0, updated_by = 0;
  bool deleted = false;
  base::Instant deleted_at{};
  std::vector<Value> values;  // size = entity->fields.size()
  std::vector<Mark> marks;

  const Value& get(std::string_view field) const;  // asserts that the field exists
  const Value& at(FieldIndex index) const { return values[static_cast<std::size_t>(index)]; }
  Value& at(FieldIndex index) { return values[static_cast<std::size_t>(index)]; }
  // Convenience for behaviours; empty or of another kind gives the fallback.
  std::int64_t integer(std::string_view field, std::int64_t fallback = 0) const;
  std::string_view text(std::string_view field) const;
  std::int64_t link_id(std::string_view field) const;  // 0: empty
  void set(std::string_view field, Value value);
};

}  // namespace entity
