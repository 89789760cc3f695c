#include "server/http/server.hpp"
#include "server/http/syntax/url.hpp"

namespace http {

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return std::string_view(value);
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (!equals_ignoring_case(key, "cookie")) continue;
    if (auto found = find_cookie(value, name)) return found;
  }
  return std::nullopt;
}

}  // namespace http
