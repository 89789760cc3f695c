#include "server/base/error.hpp"

namespace base {

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kFailedPrecondition: return "failed_precondition";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kPermissionDenied: return "permission_denied";
    case ErrorCode::kUnauthenticated: return "unauthenticated";
    case ErrorCode::kResourceExhausted: return "resource_exhausted";
    case ErrorCode::kDeadlineExceeded: return "deadline_exceeded";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kDataLoss: return "data_loss";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

namespace {

// Names only: values of arguments may be personal data and what() may reach the log.
std::string describe(ErrorCode code, std::string_view key) {
  std::string what{error_code_name(code)};
  what += ": ";
  what += key;
  return what;
}

}  // namespace

Error::Error(ErrorCode code, std::string key, MessageArgs args)
    : code_(code), key_(std::move(key)), args_(std::move(args)), what_(describe(code_, key_)) {}

Error::Error(std::vector<FieldError> fields)
    : code_(ErrorCode::kInvalidArgument), key_("validation"), fields_(std::move(fields)), what_(describe(code_, key_)) {
  for (const FieldError& field : fields_) {
    what_ += ' ';
    what_ += field.path;
    what_ += '=';
    what_ += field.code;
  }
}

Error Error::field(std::string path, std::string code, MessageArgs args) {
  std::vector<FieldError> fields;
  fields.push_back({std::move(path), std::move(code), std::move(args)});
  return Error(std::move(fields));
}

Error Error::internal(std::string what) {
  Error error(ErrorCode::kInternal, "internal");
  error.what_ = std::move(what);
  return error;
}

Error& Error::with_extra_json(std::string object_text) {
  extra_json_ = std::move(object_text);
  return *this;
}

}  // namespace base
