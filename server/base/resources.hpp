// Files inside the program: locales, entity files, modules' data, schemas, numbering plans, the web interface. The build
// writes them (tools/embed_resources); paths are relative to the repository root ("server/locales/ru.json"), those of the
// web interface begin with "web/", those made by the build with "generated/".
#pragma once

#include <string_view>
#include <vector>

namespace base::resources {

struct Resource {
  std::string_view path;
  std::string_view content;
  std::string_view hash;    // SHA-256 of the content, 64 hexadecimal digits; fit for an ETag
  std::string_view gzip;    // the content compressed beforehand; empty when that does not pay
  std::string_view brotli;  // likewise
};

// All of this lives in the program's image: views stay good for ever, nothing is allocated. Thread-safe.

// nullptr: no such file.
const Resource* find(std::string_view path);
// Content; throws Error internal when there is no such file.
std::string_view get(std::string_view path);
// Files whose path begins with `prefix`, in the order of their bytes.
std::vector<const Resource*> list(std::string_view prefix);

}  // namespace base::resources
