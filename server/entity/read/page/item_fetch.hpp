// Multi-values of records, all fields in one statement: one round trip instead of one per field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/entity/storage.hpp"
#include "server/entity/value.hpp"
#include "server/store/database.hpp"

namespace entity::read {

// Text of the statement over `tables`; $1 is one record id (`is_single`) or a list of them. Empty without tables.
std::string items_sql(const std::vector<const ItemTable*>& tables, store::Dialect dialect, bool is_single);

// The same rows for one record as a scalar expression that yields JSON text, NULL without items: PostgreSQL brings them
// with the record itself.
std::string items_json_sql(const std::vector<const ItemTable*>& tables);

// By table, in the order given: record id → items in their order; records without items are absent.
using FetchedItems = std::vector<std::unordered_map<std::int64_t, Items>>;
FetchedItems fetch_items(store::Connection& connection, const std::vector<const ItemTable*>& tables, const std::vector<std::int64_t>& ids,
                         const std::string& single_sql);

// What items_json_sql yields.
FetchedItems parse_items(const std::vector<const ItemTable*>& tables, std::string_view json_text);

}  // namespace entity::read
