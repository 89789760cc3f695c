// Addresses for people without an account (web forms): outside /api/v1, without sign-in, errors as problem+json unless the handler makes
// pages of them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/context.hpp"
#include "server/connect/files/file_store.hpp"

namespace api {

using OpenHandler = std::function<void(ApiContext&, const http::Request&, http::Response&)>;
// Runs on the write pool. `pattern` as http::Router::add takes it.
void add_open_route(http::Router& router, ApiContext& context, http::Method method, std::string_view pattern, OpenHandler handler,
                    std::int64_t max_body_bytes = 1 << 20);

struct SentFile {
  std::string field, name;
  std::int64_t size = 0;
  connect::ContentReader content;
};
// What a form of HTML sends: multipart/form-data or urlencoded. Of a value that is repeated the last one counts; files without content are
// left out.
struct SentForm {
  std::map<std::string, std::string> values;
  std::vector<SentFile> files;
};
// Errors as http::parse_multipart throws them; invalid_argument "query_encoding".
SentForm read_form(const http::Request& request, std::int64_t max_file_bytes);

}  // namespace api
