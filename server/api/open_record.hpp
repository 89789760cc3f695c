// The record that a call acts on.
#pragma once

#include "server/api/context.hpp"

namespace api {

// The living record of entity `kind` whose id is the first parameter of the path, when the caller may do `action` with it. Errors:
// not_found where he may not read it, permission_denied otherwise.
entity::Record open_record(Call& call, std::string_view kind, entity::Action action);

}  // namespace api
