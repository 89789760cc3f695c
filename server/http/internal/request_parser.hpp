// Beast's HTTP/1.1 parser behind a push interface without Boost, with the checks that Beast leaves to its caller:
// no Transfer-Encoding but "chunked", no repeated Content-Length or Host, no folded headers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http::internal {

// Why a request is refused. The status is RFC 9110's.
struct ParseFault {
  int status = 0;        // 0: no fault
  const char* key = "";  // locale key below "error."
  explicit operator bool() const { return status != 0; }
};

// Views point into the text given to parse_head.
struct RequestHead {
  std::string_view method;
  std::string_view target;
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  bool is_http_11 = true;
  bool keeps_alive = true;
  bool expects_continue = false;
  bool has_body() const { return is_chunked || content_length.value_or(0) > 0; }
};

class RequestParser {
 public:
  RequestParser();
  ~RequestParser();

  // Length of the head in `input` including its empty line, 0 while incomplete. `scanned` is where the last search
  // ended; the caller keeps it, and sets it to 0 for a new request.
  static std::size_t find_head(std::string_view input, std::size_t& scanned);
  // True when the first bytes can no longer become a request line; saves waiting for the end of garbage.
  static bool is_garbage(std::string_view input);

  // `text` is exactly one head as find_head measured it. `head` is reused: its vector keeps its capacity.
  ParseFault parse_head(std::string_view text, RequestHead& head);

  struct Fed {
    std::size_t consumed = 0;  // the rest must be fed again with more bytes behind it
    bool is_done = false;
    ParseFault fault;
  };
  // Appends decoded body bytes to `body`. More than `limit` bytes in all: fault 413.
  Fed feed_body(std::string_view input, std::string& body, std::uint64_t limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace http::internal
