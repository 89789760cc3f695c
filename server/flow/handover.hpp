// Handing over what one user answers for to others: when he leaves, or for good reasons before. A job with preview, report and undo.
//
// Parameters of the job "handover": {"from": user, "rule": {"kind": "one", "to": user} | {"kind": "evenly", "to": [users]} |
// {"kind": "rules", "rules": [{"entity": key, "filter": {…}, "to": user}], "rest": user}, "entities": [keys], "only_open": bool,
// "with_client": bool, "switch_off": bool}. Without "entities" every record entity with an owner takes part, and every user field declared
// with "responsibility": true. `with_client` (the default): deals, contacts and activities follow the heir of the client they belong to.
//
// Invariants
// - A slice of records and the point to go on from are one transaction: after a crash nothing is handed over twice and nothing is left out.
// - A record that somebody gave to another user meanwhile stays where it is.
// - Rights are those of whoever started the job: records he may not change are its errors. Switching the account off is the last step; it
//   ends the user's sessions and keys. Undo gives everything back that nobody changed since and switches the account on again.
#pragma once

#include "server/entity/module_host.hpp"
#include "server/flow/jobs.hpp"

namespace flow {

void add_handover(Jobs& jobs, entity::Services& services);
void run_handover(entity::Services& services, JobRun& run);

struct HandoverCount {
  const entity::EntityDef* entity = nullptr;  // of the current metadata
  entity::FieldIndex field = -1;              // the responsibility
  std::int64_t count = 0;
};
// What the job would touch, by entity and field. Throws Error::field for what is wrong with the parameters.
std::vector<HandoverCount> preview_handover(entity::Services& services, const entity::Caller& caller, const json::object& parameters);

}  // namespace flow
