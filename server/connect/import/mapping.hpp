// Which column of a table becomes which field: found by the words of its header, by its content, by a ready mapping or by memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/json.hpp"
#include "server/base/program/localizer.hpp"
#include "server/connect/import/values/dates.hpp"
#include "server/entity/def.hpp"

namespace connect {

// Where a column goes: a field ("phones"), a field of a linked record ("company.inn", "contacts.name"), a built-in one ("id", "uid",
// "version") or nowhere ("").
struct ColumnMapping {
  std::string column;  // as its header says, or "A", "B" … without a header
  int index = 0;       // from 0
  std::string target;
  std::string kind;  // of multi-values; empty: none
  DateOrder date_order = DateOrder::kDayFirst;
  // What stands in the cells → what is read instead; compared folded. For words that are not those of the field's options.
  std::vector<std::pair<std::string, std::string>> replacements;
};

struct Mapping {
  std::string name;  // of a ready or remembered one; empty: found anew
  std::vector<ColumnMapping> columns;
  json::array to_json() const;
  static std::vector<ColumnMapping> from_json(const json::array& columns);
};

// Words of a header joined by blanks, folded: «E-mail (раб.)» → «e mail раб».
std::string header_key(std::string_view header);

// A column as the mapper sees it.
struct ColumnSample {
  std::string header;
  std::vector<std::string> values;  // some that are not blank
};

// Knows the words for fields of one entity: data/headers.json and the labels of its fields.
class HeaderWords {
 public:
  // `localizer` may be nullptr: without labels.
  HeaderWords(const entity::Registry& registry, const entity::EntityDef& entity, const base::Localizer* localizer);
  // Target of a header; nullopt: unknown word. "" for columns known to hold nothing («№»).
  std::optional<std::string> target_of(std::string_view header) const;
  // «Итого», «Всего клиентов: 560».
  bool is_total(std::string_view text) const;
  // «Итого по региону Тверь»: a total when there is nothing but numbers beside it.
  bool is_subtotal(std::string_view text) const;
  // «Регион: Центр», «Оптовики:»: a heading over the rows that follow.
  bool is_group_heading(std::string_view text) const;

  // The whole mapping of a table: exact words, then beginnings of words, then what the values look like. A target that holds one value
  // is given once.
  Mapping map(const std::vector<ColumnSample>& columns) const;
  // True when the field exists (and the linked one).
  bool is_target(std::string_view target) const;

 private:
  struct Guess {
    std::string target;
    int score = 0;
  };
  Guess guess_by_header(const std::string& key) const;
  // False when the values of a column tell that its heading meant something else («Номер договора» is no telephone).
  bool fits_values(const Guess& guess, const ColumnSample& column) const;
  std::string guess_by_values(const ColumnSample& column) const;
  // The column of names in a table without headings: the first with words in it that hardly repeat. -1: none.
  int guess_names(const std::vector<ColumnSample>& columns, const Mapping& mapping) const;
  std::string kind_of(std::string_view target, const std::string& key) const;
  bool holds_several(std::string_view target) const;

  const entity::Registry& registry_;
  const entity::EntityDef& entity_;
  std::vector<std::pair<std::string, std::string>> words_;  // header key → target
};

// The ready mapping of another program for an entity ("bitrix24", "amocrm", "1c"); nullopt: none of that name.
std::optional<Mapping> ready_mapping(std::string_view name, std::string_view entity, const std::vector<std::string>& headers);
std::vector<std::string> ready_mapping_names(std::string_view entity);

// One hash of all header keys, by which a mapping is remembered.
std::string header_fingerprint(const std::vector<std::string>& headers);

}  // namespace connect
