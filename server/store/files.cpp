#include "server/store/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "server/base/error.hpp"

namespace store {

namespace {
[[noreturn]] void fail(int code) {
  throw base::Error(base::ErrorCode::kUnavailable, code == ENOSPC || code == EDQUOT ? "disk_full" : "disk_error");
}

void sync(const std::string& path, int flags) {
  int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) fail(errno);
  int result = ::fsync(file);
  int code = errno;
  ::close(file);
  if (result != 0) fail(code);
}
}  // namespace

void publish_file(const std::string& partial, const std::string& path) {
  sync(partial, O_RDWR);
  if (::rename(partial.c_str(), path.c_str()) != 0) fail(errno);
  std::string folder = std::filesystem::path(path).parent_path().string();
  sync(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
}

void copy_file(const std::string& from, const std::string& to) {
  std::error_code code;
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, code);
  if (code) fail(code.value());
}

}  // namespace store
