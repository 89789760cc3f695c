// A ZIP package in memory (ECMA-376 part 2).
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace print {

// Paths and contents, in this order. Throws Error internal when libzip fails.
std::string zip_package(const std::vector<std::pair<std::string, std::string>>& parts);

}  // namespace print
