// Text functions that SQLite's own do not do beyond ASCII: mv_lower, mv_upper, mv_fold (base::fold), mv_length (code
// points). Null for null; formulas compiled to SQL use them.
#pragma once

#include <sqlite3.h>

namespace store::sqlite {

void register_text_functions(sqlite3* handle);

}  // namespace store::sqlite
