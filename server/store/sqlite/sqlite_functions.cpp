#include "server/store/sqlite/sqlite_functions.hpp"

#include <string>
#include <string_view>

#include "server/base/text/text.hpp"
#include "server/store/id_set.hpp"

namespace store::sqlite {

namespace {

bool argument(sqlite3_value** values, std::string_view& text, int index = 0) {
  if (sqlite3_value_type(values[index]) == SQLITE_NULL) return false;
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(values[index]));
  text = {bytes, static_cast<std::size_t>(sqlite3_value_bytes(values[index]))};
  return bytes != nullptr;
}

template <std::string (*map)(std::string_view)>
void map_text(sqlite3_context* context, int, sqlite3_value** values) {
  std::string_view text;
  if (!argument(values, text)) return;
  try {
    const std::string out = map(text);
    sqlite3_result_text(context, out.data(), static_cast<int>(out.size()), SQLITE_TRANSIENT);
  } catch (...) {  // no exception may pass through SQLite
    sqlite3_result_error_nomem(context);
  }
}

void length(sqlite3_context* context, int, sqlite3_value** values) {
  std::string_view text;
  if (argument(values, text)) sqlite3_result_int64(context, static_cast<sqlite3_int64>(base::length(text)));
}

void without_lines(sqlite3_context* context, int, sqlite3_value** values) {
  std::string_view text, endings;
  if (!argument(values, text) || !argument(values, endings, 1)) return;
  try {
    const std::string out = base::without_lines(text, endings);
    sqlite3_result_text(context, out.data(), static_cast<int>(out.size()), SQLITE_TRANSIENT);
  } catch (...) {
    sqlite3_result_error_nomem(context);
  }
}

void in_set(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* ids = static_cast<const IdSet*>(sqlite3_value_pointer(values[0], kIdSetPointer));
  sqlite3_result_int(context, ids != nullptr && ids->contains(sqlite3_value_int64(values[1])) ? 1 : 0);
}

}  // namespace

void register_functions(sqlite3* handle) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  const auto add = [&](const char* name, void (*function)(sqlite3_context*, int, sqlite3_value**), int arguments = 1) {
    sqlite3_create_function_v2(handle, name, arguments, kFlags, nullptr, function, nullptr, nullptr, nullptr);
  };
  add("mv_lower", map_text<base::to_lower>);
  add("mv_upper", map_text<base::to_upper>);
  add("mv_fold", map_text<base::fold>);
  add("mv_length", length);
  add("mv_without_lines", without_lines, 2);
  add("mv_in_set", in_set, 2);
}

}  // namespace store::sqlite
