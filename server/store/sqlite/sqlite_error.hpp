// SQLite's result codes as errors of the program.
#pragma once

#include <sqlite3.h>

#include <string_view>

namespace store::sqlite {

// Throws the base::Error that `code` (an extended result code of `handle`) means; see Database::write for the keys.
// `name` is the query's name. `handle` may be null.
[[noreturn]] void throw_error(sqlite3* handle, int code, std::string_view name, std::string_view sql);

}  // namespace store::sqlite
