// Keyset cursors: the sort keys of the last row, tied to their query by a fingerprint.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/entity/query.hpp"
#include "server/entity/read/filter/sql_writer.hpp"

namespace entity::read {

// Hash of what a cursor belongs to: entity, sort, bin, and the filter. Operands of dates are left out, so that "today"
// may pass midnight between two pages.
std::uint64_t fingerprint(const Query& query, const Registry& registry);

struct Position {
  std::vector<Bind> keys;  // one per sort key; monostate: the row had no value there
  std::int64_t id = 0;
};

// URL-safe text. Not secret and not signed: it holds only values of fields that the caller may sort by, and they are
// bound as parameters.
std::string write_cursor(std::uint64_t fingerprint, const Position& position);
// Throws Error::field("cursor", "bad_cursor") for text that no query made, or another one.
Position read_cursor(std::string_view text, std::uint64_t fingerprint, std::size_t key_count);

}  // namespace entity::read
