// Records that leads and forms need beside their own, found as the system.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "server/base/json.hpp"
#include "server/entity/query.hpp"
#include "server/entity/record_service.hpp"

namespace intake {

template <typename T>
json::object equals(std::string_view field, const T& value) {
  return {{"field", field}, {"op", "eq"}, {"value", value}};
}
json::object all_of(std::initializer_list<json::object> parts);

// Ids of living records that pass the filter, ascending, at most `limit`.
std::vector<std::int64_t> find_records(const entity::QueryContext& context, std::string_view entity_key, const json::value& filter,
                                       int limit);
std::optional<entity::Record> load(const entity::QueryContext& context, std::string_view entity_key, std::int64_t id);
std::vector<std::string> item_texts(const entity::Record& record, std::string_view field);
entity::Caller process_caller();

}  // namespace intake
