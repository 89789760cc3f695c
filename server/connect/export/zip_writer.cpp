#include "server/connect/export/zip_writer.hpp"

#include <zip.h>

#include "server/base/error.hpp"

namespace connect {

namespace {

// The archive's memory, kept while libzip writes to it.
class Memory {
 public:
  Memory() {
    zip_error_t error;
    zip_error_init(&error);
    source_ = zip_source_buffer_create(nullptr, 0, 0, &error);
    zip_error_fini(&error);
    if (source_ == nullptr) throw base::Error::internal("zip: no memory");
    zip_source_keep(source_);
  }
  ~Memory() { zip_source_free(source_); }
  Memory(const Memory&) = delete;
  zip_source_t* source() { return source_; }

  std::string bytes() {
    std::string out;
    if (zip_source_open(source_) != 0) throw base::Error::internal("zip: cannot be read back");
    zip_source_seek(source_, 0, SEEK_END);
    out.resize(static_cast<std::size_t>(zip_source_tell(source_)));
    zip_source_seek(source_, 0, SEEK_SET);
    const auto read = zip_source_read(source_, out.data(), out.size());
    zip_source_close(source_);
    if (read != static_cast<zip_int64_t>(out.size())) throw base::Error::internal("zip: cannot be read back");
    return out;
  }

 private:
  zip_source_t* source_ = nullptr;
};

}  // namespace

std::string zip_of(const std::vector<ZipEntry>& entries) {
  Memory memory;
  zip_t* archive = zip_open_from_source(memory.source(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  if (archive == nullptr) throw base::Error::internal("zip: cannot be opened");
  for (const auto& entry : entries) {
    zip_source_t* content = zip_source_buffer(archive, entry.content.data(), entry.content.size(), 0);
    if (content == nullptr || zip_file_add(archive, entry.name.c_str(), content, ZIP_FL_ENC_UTF_8) < 0) {
      zip_source_free(content);
      zip_discard(archive);
      throw base::Error::internal("zip: " + entry.name);
    }
  }
  if (zip_close(archive) != 0) {
    zip_discard(archive);
    throw base::Error::internal("zip: cannot be written");
  }
  return memory.bytes();
}

}  // namespace connect
