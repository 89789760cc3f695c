// Formulas inside filters: {"formula": "…"} of callers and the FEEL conditions of roles.
#pragma once

#include <string>
#include <string_view>

#include "server/entity/filter.hpp"
#include "server/entity/read/filter/filter_sql.hpp"

namespace entity::read {

// A formula of the caller: fields he may not read are unknown names, and what cannot be compiled is refused here.
// Throws Error::field(source, "formula_…" | "unknown_field").
Filter formula_filter(std::string_view text, const FilterContext& context, const std::string& source);
// A condition of a role, with the system's eyes. One that cannot be used (any more) is never true.
Filter condition_filter(std::string_view text, const Registry& registry, const EntityDef& entity);

// Condition over a row named `alias`.
void write_formula(SqlWriter& out, FilterSql& filters, const Filter& filter, const EntityDef& entity, std::string_view alias);
// `as_system`: paths are followed without the caller's rights.
bool formula_matches(const Filter& filter, const Record& record, const FilterContext& context, RecordResolver* resolver, bool as_system);

}  // namespace entity::read
