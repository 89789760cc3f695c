// Advice for queries that ran into their deadline.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/entity/filter.hpp"
#include "server/entity/query.hpp"

namespace entity::read {

// Dotted names of own fields in the filter and the sort order that are marked neither filterable nor sortable.
std::vector<std::string> unmarked_fields(const Filter& filter, const std::vector<SortKey>& sort);

// Runs `body`; an interruption at the deadline ("query_too_slow") becomes "query_too_slow_unmarked" {fields} with extra
// {"fields":[…]} when marking fields would help.
void with_advice(const Filter& filter, const std::vector<SortKey>& sort, const std::function<void()>& body);

}  // namespace entity::read
