// The multipart parser in pieces of two sizes: the same parts or the same kind of refusal.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/base/error.hpp"
#include "server/http/syntax/multipart.hpp"

namespace {

std::string describe(std::string_view body, std::size_t piece) {
  http::MultipartLimits limits;
  limits.max_parts = 8;
  limits.max_field_bytes = 512;
  limits.max_file_bytes = 4096;
  std::string out;
  try {
    http::MultipartParser parser("multipart/form-data; boundary=XX", limits);
    for (std::size_t at = 0; at < body.size(); at += piece) parser.feed(body.substr(at, piece));
    for (const auto& part : parser.finish()) {
      out += part.name + "=" + part.value + ";" + part.file_name.value_or("") + ";";
      if (part.file) out += part.file->read(0, 4096);
    }
  } catch (const base::Error&) {
    out = "refused";
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (describe(body, size + 1) != describe(body, 5)) std::abort();
  return 0;
}
