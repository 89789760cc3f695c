// Database over SQLite. See sqlite_writer.hpp, sqlite_readers.hpp and sqlite_checkpointer.hpp for the parts.
#pragma once

#include <memory>
#include <string>

#include "server/store/database.hpp"

namespace store::sqlite {

// `path` of the file; created (mode 0600) when missing, its folder is not.
std::unique_ptr<Database> open_database(const std::string& path, const DatabaseOptions& options);

// See store::restore.
void restore(const std::string& path, const std::string& backup_path);

// Copies the database of `source` (settings of a reader) into the file `path`.
struct ConnectionSettings;
void backup(const ConnectionSettings& source, const std::string& path);
std::vector<std::string> check(const ConnectionSettings& source);

}  // namespace store::sqlite
