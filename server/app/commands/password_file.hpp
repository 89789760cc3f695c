// Passwords come in files or on standard input, never on the command line, where other users of the machine could read them.
#pragma once

#include <string>

namespace app {

// First line of the file without its end; Error failed_precondition "password_file_missing" {path}.
std::string read_password(const std::string& path);

}  // namespace app
