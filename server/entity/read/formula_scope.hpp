// Formulas inside filters: {"formula": "…"} of callers and the FEEL conditions of roles.
#pragma once

#include <string_view>

#include "server/entity/filter.hpp"

namespace entity::read {

// A formula of the caller: fields he may not read are unknown names. Throws Error::field(source, "formula_…").
Filter formula_filter(std::string_view text, const FilterContext& context, const std::string& source);
// A condition of a role, with the system's eyes. One that does not parse any more (a field was removed) is never true.
Filter condition_filter(std::string_view text, const Registry& registry, const EntityDef& entity);

}  // namespace entity::read
