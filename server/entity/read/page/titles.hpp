// Titles of linked records as JSON text, one statement per entity.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "server/entity/query.hpp"

namespace entity::read {

// Entity → id → JSON text ("null" until fetched).
using TitleMap = std::unordered_map<int, std::unordered_map<std::int64_t, std::string>>;

// Fills in the titles the caller may read; all others stay null. Users are colleagues: everyone who is signed in sees
// their names.
void fetch_titles(const QueryContext& context, TitleMap& titles);

}  // namespace entity::read
