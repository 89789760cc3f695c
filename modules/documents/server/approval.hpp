// Who may send which discounts.
#pragma once

#include <vector>

#include "server/entity/questions.hpp"

namespace documents {

// No unit of a line costs less than the catalogue's price with the larger of its own discount and the caller's limit; a line without a
// product is held to the limit alone. Quotes already approved for their discounts pass. `context.caller` is whose limit counts.
bool may_send(const entity::QueryContext& context, const entity::Questions& questions, const entity::Record& document);
// Users named in the limits, themselves or by a role, whose limit covers the largest discount.
std::vector<std::int64_t> approvers_of(const entity::QueryContext& context, const entity::Record& document);

}  // namespace documents
