// Text functions that SQLite's own do not do beyond ASCII: mv_lower, mv_upper, mv_fold (base::fold), mv_length (code
// points). Null for null; formulas compiled to SQL use them. mv_in_set($n, id): whether the set bound by
// Statement::bind_id_set holds the id.
#pragma once

#include <sqlite3.h>

namespace store::sqlite {

// The type of pointers that mv_in_set takes (sqlite3_bind_pointer).
inline constexpr const char* kIdSetPointer = "store::IdSet";

void register_functions(sqlite3* handle);

}  // namespace store::sqlite
