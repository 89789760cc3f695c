// Writes response heads and the server's own problem bodies. No Boost.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/server.hpp"

namespace http::internal {

std::string_view reason_phrase(int status);
// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" (RFC 9110, section 5.6.7).
std::string date_line(std::time_t now);

struct HeadOptions {
  std::string_view date_line;
  std::string_view fixed_lines;        // security headers, each with its line end
  std::optional<std::int64_t> length;  // Content-Length when set
  bool is_chunked = false;
  bool closes = false;           // adds Connection: close
  bool says_keep_alive = false;  // HTTP/1.0 clients want to be told
};

// Appends status line, headers and the empty line. Throws base::Error internal when the handler gave a header that
// would break the message (CR, LF or NUL in it) or one of those that the server sets itself.
void append_head(std::string& out, const Response& response, const HeadOptions& options);

// 1xx, 204 and 304 never have a body (RFC 9110, section 6.4.1).
bool forbids_body(int status);

// Compresses the body with gzip when that is worth it: over kCompressFrom bytes, a text-like type, status 200 and no
// Content-Encoding yet. Sets Content-Encoding and Vary, weakens an ETag. `accept_encoding` is the request's header.
inline constexpr std::size_t kCompressFrom = 8 << 10;
void compress(Response& response, std::string_view accept_encoding);

// The answer when no on_error hook is set, or when the hook itself failed.
void write_plain_problem(Response& response, int status, std::string_view key);

}  // namespace http::internal
