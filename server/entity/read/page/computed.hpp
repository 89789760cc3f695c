// Fields without a column, worked out for the records of a page by the caller's own eyes: roll-ups of the viewer (one statement for
// each field) and formulas over other records.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/entity/query.hpp"

namespace entity::read {

// A computed-on-read field of `entity` that can be shown.
bool is_computed_on_read(const FieldDef& field);

// Record id → JSON text, for every id. A roll-up counts the records that the caller may read; it is null where its own filter or
// value is a field that he may not read. A formula sees null in the place of records and fields that he may not read.
using ComputedValues = std::unordered_map<std::int64_t, std::string>;
ComputedValues compute_on_read(const QueryContext& context, const EntityDef& entity, FieldIndex field,
                               const std::vector<std::int64_t>& ids);

}  // namespace entity::read
