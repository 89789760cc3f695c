#include "modules/documents/server/images.hpp"

#include <sodium.h>

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
    std::string encoded(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(encoded.data(), encoded.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    encoded.pop_back();  // the terminating zero
    return "data:" + file->mime + ";base64," + encoded;
  };
}

}  // namespace documents
