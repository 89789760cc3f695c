#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "server/app/application.hpp"
#include "server/base/error.hpp"
#include "server/base/uid.hpp"

namespace app {

DataFolder::DataFolder(std::string path, bool create) : path_(std::move(path)) {
  std::error_code error;
  if (create && !std::filesystem::exists(path_)) {
    std::filesystem::create_directories(path_, error);
    if (error) throw base::Error(base::ErrorCode::kUnavailable, "data_folder_not_made", {{"path", path_}, {"reason", error.message()}});
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, error);
  }
  if (!std::filesystem::is_directory(path_))
    throw base::Error(base::ErrorCode::kFailedPrecondition, "data_folder_missing", {{"path", path_}});
}

DataFolder::~DataFolder() {
  if (lock_ >= 0) ::close(lock_);
}

void DataFolder::lock() {
  const std::string file = path_ + "/matvey.lock";
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    throw base::Error(base::ErrorCode::kFailedPrecondition, "data_folder_busy", {{"path", path_}});
  }
}

std::string DataFolder::node() const {
  const std::string file = path_ + "/node";
  std::string name;
  std::ifstream(file) >> name;
  if (!name.empty()) return name;
  base::SystemRandom random;
  name = base::random_token(random, 9);
  std::ofstream(file) << name << "\n";
  return name;
}

}  // namespace app
