// Records as rows of whole numbers, for figures that SQL cannot reckon well: what a report needs of hundreds of thousands of records,
// handed over one by one and never held as text.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <vector>

#include "server/entity/query.hpp"

namespace insight {

// Stands for an empty value.
inline constexpr std::int64_t kNoNumber = std::numeric_limits<std::int64_t>::min();

struct NumberRows {
  const entity::EntityDef* entity = nullptr;
  entity::Filter filter;
  // Own single-valued fields that are stored: numbers, dates and moments as filters compare them (money: the amount in the base
  // currency in units of its scale; moments: microseconds), yes and no as 1 and 0, links as ids, choices as Option::id (0: a key that
  // is no option any more). Anything else: Error internal. The row has one number more, the record's id, in front.
  std::vector<entity::FieldIndex> fields;
  bool may_be_many = true;                                       // false: some ten thousand at most, by an index
  bool wants_ids = true;                                         // false: the number in front is anything
  std::int64_t most = std::numeric_limits<std::int64_t>::max();  // rows that are wanted; more may come
};

// Living records that pass the filter and that the caller may read, in any order. Inside Database::read; on PostgreSQL rows come in
// parts of four million ids, each held whole. `row` answers false when it wants no more, and asks
// the database nothing. Error deadline_exceeded as of any read.
void read_numbers(const entity::QueryContext& context, const NumberRows& rows, const std::function<bool(const std::int64_t*)>& row);

// The fields of these keys. Error internal when there is none such.
std::vector<entity::FieldIndex> fields_of(const entity::EntityDef& entity, std::initializer_list<std::string_view> keys);

}  // namespace insight
