// The background job of entity/schema/schema_work.hpp.
#pragma once

#include "server/entity/module_host.hpp"
#include "server/flow/jobs.hpp"

namespace flow {

// Kind "schema", one at a time over all nodes, queued whenever the metadata changed and left work behind; goes on where it stopped.
// Indexes that cannot be made are errors of the job. Call before the schema is synchronised.
void add_schema_job(Jobs& jobs, entity::Services& services);

}  // namespace flow
