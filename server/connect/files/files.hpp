// Files of the program: taking them in, handing them out, letting go of what nobody holds.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/base/time.hpp"
#include "server/connect/files/file_store.hpp"
#include "server/entity/files.hpp"
#include "server/store/database.hpp"

namespace connect {

struct Upload {
  std::string name;  // as the sender named it; folders and control characters are removed
  ContentReader content;
  std::int64_t user_id = 0;
};

// Thread-safe.
class Files {
 public:
  // `database` and `clock` outlive it.
  Files(store::Database& database, const base::Clock& clock, std::unique_ptr<FileStore> store, std::int64_t max_bytes)
      : database_(database), clock_(clock), store_(std::move(store)), max_bytes_(max_bytes) {}

  // The content is durable before its row is. Field errors "file": file_too_large {limit}, file_empty.
  entity::FileRow add(const Upload& upload);
  // nullptr: the content is gone from the store, which is a loss.
  std::unique_ptr<StoredContent> open(const entity::FileRow& file) const { return store_->open(file.hash); }
  // Removes rows whose time has passed and content that no row names any more; returns the number of rows.
  std::int64_t remove_expired();
  // An upload that something other than a record needs stays until it is released, then goes like one that no record took.
  void hold(std::int64_t id);
  void release(std::int64_t id);
  std::int64_t max_bytes() const { return max_bytes_; }

 private:
  std::vector<std::string> take_expired(base::Instant now, std::int64_t& removed);

  store::Database& database_;
  const base::Clock& clock_;
  std::unique_ptr<FileStore> store_;
  const std::int64_t max_bytes_;
};

// The last path component without control characters, at most 255 code points; "file" when nothing is left.
std::string clean_file_name(std::string_view name);

}  // namespace connect
