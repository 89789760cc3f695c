// Files that appear whole or not at all.
#pragma once

#include <string>

namespace store {

// Syncs `partial`, renames it to `path` and syncs the folder. Error unavailable "disk_error".
void publish_file(const std::string& partial, const std::string& path);
// Error unavailable "disk_error" or "disk_full".
void copy_file(const std::string& from, const std::string& to);

}  // namespace store
