// The record service of the program.
#pragma once

#include <memory>

#include "server/entity/catalog.hpp"
#include "server/entity/record_service.hpp"

namespace entity {

// All arguments outlive the service.
std::unique_ptr<RecordService> make_record_service(store::Database& database, Catalog& catalog, const base::Clock& clock,
                                                   base::Random& random);

}  // namespace entity
