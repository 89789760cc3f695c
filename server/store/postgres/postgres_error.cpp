#include "server/store/postgres/postgres_error.hpp"

#include "server/base/program/log.hpp"

namespace store::postgres {

namespace {

using base::Error;
using base::ErrorCode;

std::string_view field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text ? text : "";
}

// "Key (inn, kpp)=(…) already exists." → "inn,kpp". The values stay out of it.
std::string key_columns(std::string_view detail) {
  std::size_t from = detail.find('(');
  std::size_t to = detail.find(")=(");
  if (from == std::string_view::npos || to == std::string_view::npos || to < from) return {};
  std::string columns;
  for (char c : detail.substr(from + 1, to - from - 1)) {
    if (c != ' ' && c != '"') columns += c;
  }
  return columns;
}

// https://www.postgresql.org/docs/15/errcodes-appendix.html
struct Meaning {
  std::string_view state;  // a whole SQLSTATE or its class
  ErrorCode code;
  std::string_view key;
};
constexpr Meaning kMeanings[] = {
    {"40001", ErrorCode::kUnavailable, "serialization_failure"},
    {"40P01", ErrorCode::kUnavailable, "serialization_failure"},
    {"55P03", ErrorCode::kUnavailable, "database_busy"},
    {"53300", ErrorCode::kUnavailable, "database_busy"},
    {"57014", ErrorCode::kDeadlineExceeded, "query_too_slow"},
    {"53100", ErrorCode::kUnavailable, "disk_full"},
    {"53200", ErrorCode::kResourceExhausted, "memory"},
    {"25006", ErrorCode::kUnavailable, "database_readonly"},
    {"58", ErrorCode::kUnavailable, "disk_error"},
    {"XX001", ErrorCode::kDataLoss, "database_corrupt"},
    {"XX002", ErrorCode::kDataLoss, "database_corrupt"},
    {"22021", ErrorCode::kInvalidArgument, "text_encoding"},
    {"22P05", ErrorCode::kInvalidArgument, "text_encoding"},
    {"54", ErrorCode::kInvalidArgument, "value_too_large"},
    {"57P", ErrorCode::kUnavailable, "database_unreachable"},
    {"08", ErrorCode::kUnavailable, "database_unreachable"},
    {"25P03", ErrorCode::kUnavailable, "database_unreachable"},
};

}  // namespace

Error to_error(const PGresult* result, std::string_view name, std::string_view sql) {
  std::string_view state = field(result, PG_DIAG_SQLSTATE);
  std::string_view message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  base::MessageArgs args{{"query", std::string(name)}};
  if (state == "23505") {
    args.emplace_back("table", field(result, PG_DIAG_TABLE_NAME));
    args.emplace_back("columns", key_columns(field(result, PG_DIAG_MESSAGE_DETAIL)));
    args.emplace_back("index", field(result, PG_DIAG_CONSTRAINT_NAME));
    return Error(ErrorCode::kConflict, "unique_violation", std::move(args));
  }
  if (state == "23503") {
    args.emplace_back("table", field(result, PG_DIAG_TABLE_NAME));
    return Error(ErrorCode::kFailedPrecondition, "foreign_key_violation", std::move(args));
  }
  if (state == "0A000" && message.find("cached plan") != std::string_view::npos) {
    return Error(ErrorCode::kUnavailable, "schema_changed", std::move(args));
  }
  for (const Meaning& meaning : kMeanings) {
    if (state.starts_with(meaning.state)) return Error(meaning.code, std::string(meaning.key), std::move(args));
  }
  return Error::internal("query " + std::string(name) + ": " + std::string(message) + " (" + std::string(state) + "): " + std::string(sql));
}

Error lost_error(std::string_view what) {
  base::log(base::LogLevel::kWarning, "database_connection_lost", {{"what", what}});
  return Error(ErrorCode::kUnavailable, "database_unreachable");
}

bool is_retryable(const Error& error) {
  return error.code() == ErrorCode::kUnavailable && (error.key() == "serialization_failure" || error.key() == "schema_changed");
}

}  // namespace store::postgres
