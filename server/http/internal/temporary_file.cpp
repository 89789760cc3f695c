#include "server/http/internal/temporary_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/error.hpp"

namespace http::internal {
namespace {

[[noreturn]] void refuse() { throw base::Error(base::ErrorCode::kUnavailable, "temporary_file", {{"reason", std::strerror(errno)}}); }

}  // namespace

TemporaryFile::TemporaryFile(std::string folder) {
  if (folder.empty()) {
    const char* variable = std::getenv("TMPDIR");
    folder = variable && *variable ? variable : "/tmp";
  }
  descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor_ >= 0) return;
  std::string path = folder + "/matvey-XXXXXX";  // file systems without O_TMPFILE
  descriptor_ = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor_ < 0) refuse();
  ::unlink(path.c_str());
}

TemporaryFile::~TemporaryFile() {
  if (mapped_) ::munmap(mapped_, static_cast<std::size_t>(size_));
  ::close(descriptor_);
}

void TemporaryFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse();
    size_ += written;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string TemporaryFile::read(std::int64_t offset, std::size_t max_bytes) const {
  if (offset < 0 || offset >= size_) return {};
  std::string out(static_cast<std::size_t>(std::min<std::int64_t>(size_ - offset, static_cast<std::int64_t>(max_bytes))), '\0');
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t size = ::pread(descriptor_, out.data() + done, out.size() - done, offset + static_cast<std::int64_t>(done));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) refuse();
    done += static_cast<std::size_t>(size);
  }
  return out;
}

std::string_view TemporaryFile::map() {
  if (size_ == 0) return {};
  if (!mapped_) {
    void* memory = ::mmap(nullptr, static_cast<std::size_t>(size_), PROT_READ, MAP_PRIVATE, descriptor_, 0);
    if (memory == MAP_FAILED) refuse();
    mapped_ = memory;
  }
  return {static_cast<const char*>(mapped_), static_cast<std::size_t>(size_)};
}

}  // namespace http::internal
