// The part of Connection that reads request bodies. Big ones go through a temporary file: a hundred uploads at once must
// not need their size in memory. Writing it on the I/O thread is a copy into the page cache.
#include <algorithm>

#include "server/http/internal/connection.hpp"

namespace http::internal {
namespace {

constexpr std::size_t kBodyRead = 64 << 10;
constexpr std::size_t kReservedBody = 256 << 10;
constexpr std::int64_t kSlowestBytesPerSecond = 16 << 10;  // faster bodies may take longer than body_timeout

}  // namespace

std::int64_t Connection::body_size() const { return static_cast<std::int64_t>(body_.size()) + (body_file_ ? body_file_->size() : 0); }

RequestParser::Fed Connection::feed_body(std::string_view bytes, base::MessageArgs& fault_args) {
  const auto limit = static_cast<std::uint64_t>(match_->options->max_body_bytes);
  const std::uint64_t in_file = body_file_ ? static_cast<std::uint64_t>(body_file_->size()) : 0;
  RequestParser::Fed fed = parser_.feed_body(bytes, body_, limit - in_file);
  if (fed.fault.status == 413) fault_args = {{"limit", std::to_string(limit)}};
  const bool is_big = static_cast<std::int64_t>(body_.size()) >= shared_.options.spool_body_from_bytes;
  if (fed.fault || !(is_big || (fed.is_done && body_file_))) return fed;
  try {
    if (!body_file_) body_file_ = std::make_unique<TemporaryFile>(shared_.options.temporary_folder);
    body_file_->append(body_);
    body_.clear();
    if (fed.is_done) body_file_->map();
  } catch (const base::Error& error) {
    fed.fault = {503, "temporary_file"};
    fault_args = error.args();
  }
  return fed;
}

// False: the connection is lost. A refusal leaves match_ empty and response_ filled.
Awaitable<bool> Connection::read_body() {
  base::MessageArgs fault_args;
  body_.reserve(std::min<std::size_t>(head_.content_length.value_or(0), kReservedBody));
  RequestParser::Fed fed = feed_body(input_.view().substr(head_size_), fault_args);
  head_size_ += fed.consumed;
  if (!fed.is_done && !fed.fault) {
    body_input_.append(input_.view().substr(head_size_));
    head_size_ = input_.view().size();
    if (head_.expects_continue && head_.is_http_11 && body_size() == 0 && body_input_.is_empty()) {
      out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    }
    if (has_output() && !write_now() && !(co_await write_rest())) co_return false;
    exchange_began_ = SteadyClock::now();
    arm(Phase::kBody, shared_.options.body_timeout);
  }
  while (!fed.is_done && !fed.fault) {
    body_input_.make_room(kBodyRead);
    SystemError code;
    const std::size_t size = co_await read_some(body_input_, code);
    if (is_timed_out_ && socket_.is_open()) {
      fed.fault = {408, "request_timeout"};
      break;
    }
    if (size == 0) co_return false;
    fed = feed_body(body_input_.view(), fault_args);
    body_input_.consume(fed.consumed);
    // Extensions and trailers are not part of the body: they are bounded like a head.
    if (!fed.is_done && !fed.fault && body_input_.view().size() > kBodyRead) fed.fault = {400, "malformed_request"};
    deadline_ = phase_began_ + shared_.options.body_timeout + std::chrono::milliseconds(body_size() * 1000 / kSlowestBytesPerSecond);
  }
  disarm(Phase::kHandler);
  exchange_began_ = SteadyClock::now();
  request_.body = body_file_ ? body_file_->map() : std::string_view(body_);
  if (fed.fault) {
    request_.body = {};
    refuse(fed.fault.status, fed.fault.key, std::move(fault_args));
    closes_ = must_linger_ = true;
  }
  co_return true;
}

}  // namespace http::internal
