#include "modules/documents/server/images.hpp"

#include "server/base/text/base64.hpp"

namespace documents {

namespace {

constexpr std::int64_t kMostBytes = 4 << 20;

}  // namespace

ImageReader image_reader(const connect::Files& files) {
  return [&files](store::Connection& connection, std::int64_t id) -> std::string {
    const auto file = entity::find_file(connection, id);
    if (!file || file->size > kMostBytes || !file->mime.starts_with("image/")) return {};
    const auto content = files.open(*file);
    if (!content) return {};
    std::string bytes;
    while (static_cast<std::int64_t>(bytes.size()) < content->size()) {
      const std::string part = content->read(static_cast<std::int64_t>(bytes.size()), static_cast<std::size_t>(kMostBytes));
      if (part.empty()) break;
      bytes += part;
    }
    return "data:" + file->mime + ";base64," + base::to_base64(bytes);
  };
}

}  // namespace documents
