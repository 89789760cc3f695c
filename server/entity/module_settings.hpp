// What administrators set for a module.
#pragma once

#include <string_view>

#include "server/base/json.hpp"
#include "server/store/database.hpp"

namespace entity {

// The settings of `module` (its folder's name) as stored; keys that nobody set are absent: their defaults stand in its module.json.
json::object module_settings(store::Connection& connection, std::string_view module);

}  // namespace entity
