// A dotted path as a scalar SQL expression.
#pragma once

#include <string_view>
#include <vector>

#include "server/entity/read/filter/filter_sql.hpp"

namespace entity::read {

// `column` (quoted) of the record that `path` ends in, over a row named `alias`. NULL where a link on the way is empty
// or points to a record in the bin or one that the caller may not read. The path has single links only.
void write_scalar_path(SqlWriter& out, FilterSql& filters, const std::vector<PathStep>& path, std::string_view column,
                       std::string_view alias);

}  // namespace entity::read
