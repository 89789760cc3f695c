// What a corrected tax invoice changes, line by line.
#pragma once

#include <vector>

#include "server/base/json.hpp"
#include "server/entity/value.hpp"

namespace documents {

// `lines` and `before_lines` are the JSON of `after` and `before` in a form, in the same order. Each line of the old document with what
// became of it, then lines that are new: {"name","unit","vat_rate","before","after","increase","decrease"}; `before` and `after` are lines
// or null, the last two {"net_amount","vat_amount","amount"}, one of each member "0.00", both null where a
// line's is.
json::array line_changes(const std::vector<entity::Record>& before, const json::array& before_lines,
                         const std::vector<entity::Record>& after, const json::array& lines);

// {"increase","decrease"}: the sums of all changes.
json::object change_totals(const json::array& changes);

}  // namespace documents
