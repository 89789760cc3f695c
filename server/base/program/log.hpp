// Structured log: one JSON object a line on standard error (or readable lines on a terminal). No personal data: ids, never
// names, phones, texts of requests or SQL parameters.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace base {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view name;
  std::variant<std::int64_t, double, std::string_view, bool> value;
};

// Thread-safe. `event` is snake_case and constant ("request", "slow_query", "job_failed").
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
void set_log_level(LogLevel level);
// "json" or "text".
void set_log_format(std::string_view format);
// Number of records at kError since start; a test run fails when it is not zero.
std::int64_t logged_errors();

}  // namespace base
