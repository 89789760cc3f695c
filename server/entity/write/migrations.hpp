// Engine tables of the writing side: audit, outbox, shares, idempotency, positions of consumers.
#pragma once

#include <vector>

#include "server/store/database.hpp"

namespace entity {

// Numbers 20–29; see docs/internals/engine.md §2 for the meaning of the columns.
const std::vector<store::Migration>& write_migrations();

}  // namespace entity
