#include "server/http/internal/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "server/http/syntax/url.hpp"

namespace http::internal {
namespace {

namespace beast = boost::beast;
using beast::http::error;
using ErrorCode = beast::error_code;

constexpr ParseFault kMalformed{400, "malformed_request"};
constexpr std::size_t kMaxHeaders = 200;
constexpr std::size_t kLongestMethod = 24;

std::string_view to_std(beast::string_view text) { return {text.data(), text.size()}; }

bool is_token_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '!' || c == '#' ||
         c == '$' || c == '%' || c == '&' || c == '\'' || c == '*' || c == '+' || c == '.' || c == '^' || c == '`' || c == '|' || c == '~';
}

ParseFault fault_of(const ErrorCode& code) {
  if (code == error::header_limit) return {431, "header_too_large"};
  if (code == error::body_limit) return {413, "body_too_large"};
  if (code == error::bad_version) return {505, "http_version"};
  return kMalformed;
}

class Parser final : public beast::http::basic_parser<true> {
 public:
  void begin(RequestHead& head, std::string_view text) {
    head_ = &head;
    text_ = text;
  }
  void body_into(std::string& body, std::uint64_t limit) {
    body_ = &body;
    limit_ = limit;
  }
  ParseFault fault;

 private:
  using Field = beast::http::field;

  void refuse(ParseFault why, ErrorCode& code) {
    fault = why;
    code = error::bad_value;
  }

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int, ErrorCode&) override {
    head_->method = to_std(method);
    head_->target = to_std(target);
  }

  void on_field_impl(Field field, beast::string_view name, beast::string_view value, ErrorCode& code) override {
    if (!head_) return;  // a trailer: read and forgotten
    const std::string_view text = to_std(value);
    // A folded value (RFC 9112, section 5.2) was put together in a temporary buffer: refused as the section allows.
    if (!text.empty() && (text.data() < text_.data() || text.data() >= text_.data() + text_.size())) {
      return refuse(kMalformed, code);
    }
    if (head_->headers.size() == kMaxHeaders) return refuse({431, "header_too_large"}, code);
    if (field == Field::content_length) {
      if (has_length_ || text.find_first_not_of("0123456789") != std::string_view::npos) return refuse(kMalformed, code);
      has_length_ = true;
    } else if (field == Field::transfer_encoding) {
      // RFC 9112, section 6.1: both lengths, or a coding that we do not know, smell of request smuggling.
      if (has_coding_ || !equals_ignoring_case(text, "chunked")) return refuse({501, "transfer_encoding"}, code);
      has_coding_ = true;
    } else if (field == Field::host) {
      if (has_host_) return refuse(kMalformed, code);
      has_host_ = true;
    } else if (field == Field::expect) {
      if (!equals_ignoring_case(text, "100-continue")) return refuse({417, "expectation_failed"}, code);
      head_->expects_continue = true;
    }
    head_->headers.emplace_back(to_std(name), text);
  }

  void on_header_impl(ErrorCode& code) override {
    const bool is_11 = (version_is_11());
    if ((has_length_ && has_coding_) || (is_11 && !has_host_) || (!is_11 && has_coding_)) return refuse(kMalformed, code);
    head_ = nullptr;
  }

  bool version_is_11() const;

  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(beast::string_view bytes, ErrorCode& code) override { return append(bytes, code); }
  void on_chunk_header_impl(std::uint64_t size, beast::string_view, ErrorCode& code) override {
    if (size > limit_ - body_->size()) code = error::body_limit;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, ErrorCode& code) override { return append(bytes, code); }
  void on_finish_impl(ErrorCode&) override {}
  void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}

  std::size_t append(beast::string_view bytes, ErrorCode& code) {
    if (bytes.size() > limit_ - body_->size()) {
      code = error::body_limit;
      return 0;
    }
    body_->append(bytes.data(), bytes.size());
    return bytes.size();
  }

  RequestHead* head_ = nullptr;
  std::string_view text_;
  std::string* body_ = nullptr;
  std::uint64_t limit_ = 0;
  bool has_length_ = false, has_coding_ = false, has_host_ = false;
};

// keep_alive() is the only public view of the version; the request line itself says it plainly.
bool Parser::version_is_11() const {
  const std::size_t end = text_.find("\r\n");
  return end != std::string_view::npos && end > 0 && text_[end - 1] == '1';
}

}  // namespace

struct RequestParser::Impl {
  std::optional<Parser> parser;
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::find_head(std::string_view input, std::size_t& scanned) {
  const std::size_t from = scanned > 3 ? scanned - 3 : 0;
  const std::size_t at = input.find("\r\n\r\n", from);
  scanned = input.size();
  return at == std::string_view::npos ? 0 : at + 4;
}

bool RequestParser::is_garbage(std::string_view input) {
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (input[i] == ' ') return i == 0;
    if (i == kLongestMethod || !is_token_char(input[i])) return true;
  }
  return false;
}

ParseFault RequestParser::parse_head(std::string_view text, RequestHead& head) {
  auto headers = std::move(head.headers);
  headers.clear();
  head = RequestHead{};
  head.headers = std::move(headers);
  Parser& parser = impl_->parser.emplace();
  parser.header_limit(0xffffffffu);  // the caller bounds the text
  parser.body_limit(boost::none);
  parser.begin(head, text);
  ErrorCode code;
  const std::size_t consumed = parser.put(boost::asio::const_buffer(text.data(), text.size()), code);
  if (parser.fault) return parser.fault;
  if (code) return fault_of(code);
  if (!parser.is_header_done() || consumed != text.size()) return kMalformed;
  head.is_chunked = parser.chunked();
  if (const auto length = parser.content_length()) head.content_length = *length;
  head.keeps_alive = parser.keep_alive();
  const std::size_t line_end = text.find("\r\n");
  head.is_http_11 = line_end > 0 && text[line_end - 1] == '1';
  parser.eager(true);
  return {};
}

RequestParser::Fed RequestParser::feed_body(std::string_view input, std::string& body, std::uint64_t limit) {
  Fed fed;
  if (!impl_->parser) {
    fed.fault = kMalformed;
    return fed;
  }
  Parser& parser = *impl_->parser;
  if (parser.is_done()) {
    fed.is_done = true;
    return fed;
  }
  if (input.empty()) return fed;
  parser.body_into(body, limit);
  ErrorCode code;
  fed.consumed = parser.put(boost::asio::const_buffer(input.data(), input.size()), code);
  if (code && code != error::need_more) {
    fed.fault = fault_of(code);
    impl_->parser.reset();
    return fed;
  }
  fed.is_done = parser.is_done();
  return fed;
}

}  // namespace http::internal
