// Which tokens of a query are rare. An index walks the list of every token it is asked for, so two rare ones narrow
// nearly as well as all of them at a fifth of the cost (1 000 000 companies, SQLite 3.40, 2026-11: "огданова" 0.3 ms instead of
// 3.9).
#pragma once

#include <string>
#include <vector>

#include "server/entity/def.hpp"
#include "server/store/database.hpp"

namespace entity {

// The rarest and, for `most` = 2, the rarest that is no neighbour of it, as far as is known from where the hundredth newest
// document with each token lies. That is remembered for some minutes: it chooses a way to search, never an answer.
std::vector<std::string> rarest_tokens(store::Connection& connection, const EntityDef& entity, std::vector<std::string> tokens,
                                       std::size_t most);

// PostgreSQL: one of the tokens, or every one of the owners' tokens, is not among those its statistics call frequent (half a percent of
// the rows); false where there are none. It takes any unknown token for more frequent than most are, and then walks all rows from the
// newest on rather than ask the index: 97 ms instead of 0.2 for a rare one (100 000 contacts, 2026-11).
bool has_rare_token(store::Connection& connection, const EntityDef& entity, const std::vector<std::string>& tokens,
                    const std::vector<std::string>& owner_tokens);

}  // namespace entity
