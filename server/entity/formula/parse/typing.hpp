// Rules of static typing, apart from the grammar.
#pragma once

#include <optional>

#include "server/entity/formula/parse/ast.hpp"

namespace formula {

// Result of a ∘ b; nullopt when the operands can never go together.
std::optional<Type> arithmetic_type(Op op, const Type& a, const Type& b);
bool can_equal(const Type& a, const Type& b);
bool can_order(const Type& a, const Type& b);
// Type of value.name for everything but contexts with known fields; nullopt: no such property.
std::optional<Type> property_type(const Type& type, std::string_view name);
Type type_of(const Value& value);

}  // namespace formula
