// A nameless temporary file: it goes with its descriptor, whatever happens to the program.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace http::internal {

// Faults throw base::Error unavailable "temporary_file" {reason}.
class TemporaryFile {
 public:
  // `folder` empty: TMPDIR or /tmp.
  explicit TemporaryFile(std::string folder);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void append(std::string_view bytes);
  std::int64_t size() const { return size_; }
  // Up to `max_bytes` from `offset` on.
  std::string read(std::int64_t offset, std::size_t max_bytes) const;
  // All of it as memory that the system may drop and read again; nothing may be appended afterwards.
  std::string_view map();

 private:
  int descriptor_ = -1;
  std::int64_t size_ = 0;
  void* mapped_ = nullptr;
};

}  // namespace http::internal
