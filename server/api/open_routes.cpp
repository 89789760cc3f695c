#include "server/api/open_routes.hpp"

#include "server/base/error.hpp"
#include "server/http/syntax/multipart.hpp"
#include "server/http/syntax/url.hpp"

namespace api {

namespace {

constexpr std::size_t kMostParts = 100;

}  // namespace

void add_open_route(http::Router& router, ApiContext& context, http::Method method, std::string_view pattern, OpenHandler handler,
                    std::int64_t max_body_bytes) {
  http::RouteOptions options;
  options.runs_on = http::RunsOn::kWritePool;
  options.max_body_bytes = max_body_bytes;
  router.add(
      method, pattern,
      [&context, handler = std::move(handler)](const http::Request& request, http::Response& response) {
        try {
          handler(context, request, response);
        } catch (...) {
          response = http::Response{};
          write_problem(std::current_exception(), context.localizer, language_of(request), response);
        }
      },
      options);
}

SentForm read_form(const http::Request& request, std::int64_t max_file_bytes) {
  SentForm sent;
  if (!request.header("Content-Type").starts_with("multipart/form-data")) {
    http::QueryPairs pairs;
    if (!http::parse_query(request.body, pairs)) throw base::Error(base::ErrorCode::kInvalidArgument, "query_encoding");
    for (auto& [name, value] : pairs) sent.values[name] = std::move(value);
    return sent;
  }
  http::MultipartLimits limits;
  limits.max_parts = kMostParts;
  limits.max_file_bytes = max_file_bytes;
  for (auto& part : http::parse_multipart(request, limits)) {
    if (!part.file) {
      sent.values[part.name] = std::move(part.value);
    } else if (part.file->size() > 0) {
      const auto file = std::make_shared<http::SpooledFile>(std::move(*part.file));
      sent.files.push_back({part.name, part.file_name.value_or(""), file->size(),
                            [file](std::int64_t offset, std::size_t most) { return file->read(offset, most); }});
    }
  }
  return sent;
}

}  // namespace api
