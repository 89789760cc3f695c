// The engine at work in somebody's name.
#pragma once

#include "server/entity/caller.hpp"

namespace entity {

// Every right, and fields that only the program writes; audited under the name, way and address of `person`.
Caller on_behalf_of(const Caller& person);

}  // namespace entity
