// Database over PostgreSQL.
#pragma once

#include <memory>
#include <string>

#include "server/store/database.hpp"

namespace store::postgres {

std::unique_ptr<Database> open_database(const DatabaseOptions& options);

// See store::restore. Runs pg_restore and psql (Error failed_precondition "program_missing" {program} without them).
void restore(const DatabaseOptions& options, const std::string& backup_path);
// Runs pg_dump --format=custom.
void dump(const std::string& address, const std::string& path);

}  // namespace store::postgres
