// Multi-values of records, all fields in one statement: one round trip instead of one per field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/entity/read/page/titles.hpp"
#include "server/entity/storage.hpp"
#include "server/entity/value.hpp"
#include "server/store/database.hpp"

namespace entity::read {

// Text of the statement over `tables`; $1 is one record id (`is_single`) or a list of them. Empty without tables.
std::string items_sql(const std::vector<const ItemTable*>& tables, store::Dialect dialect, bool is_single);

// Tables of items with, for each, the scalar expression of a linked record's title; "": none is brought.
struct ItemsWithTitles {
  std::vector<const ItemTable*> tables;
  std::vector<std::string> titles;
};

// The same rows for one record as a scalar expression that yields JSON text, NULL without items: PostgreSQL brings them,
// and titles that the caller may read in any case, with the record itself.
std::string items_json_sql(const ItemsWithTitles& wanted);

// By table, in the order given: record id → items in their order; records without items are absent.
using FetchedItems = std::vector<std::unordered_map<std::int64_t, Items>>;
FetchedItems fetch_items(store::Connection& connection, const std::vector<const ItemTable*>& tables, const std::vector<std::int64_t>& ids,
                         const std::string& single_sql);

// What items_json_sql yields. Titles that came along are added to `titles`.
FetchedItems parse_items(const ItemsWithTitles& wanted, std::string_view json_text, TitleMap& titles);

}  // namespace entity::read
