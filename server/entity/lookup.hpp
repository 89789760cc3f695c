// Look-ups that the logic of modules makes: filters built in code, and the records that pass them.
#pragma once

#include <string_view>
#include <vector>

#include "server/entity/filter.hpp"
#include "server/entity/query.hpp"
#include "server/entity/value.hpp"

namespace entity {

// `field` compared with values in their stored form (dates as days, links as Link). The field exists.
Filter where(const EntityDef& entity, std::string_view field, FilterOp op, std::vector<Value> values);
inline Filter where(const EntityDef& entity, std::string_view field, Value value) {
  return where(entity, field, FilterOp::kEq, std::vector<Value>{std::move(value)});
}
// Living records that pass, with the rights of the context's caller, by ascending id; at most `limit`.
std::vector<Record> find_records(const QueryContext& context, const EntityDef& entity, const Filter& filter, int limit = 1000);
// Whether the context's caller may do `action` with the living record.
bool may_reach(const QueryContext& context, const EntityDef& entity, std::int64_t id, Action action = Action::kRead);

}  // namespace entity
