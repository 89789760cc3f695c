#include "server/http/internal/reply.hpp"

#include <array>
#include <charconv>
#include <cstring>

#include <zlib.h>

#include "server/base/error.hpp"
#include "server/http/syntax/url.hpp"

namespace http::internal {
namespace {

constexpr int kGzipLevel = 1;
constexpr int kGzipWindow = 15 + 16;  // zlib: 16 more asks for a gzip frame
constexpr std::size_t kCompressUpTo = 64 << 20;

void append_number(std::string& out, std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end.ptr);
}

bool is_own_header(std::string_view name) {
  return equals_ignoring_case(name, "content-length") || equals_ignoring_case(name, "transfer-encoding") ||
         equals_ignoring_case(name, "connection") || equals_ignoring_case(name, "date") || equals_ignoring_case(name, "content-type");
}

void check_text(std::string_view text) {
  for (const char c : text) {
    if (c == '\r' || c == '\n' || c == '\0') throw base::Error::internal("response header with a control character");
  }
}

bool is_text_like(std::string_view type) {
  type = type.substr(0, type.find(';'));
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("javascript") || type.ends_with("xml") ||
         type.ends_with("csv") || type == "image/svg+xml" || type == "application/wasm";
}

// RFC 9110, section 12.5.3: "gzip" or "*" with a quality other than 0.
bool accepts_gzip(std::string_view header) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    std::string_view item = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view name = trim_blanks(item.substr(0, semicolon));
    if (!equals_ignoring_case(name, "gzip") && name != "*") continue;
    const std::size_t quality = item.find("q=", semicolon);
    if (quality == std::string_view::npos) return true;
    return item.substr(quality + 2).find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

std::optional<std::string> gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, kGzipLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return std::nullopt;
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return std::nullopt;
  return out;
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 499: return "Client Closed Request";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Status";
  }
}

std::string date_line(std::time_t now) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm t{};
  gmtime_r(&now, &t);
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", kDays[t.tm_wday], t.tm_mday,
                                 kMonths[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
  return std::string(text.data(), static_cast<std::size_t>(size));
}

bool forbids_body(int status) { return status == 204 || status == 304 || (status >= 100 && status < 200); }

void append_head(std::string& out, const Response& response, const HeadOptions& options) {
  if (response.status < 200 || response.status > 599) throw base::Error::internal("response status out of range");
  if (response.status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
  } else {
    out += "HTTP/1.1 ";
    append_number(out, response.status);
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\n";
  }
  out += options.date_line;
  out += options.fixed_lines;
  if (!response.content_type.empty() && !forbids_body(response.status)) {
    check_text(response.content_type);
    out += "Content-Type: ";
    out += response.content_type;
    out += "\r\n";
  }
  for (const auto& [name, value] : response.headers) {
    if (name.empty() || is_own_header(name)) throw base::Error::internal("response header set by the server itself: " + name);
    check_text(name);
    check_text(value);
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  if (options.is_chunked) out += "Transfer-Encoding: chunked\r\n";
  if (options.length && !forbids_body(response.status)) {
    out += "Content-Length: ";
    append_number(out, *options.length);
    out += "\r\n";
  }
  if (options.closes) {
    out += "Connection: close\r\n";
  } else if (options.says_keep_alive) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

void compress(Response& response, std::string_view accept_encoding) {
  if (response.status != 200 || response.source || response.shared_body || response.body.size() < kCompressFrom ||
      response.body.size() > kCompressUpTo || !is_text_like(response.content_type)) {
    return;
  }
  for (const auto& [name, value] : response.headers) {
    if (equals_ignoring_case(name, "content-encoding") || equals_ignoring_case(name, "content-range")) return;
  }
  response.set_header("Vary", "Accept-Encoding");
  if (!accepts_gzip(accept_encoding)) return;
  auto packed = gzip(response.body);
  if (!packed || packed->size() >= response.body.size()) return;
  response.body = std::move(*packed);
  response.set_header("Content-Encoding", "gzip");
  for (auto& [name, value] : response.headers) {
    if (equals_ignoring_case(name, "etag") && !value.starts_with("W/")) value.insert(0, "W/");
  }
}

void write_plain_problem(Response& response, int status, std::string_view key) {
  response = Response{};
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = R"({"type":"about:blank","title":")";
  response.body += reason_phrase(status);
  response.body += R"(","status":)" + std::to_string(status) + R"(,"code":")";
  response.body += key;
  response.body += "\"}";
}

}  // namespace http::internal
