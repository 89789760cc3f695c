#include "server/app/commands/password_file.hpp"

#include <fstream>

#include "server/base/error.hpp"

namespace app {

std::string read_password(const std::string& path) {
  std::ifstream in(path);
  std::string password;
  if (!in || !std::getline(in, password))
    throw base::Error(base::ErrorCode::kFailedPrecondition, "password_file_missing", {{"path", path}});
  if (!password.empty() && password.back() == '\r') password.pop_back();
  return password;
}

}  // namespace app
