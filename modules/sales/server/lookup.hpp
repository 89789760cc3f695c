// Records that a behaviour or a job of sales needs beside its own, found as the system.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/json.hpp"
#include "server/entity/query.hpp"
#include "server/entity/record_service.hpp"

namespace sales {

template <typename T>
json::object equals(std::string_view field, const T& value) {
  return {{"field", field}, {"op", "eq"}, {"value", value}};
}
json::object all_of(std::initializer_list<json::object> parts);

// Ids of living records that pass the filter, ascending, at most `limit`.
std::vector<std::int64_t> find_records(const entity::QueryContext& context, std::string_view entity_key, const json::value& filter,
                                       int limit);
std::vector<std::int64_t> find_records(entity::SaveContext& save, std::string_view entity_key, const json::value& filter, int limit);
std::vector<std::int64_t> find_passing(entity::SaveContext& save, std::string_view entity_key, std::vector<entity::Filter> all, int limit);
// {"items": […]} of a query's body.
json::array query_rows(const entity::QueryContext& context, std::string_view entity_key, const json::object& body);

// Texts of a field of tags.
std::vector<std::string> tag_texts(const entity::Record& record, std::string_view field);
// The object in a json field; empty when there is none.
json::object json_of(const entity::Record& record, std::string_view field);

// 0 when there is none.
std::int64_t default_pipeline(entity::SaveContext& save);
// First stage of the pipeline that is of `kind`, of any kind when the pipeline has none such; "": of any kind.
std::int64_t first_stage(entity::SaveContext& save, std::int64_t pipeline_id, std::string_view kind = {});
// Head of the user's department, or of one above it, other than himself; 0: none.
std::int64_t head_of(const entity::QueryContext& context, std::int64_t user_id);

}  // namespace sales
