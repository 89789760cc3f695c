// The form of text in `__fold` columns.
#pragma once

#include <string>
#include <string_view>

namespace entity::read {

// base::fold cut at the bytes that the column keeps (both databases index it; PostgreSQL refuses long index rows).
std::string folded_text(std::string_view text);

}  // namespace entity::read
