// Mass change and mass delete of records as a job with undo.
#pragma once

#include "server/entity/module_host.hpp"
#include "server/flow/jobs.hpp"

namespace flow {

// Kinds "mass_change" {entity, filter | ids, and what record_changes.hpp says} and "mass_change.undo". Rights are the user's own: records
// he may not change are errors of the job. Every audit row carries the job's id, which is what undo follows.
void add_mass_change(Jobs& jobs, entity::Services& services);

// Undoes every audited change that carries the number of the job in the run's parameters {job}, newest first. Each slice and its
// checkpoint are one transaction: what a crash interrupted goes on where it stopped, nothing is undone twice.
void undo_job_changes(entity::Services& services, JobRun& run);

struct MassChangePreview {
  std::int64_t count = 0;
  std::vector<std::int64_t> sample;  // at most 20 ids
};
// What the job would touch. Throws as parse_filter does.
MassChangePreview preview_mass_change(entity::Services& services, const entity::Caller& caller, const json::object& parameters);

}  // namespace flow
