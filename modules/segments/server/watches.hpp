// What a segment's filter depends on: which changes of which records may move which records in or out.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "server/entity/filter.hpp"
#include "server/entity/module_host.hpp"

namespace segments {

// A step from records of one entity to the records of another that depend on them.
struct Hop {
  enum class Kind {
    kPointers,   // records of `entity` whose link `field` points to the present ones (a path through a link, walked back)
    kTargets,    // records that the link `field` of the present ones pointed to before the change or points to now
    kAncestors,  // the present ones and all above them by the link `field` of `entity`
  };
  Kind kind = Kind::kPointers;
  const entity::EntityDef* entity = nullptr;
  entity::FieldIndex field = -1;
};

struct Watch {
  const entity::EntityDef* entity = nullptr;  // whose changes are watched
  std::set<int> fields;                       // by id; with is_any_field: every change
  bool is_any_field = false;
  bool is_everything = false;  // the change may move any record of the segment: the segment is built anew
  std::vector<Hop> hops;       // from a changed record up to records of the segment's entity
};

// A comparison of the filter with the way from its entity up to the segment's.
struct Leaf {
  const entity::Filter* filter = nullptr;
  const entity::EntityDef* entity = nullptr;  // of the last step of the filter's path
  std::vector<Hop> hops;
};

struct Dependencies {
  std::vector<Watch> watches;
  std::vector<Leaf> leaves;                     // in the order of the filter: two parses of one filter give the same
  std::set<const entity::EntityDef*> entities;  // whose records are read
};

// The filter outlives the result. Throws Error::field("filter", …) for what cannot be followed: membership in another segment
// ("segment_in_segment"), formulas that look at the clock ("segment_clock").
Dependencies dependencies_of(const entity::Registry& registry, const entity::EntityDef& entity, const entity::Filter& filter);

}  // namespace segments
