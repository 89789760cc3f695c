// One exception type of the whole program; see docs/internals/style.md, "Errors".
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/json_fwd.hpp"

namespace base {

// Meaning, HTTP status at the API border.
enum class ErrorCode {
  kInvalidArgument,     // wrong in any state: 400
  kFailedPrecondition,  // right request, wrong state: 422
  kNotFound,            // also for records the user may not see: 404
  kConflict,            // version or uniqueness: 409
  kPermissionDenied,    // 403
  kUnauthenticated,     // 401
  kResourceExhausted,   // limits and throttling: 429 (413 for a body)
  kDeadlineExceeded,    // 504
  kCancelled,           // 499
  kUnavailable,         // retry may help: 503
  kDataLoss,            // 500
  kInternal,            // our bug: 500
};

// snake_case name used in problem+json "code" and in logs, e.g. "invalid_argument".
std::string_view error_code_name(ErrorCode code);

// Named values put into a localised text: {"limit", "1000"} fills {limit}.
using MessageArgs = std::vector<std::pair<std::string, std::string>>;

// What is wrong with one field of the input. `code` is the last part of the locale key
// `error.field.<code>` (ru and en), e.g. "required", "too_long", "check_digit".
struct FieldError {
  std::string path;  // as in the contract: "phones[0].raw"; empty for the whole body
  std::string code;
  MessageArgs args;
};

// Thrown where a fault is detected, caught only at a border. The text is not built here: `key` is a
// locale key below "error." (e.g. "version_conflict"), rendered in the user's language at the border.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string key, MessageArgs args = {});
  // One or several field errors; key "validation", code invalid_argument.
  explicit Error(std::vector<FieldError> fields);
  static Error field(std::string path, std::string code, MessageArgs args = {});
  // Our bug: `what` goes to the log, never to the user.
  static Error internal(std::string what);

  ErrorCode code() const { return code_; }
  const std::string& key() const { return key_; }
  const MessageArgs& args() const { return args_; }
  const std::vector<FieldError>& fields() const { return fields_; }
  const char* what() const noexcept override { return what_.c_str(); }

  // Extra members of the problem+json body ("candidates", "current", "valid"), JSON text of an object or empty.
  const std::string& extra_json() const { return extra_json_; }
  Error& with_extra_json(std::string object_text);

 private:
  ErrorCode code_;
  std::string key_;
  MessageArgs args_;
  std::vector<FieldError> fields_;
  std::string extra_json_;
  std::string what_;
};

}  // namespace base
