// Saves of which a part was done beforehand: by those who write many new records in their own transactions.
#pragma once

#include "server/entity/record_service.hpp"
#include "server/entity/write/id_pool.hpp"
#include "server/entity/write/parsed_values.hpp"

namespace entity {

struct SaveAhead {
  IdPool* ids = nullptr;                 // where new ids come from; nullptr: the store, one by one
  const ParsedValues* parsed = nullptr;  // of the very values that are saved
};

// The record service of the program is one of these too.
class RecordsAhead {
 public:
  virtual ~RecordsAhead() = default;
  // As RecordService::create_in; what `ahead` names outlives the call.
  virtual SaveResult create_ahead_in(store::Connection& connection, const Caller& caller, const EntityDef& entity,
                                     const json::object& values, const SaveOptions& options, const SaveAhead& ahead) = 0;
};

}  // namespace entity
