// Names of operators and which of them a terminal knows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/entity/read/filter/terminal.hpp"

namespace entity::read {

std::optional<FilterOp> find_operator(std::string_view name);
std::string_view operator_name(FilterOp op);
std::vector<FilterOp> operators_of(const Terminal& terminal);

}  // namespace entity::read
