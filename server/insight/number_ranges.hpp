// Ranges of a field that hold about as many records each, for a read in parts.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "server/entity/read/page/page.hpp"

namespace insight {

struct NumberRanges {
  entity::FieldIndex field = -1;
  std::vector<std::pair<std::int64_t, std::int64_t>> parts;  // from and to, both inclusive; together all that the filter lets pass
  bool has_empty = true;                                     // records without a value may pass

  // Neighbours become one until there are no more than `most`.
  void join(std::size_t most);
};

// Takes what the filter says of the field itself out of `selection`, so that a part is one range of its index. A table of no more than
// `few` ids is one part. Error internal when the field is no stored whole number. SQLite.
NumberRanges take_ranges(const entity::QueryContext& context, entity::read::Selection& selection, entity::FieldIndex field,
                         std::int64_t few);

}  // namespace insight
