#pragma once

#include <memory>

#include "modules/segments/server/keeper.hpp"
#include "server/api/context.hpp"

namespace segments {

// POST /segments/{id}/members {"add": [ids], "remove": [ids]} of a static segment; GET /segments/{id}/moves: who came and went, of records
// the caller may read; GET /record-segments?entity=&id=: the segments of a record and its moves, of segments the caller may read; POST
// /segments/{id}:rebuild.
void add_segment_routes(http::Router& router, api::ApiContext& context, const std::shared_ptr<Keeper>& keeper);

}  // namespace segments
