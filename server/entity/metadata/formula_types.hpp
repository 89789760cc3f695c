// Static types of fields in formulas.
#pragma once

#include "server/entity/def.hpp"
#include "server/entity/formula/type.hpp"

namespace entity {

// Links are records whose fields are known when a path first needs them. The registry outlives the type.
formula::Type formula_type(const Registry& registry, const FieldDef& field);

}  // namespace entity
