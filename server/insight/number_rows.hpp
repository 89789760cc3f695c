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
  std::int64_t few = 50'000;                                     // records that are read in one go, not in ranges; only tests change it
  std::int64_t most = std::numeric_limits<std::int64_t>::max();  // rows that are wanted; more may come
};

// Living records that pass the filter and that the caller may read, in any order. Inside Database::read; on PostgreSQL rows come in
// parts of some hundred thousand, each held whole. `row` answers false when it wants no more, and asks
// the database nothing. Error deadline_exceeded as of any read.
void read_numbers(const entity::QueryContext& context, const NumberRows& rows, const std::function<bool(const std::int64_t*)>& row);

// Database::read for reports over hundreds of thousands of records: others may help (store/parts.hpp).
void read_report(store::Database& database, const store::ReadOptions& options, const std::function<void(store::Connection&)>& body);
// Threads that read_numbers_in_parts has here: several only inside read_report.
int count_workers(const store::Connection& connection);
// The same as read_numbers by several threads at once: worker 0 is the calling thread, and each calls `row` for itself. `ranges`: an own
// stored number or moment that an index fit for the filter goes by; on SQLite each worker reads ranges of it.
using WorkerRow = std::function<bool(int worker, const std::int64_t* row)>;
void read_numbers_in_parts(const entity::QueryContext& context, const NumberRows& rows, entity::FieldIndex ranges, const WorkerRow& row);

// The fields of these keys. Error internal when there is none such.
std::vector<entity::FieldIndex> fields_of(const entity::EntityDef& entity, std::initializer_list<std::string_view> keys);

}  // namespace insight
