// Words in quotes that a formula takes for options of a choice: `stage.kind = "lost"`, `source in ("web", "call")`,
// `list contains(relations, "client")`, and the results of a formula that fills a choice. A word that is no option is a slip of the pen
// that would silently never be true.
#pragma once

#include <optional>

#include "server/entity/def.hpp"
#include "server/entity/formula/formula.hpp"

namespace entity {

// The first such word, as the error "unknown_option" {value, valid} at its place. `result`: the choice field that the formula fills, or
// nullptr. Hidden options count: records still hold them.
std::optional<formula::FormulaError> find_unknown_option(const formula::Formula& formula, const Registry& registry, const EntityDef& entity,
                                                         const FieldDef* result = nullptr);

}  // namespace entity
