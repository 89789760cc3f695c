// What a call answers when it has saved a record.
#pragma once

#include <string>

#include "server/api/context.hpp"

namespace api {

// JSON of the record as the caller may read it. {"id","version"} alone (no version: 0) where he may not, or where the base has no
// connection free within ten seconds: what is saved is never answered with an error, which would ask for it to be saved again.
std::string saved_record(const Call& call, const entity::EntityDef& entity, std::int64_t id, std::int64_t version = 0);

}  // namespace api
