// Where the bytes of files lie, addressed by their SHA-256. A port: the folder of this machine today, a shared folder or an
// S3-like store when several nodes serve one base.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace connect {

// Up to `max_bytes` of a content from `offset` on; empty at its end.
using ContentReader = std::function<std::string(std::int64_t offset, std::size_t max_bytes)>;

class StoredContent {
 public:
  virtual ~StoredContent() = default;
  virtual std::int64_t size() const = 0;
  // Error unavailable "disk_error".
  virtual std::string read(std::int64_t offset, std::size_t max_bytes) const = 0;
};

// Thread-safe. Hashes are 64 lower-case hexadecimal digits.
class FileStore {
 public:
  virtual ~FileStore() = default;
  // Durable when it returns (the file and its folders are synced). Content already there is only marked as new again.
  // Errors unavailable "disk_full", "disk_error".
  virtual void put(std::string_view hash, const ContentReader& content) = 0;
  virtual bool has(std::string_view hash) const = 0;
  virtual std::unique_ptr<StoredContent> open(std::string_view hash) const = 0;  // nullptr: not there
  // Removes content that was last put at least `age` ago.
  virtual void remove_older(std::string_view hash, std::chrono::seconds age) = 0;
};

std::string hash_of(const ContentReader& content);

// FOLDER/aa/bb/<the rest of the hash>; folders are made with mode 0700.
std::unique_ptr<FileStore> make_folder_store(std::string folder);

}  // namespace connect
