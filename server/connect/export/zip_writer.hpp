// ZIP archives made in memory (PKWARE APPNOTE 6.3, written by libzip): for answers of a few files.
#pragma once

#include <string>
#include <vector>

namespace connect {

struct ZipEntry {
  std::string name;  // path inside the archive, UTF-8; made distinct by the caller
  std::string content;
};

// Error internal when libzip refuses.
std::string zip_of(const std::vector<ZipEntry>& entries);

}  // namespace connect
