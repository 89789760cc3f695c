// What imports, web hooks and notices keep about a person who is erased (flow/erasure.hpp): the rows of imported tables that speak of
// him and the table they stood in, what was sent to other programs, notices that name him.
#pragma once

#include "server/flow/erasure.hpp"

namespace connect {

flow::FindTraces erased_traces(const base::Clock& clock);  // `clock` outlives it

}  // namespace connect
