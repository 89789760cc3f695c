// A behaviour that is a finder too tells which records a new one may repeat though no declared key agrees.
#pragma once

#include <string>
#include <vector>

#include "server/entity/record_service.hpp"

namespace entity {

struct AlikeRecord {
  std::int64_t id = 0;
  std::vector<std::string> reasons;  // the fields that say so
};

class AlikeFinder {
 public:
  virtual ~AlikeFinder() = default;
  // Asked of new records where duplicates are looked for, after validation; rights are not its business.
  virtual std::vector<AlikeRecord> find_alike(SaveContext& save) = 0;
};

}  // namespace entity
