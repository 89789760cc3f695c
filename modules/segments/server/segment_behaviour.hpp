#pragma once

#include "server/entity/module_host.hpp"

namespace segments {

// Checks a segment when it is saved: its entity and filter are good ("unknown_entity", what parse_filter says), and its author may read
// everything that the filter asks for ("segment_needs_full_read" {entity}): who may see a segment learns by it what he might not read.
class SegmentBehaviour final : public entity::Behaviour {
 public:
  void check(entity::SaveContext& save) override;
};

}  // namespace segments
