// Records that a behaviour needs beside its own, found inside the save's transaction as the system.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/entity/record_service.hpp"

namespace clients {

// Ids of living records that pass the filter, ascending, at most `limit`.
std::vector<std::int64_t> find_records(entity::SaveContext& save, std::string_view entity_key, const json::value& filter, int limit);

template <typename T>
json::object equals(std::string_view field, const T& value) {
  return {{"field", field}, {"op", "eq"}, {"value", value}};
}
json::object all_of(std::initializer_list<json::object> parts);

}  // namespace clients
