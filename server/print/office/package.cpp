#include "server/print/office/package.hpp"

#include <zip.h>

#include "server/base/error.hpp"

namespace print {

namespace {

[[noreturn]] void fail() { throw base::Error::internal("an Office package could not be written"); }

std::string content_of(zip_source_t* source) {
  zip_stat_t stat;
  if (zip_source_open(source) < 0 || zip_source_stat(source, &stat) < 0) fail();
  std::string out(stat.size, '\0');
  const zip_int64_t count = zip_source_read(source, out.data(), out.size());
  zip_source_close(source);
  if (count != static_cast<zip_int64_t>(out.size())) fail();
  return out;
}

}  // namespace

std::string zip_package(const std::vector<std::pair<std::string, std::string>>& parts) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (target == nullptr) fail();
  zip_source_keep(target);  // read after the archive is closed
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  if (archive == nullptr) fail();
  for (const auto& [path, content] : parts) {
    zip_source_t* part = zip_source_buffer(archive, content.data(), content.size(), 0);  // `parts` outlives the closing
    if (part == nullptr || zip_file_add(archive, path.c_str(), part, ZIP_FL_ENC_UTF_8) < 0) fail();
  }
  if (zip_close(archive) < 0) fail();
  std::string out = content_of(target);
  zip_source_free(target);
  return out;
}

}  // namespace print
