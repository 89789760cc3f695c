// Files inside the program: entity files, locales, modules' data, schemas and the web interface. The build puts them
// there (tools/embed_resources says which); nothing is read from the disk at run time.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace base {

struct Resource {
  std::string_view path;     // from the repository root, "modules/sales/module.json"; the interface is below "web/"
  std::string_view content;  // lives as long as the program, followed by a zero byte
  std::string_view hash;     // SHA-256 of the content, 64 hexadecimal digits; fit for an ETag
  std::string_view gzip;     // the content compressed beforehand; empty when there is no such form
  std::string_view brotli;   // likewise
};

// The file of exactly this path.
std::optional<std::string_view> find_resource(std::string_view path);
// The same with hash and compressed forms.
std::optional<Resource> find_resource_file(std::string_view path);
// All files whose path begins with `prefix` ("modules/", "web/"), sorted by path bytes.
std::vector<Resource> resources_below(std::string_view prefix);

}  // namespace base
