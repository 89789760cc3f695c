// A row of a table → the values of a record. Doubtful cells are taken with a mark or left out with one; the cell's own text is kept by
// whoever stores the row.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/base/json.hpp"
#include "server/connect/import/analysis.hpp"
#include "server/entity/value.hpp"
#include "server/entity/write/parsed_values.hpp"

namespace connect {

// A record to be found by what is written about it.
struct LinkWish {
  std::string field;    // of the main record
  std::string entity;   // the target; "user" is found by e-mail or name
  std::string text;     // as it stood
  json::object values;  // what is known: name, inn, legal_form …
};

// A further record that the row speaks of: the contact of a company.
struct RelatedWish {
  std::string field;  // many_to_many of the main record
  std::string entity;
  json::object values;
  std::vector<entity::Mark> marks;
};

struct PreparedRow {
  int sheet = 0;
  std::int64_t number = 0;    // as reported
  std::int64_t position = 0;  // rows read so far on all sheets, this one included
  RowKind kind = RowKind::kData;
  std::string cells;  // JSON array of the cells' own texts
  json::object values;
  std::vector<entity::Mark> marks;
  std::vector<LinkWish> links;
  std::vector<RelatedWish> related;
  // Of a table that was exported here: the record, and its version then.
  std::int64_t id = 0, version = 0;
  std::string uid;
  std::vector<std::string> emptied;          // mapped fields whose cells are empty
  std::map<std::string, std::string> texts;  // mapped field → text of its cells, when `id` is given
  // Normal forms by which earlier rows may be the same client: "inn:…", "phone:…", "email:…".
  std::vector<std::string> keys;
  std::string valid_inn;                               // empty: none, or a wrong one
  std::shared_ptr<const entity::ParsedValues> parsed;  // of `values`; nullptr: not parsed beforehand
};

struct RowMakerOptions {
  base::Date today{};
  std::string time_zone = "Europe/Moscow";
  std::string region = "RU";
};

// Not thread-safe. The registry and localizer outlive it.
class RowMaker {
 public:
  RowMaker(const entity::Registry& registry, const entity::EntityDef& entity, const base::Localizer* localizer, RowMakerOptions options);
  // Cells of the columns that are mapped; the row's kind is data.
  PreparedRow make(const Row& row, const SheetPlan& plan) const;
  // The cells' own texts as a JSON array.
  static std::string cells_json(const Row& row);

 private:
  struct Cells;
  void put_code(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_phones(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_emails(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_addresses(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_date(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_number(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_choice(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_bool(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_list(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_text(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_field(const Cells& cells, const entity::FieldDef& field, PreparedRow& out) const;
  void put_names(PreparedRow& out) const;
  void put_person(const std::string& text, json::object& values, std::vector<entity::Mark>& marks, const entity::EntityDef& entity) const;
  void put_linked(const std::string& field_key, const json::object& texts, PreparedRow& out) const;
  void put_fallback_name(PreparedRow& out) const;
  void add_keys(PreparedRow& out) const;
  std::string option_of(const entity::FieldDef& field, const std::string& text) const;

  const entity::Registry& registry_;
  const entity::EntityDef& entity_;
  const base::Localizer* localizer_;
  const RowMakerOptions options_;
};

}  // namespace connect
