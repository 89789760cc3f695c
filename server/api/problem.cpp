#include <atomic>

#include "server/api/context.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/program/log.hpp"

namespace api {

namespace {

std::atomic<std::int64_t> next_bug_number{1};

int status_of(const base::Error& error) {
  switch (error.code()) {
    case base::ErrorCode::kInvalidArgument: return 400;
    case base::ErrorCode::kFailedPrecondition: return 422;
    case base::ErrorCode::kNotFound: return 404;
    case base::ErrorCode::kConflict: return 409;
    case base::ErrorCode::kPermissionDenied: return 403;
    case base::ErrorCode::kUnauthenticated: return 401;
    case base::ErrorCode::kResourceExhausted: return error.key() == "body_too_large" || error.key() == "json_too_large" ? 413 : 429;
    case base::ErrorCode::kDeadlineExceeded: return 504;
    case base::ErrorCode::kCancelled: return 499;
    case base::ErrorCode::kUnavailable: return 503;
    case base::ErrorCode::kDataLoss:
    case base::ErrorCode::kInternal: return 500;
  }
  return 500;
}

void write_body(const base::Error& error, int status, std::int64_t bug, const base::Localizer& localizer, std::string_view language,
                http::Response& response) {
  const std::string key = bug != 0 ? "internal" : error.key();
  response.status = status;
  response.content_type = "application/problem+json";
  base::JsonWriter out(response.body);
  out.begin_object().key("type").text("https://matvey.example/errors/" + key);
  out.key("title").text(localizer.text(language, "error.title." + std::to_string(status)));
  out.key("status").integer(status).key("code").text(key);
  out.key("detail").text(bug != 0 ? localizer.text(language, "error.internal", {{"number", std::to_string(bug)}})
                                  : localizer.error_text(language, error));
  out.key("errors").begin_array();
  for (const auto& field : error.fields()) {
    out.begin_object().key("path").text(field.path).key("code").text(field.code);
    out.key("message").text(localizer.field_error_text(language, field)).end_object();
  }
  out.end_array();
  if (!error.extra_json().empty()) {
    const json::value extra = base::parse_json(error.extra_json(), {128, 64u << 20});
    for (const auto& member : extra.as_object()) out.key({member.key().data(), member.key().size()}).value(member.value());
  }
  out.end_object();
}

}  // namespace

void write_problem(std::exception_ptr thrown, const base::Localizer& localizer, std::string_view language, http::Response& response) {
  try {
    std::rethrow_exception(thrown);
  } catch (const base::Error& error) {
    const int status = status_of(error);
    std::int64_t bug = 0;
    if (error.code() == base::ErrorCode::kInternal || error.code() == base::ErrorCode::kDataLoss) {
      bug = next_bug_number++;
      base::log(base::LogLevel::kError, "internal_error", {{"number", bug}, {"what", std::string_view(error.what())}});
    }
    write_body(error, status, bug, localizer, language, response);
    if (status == 503 || status == 429) response.set_header("Retry-After", "1");
    if (status == 401) response.set_header("WWW-Authenticate", "Bearer");
  } catch (const std::exception& error) {
    const std::int64_t bug = next_bug_number++;
    base::log(base::LogLevel::kError, "internal_error", {{"number", bug}, {"what", std::string_view(error.what())}});
    write_body(base::Error::internal(error.what()), 500, bug, localizer, language, response);
  } catch (...) {
    const std::int64_t bug = next_bug_number++;
    base::log(base::LogLevel::kError, "internal_error", {{"number", bug}, {"what", std::string_view("unknown exception")}});
    write_body(base::Error::internal("unknown exception"), 500, bug, localizer, language, response);
  }
}

}  // namespace api
