// JSON and values of the formula language (docs/reference/formula.md, "JSON").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/entity/formula/value.hpp"

namespace formula {

// Numbers keep all their digits. {"@type": "date", "value": "2026-01-01"} is a date; likewise time, date and time,
// days and time duration, years and months duration, number, range. nullopt: not JSON, too deep (64), or a bad value
// of a named type.
std::optional<Value> value_from_json(std::string_view text);

// Dates, times and durations as their text, numbers as JSON numbers, ranges and functions as text.
void append_json(std::string& out, const Value& value);

}  // namespace formula
