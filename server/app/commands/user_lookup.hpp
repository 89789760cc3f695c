#pragma once

#include <cstdint>
#include <string>

#include "server/app/application.hpp"

namespace app {

// Id of the living user with this e-mail (any case); Error not_found "user_not_found" {email}.
std::int64_t find_user(Application& application, const std::string& email);

}  // namespace app
