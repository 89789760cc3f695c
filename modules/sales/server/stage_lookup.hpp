// Pipelines and stages as deals need them.
#pragma once

#include <cstdint>
#include <optional>

#include "server/entity/record_service.hpp"

namespace sales {

// 0 when there is none.
std::int64_t default_pipeline(entity::SaveContext& save);
std::int64_t first_stage(entity::SaveContext& save, std::int64_t pipeline_id);

}  // namespace sales
