// A behaviour that is a guard too has a word in merges of its entity.
#pragma once

#include "server/entity/value.hpp"

namespace entity {

class MergeGuard {
 public:
  virtual ~MergeGuard() = default;
  // Throws where the record may neither take others in nor give way to one. Inside the transaction of the merge.
  virtual void check_merge(const Record& record) = 0;
};

}  // namespace entity
