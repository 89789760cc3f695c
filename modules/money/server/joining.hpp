// A payment that a person entered becomes the one that the bank's file brought: it gets the key, the statement and the details of that
// line, and keeps what it pays.
#pragma once

#include "server/entity/query.hpp"

namespace money {

// Whether it can become that of `line` (payment_values, stored_values): posted, of no file, of its direction and sum.
bool may_join(const entity::Record& entered, const json::object& line);
// What is written into `entered`: of the values of the line those that it takes over. With its version and what the decision hangs on, so
// that it is refused when those changed since.
json::object joined_values(const entity::Registry& registry, const json::object& line, const entity::Record& entered);
// A stored payment from a file as payment_values made it, as far as it is still true.
json::object stored_values(const entity::Record& payment);

}  // namespace money
