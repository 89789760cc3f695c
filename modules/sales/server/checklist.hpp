// The checklist of a stage on a deal: {"<id of stage_check>": {"by": user id, "at": instant}} of what is done.
#pragma once

#include "server/entity/record_service.hpp"

namespace sales {

// What the caller gave ({"5": true} or {"5": false}) is merged into what was done before: who and when are the program's to say. An unknown
// point is the error "link_not_found" at its path.
void normalize_checklist(entity::SaveContext& save);
// Error "checklist_not_done" {stage, items} when a required point of the stage that is left is open.
void check_checklist(entity::SaveContext& save, const entity::Record& stage);

}  // namespace sales
