// PostgreSQL's errors as errors of the program.
#pragma once

#include <postgresql/libpq-fe.h>

#include <string>
#include <string_view>

#include "server/base/error.hpp"

namespace store::postgres {

// The error that a failed result means; see Database::write for the keys. Besides those: unavailable
// "serialization_failure" and "schema_changed" (run again). `name` is the query's name.
base::Error to_error(const PGresult* result, std::string_view name, std::string_view sql);

// The connection is gone: unavailable "database_unreachable"; libpq's text goes to the log only.
base::Error lost_error(std::string_view what);

// Worth running the whole closure again.
bool is_retryable(const base::Error& error);

}  // namespace store::postgres
