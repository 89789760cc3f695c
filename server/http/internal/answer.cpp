// The writing half of Connection: composing answers, streams, server-sent events.
#include <charconv>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "server/base/program/log.hpp"
#include "server/http/internal/connection.hpp"
#include "server/http/internal/reply.hpp"
#include "server/http/internal/run_on.hpp"

namespace http::internal {
namespace {

constexpr std::size_t kCopiedBody = 16 << 10;  // smaller bodies join the head in one buffer (and one TLS record)
constexpr std::size_t kKeptCapacity = 64 << 10;
constexpr std::int64_t kSlowestBytesPerSecond = 16 << 10;
constexpr std::size_t kLingerBytes = 16 << 20;
constexpr std::chrono::milliseconds kLingerTimeout{2000};
constexpr std::size_t kWatchBytes = 512;

void append_hex(std::string& out, std::size_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  out.append(digits.data(), end.ptr);
}

}  // namespace

void Connection::compose_head(std::optional<std::int64_t> length, bool is_chunked) {
  closes_ = closes_ || shared_.is_draining;
  HeadOptions options;
  options.date_line = io_.date_line;
  options.fixed_lines = shared_.fixed_lines;
  options.length = length;
  options.is_chunked = is_chunked;
  options.closes = closes_;
  options.says_keep_alive = !head_.is_http_11;
  const std::size_t before = out_.size();
  try {
    append_head(out_, response_, options);
  } catch (const std::exception&) {
    out_.resize(before);
    fail(std::current_exception());
    throw;
  }
}

void Connection::compose() {
  const bool is_head = request_.method == Method::kHead;
  for (int attempt = 0;; ++attempt) {
    const std::string_view body = response_.shared_body ? std::string_view(*response_.shared_body) : response_.body;
    std::optional<std::int64_t> length = static_cast<std::int64_t>(body.size());
    if (response_.source || response_.on_event_stream) length = response_.source_size;  // answers to HEAD
    try {
      compose_head(length, false);
    } catch (const std::exception&) {
      if (attempt > 0) {
        write_plain_problem(response_, 500, "internal");
      }
      continue;
    }
    if (is_head || forbids_body(response_.status)) return;
    if (body.size() <= kCopiedBody) {
      out_ += body;
    } else {
      body_left_ = body;
    }
    return;
  }
}

// Sends without suspending as long as the socket takes it. False: something is left, or TLS, or the peer is gone
// (write_rest will notice).
bool Connection::write_now() {
  if (tls_) return false;
  while (has_output()) {
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(out_.data() + out_sent_, out_.size() - out_sent_),
                                                       asio::buffer(body_left_.data(), body_left_.size())};
    SystemError code;
    const std::size_t size = body_left_.empty() ? socket_.write_some(buffers[0], code) : socket_.write_some(buffers, code);
    if (code) return false;
    note_written(size);
  }
  return true;
}

void Connection::note_written(std::size_t size) {
  io_.bytes_out.add(static_cast<std::int64_t>(size));
  const std::size_t from_out = std::min(size, out_.size() - out_sent_);
  out_sent_ += from_out;
  body_left_.remove_prefix(size - from_out);
  if (has_output()) return;
  out_sent_ = 0;
  if (out_.capacity() > kKeptCapacity) {
    out_ = std::string();
  } else {
    out_.clear();
  }
}

// False: the peer is gone or too slow.
Awaitable<bool> Connection::write_rest() {
  const Phase phase = phase_;
  const TimePoint began = SteadyClock::now();
  std::int64_t written = 0;
  while (has_output()) {
    const auto earned = std::chrono::milliseconds(written * 1000 / kSlowestBytesPerSecond);
    phase_ = Phase::kWrite;
    deadline_ = began + shared_.options.body_timeout + earned;
    const bool is_from_out = out_sent_ < out_.size();
    const auto next = is_from_out ? asio::const_buffer(out_.data() + out_sent_, out_.size() - out_sent_)
                                  : asio::const_buffer(body_left_.data(), body_left_.size());
    SystemError code;
    std::size_t size = 0;
    if (tls_) {
      size = co_await tls_->async_write_some(next, await_into(code));
    } else {
      size = co_await socket_.async_write_some(next, await_into(code));
    }
    if (code || size == 0) {
      disarm(phase);
      co_return false;
    }
    written += static_cast<std::int64_t>(size);
    note_written(size);
  }
  disarm(phase);
  co_return true;
}

// A source runs on the read pool, a chunk at a time, only when the last chunk has gone: back pressure.
Awaitable<bool> Connection::stream_source() {
  const BodySource source = std::move(response_.source);
  const std::optional<std::int64_t> size = response_.source_size;
  const bool is_chunked = !size && head_.is_http_11;
  if (!size && !is_chunked) closes_ = true;
  bool is_refused = false;
  try {
    compose_head(size, is_chunked);
  } catch (const std::exception&) {
    is_refused = true;
  }
  if (is_refused) {
    compose();
    co_return true;
  }
  const bool has_body = !forbids_body(response_.status);
  std::int64_t left = size.value_or(0);
  std::string chunk;
  for (bool goes_on = has_body; goes_on;) {
    bool is_failed = false;
    chunk.clear();
    disarm(Phase::kHandler);
    co_await run_on(shared_.read_pool, [&](bool is_cancelled) {
      try {
        if (is_cancelled) throw std::runtime_error("the server stops");
        goes_on = source(chunk);
      } catch (const std::exception& error) {
        base::log(base::LogLevel::kWarning, "body_source_failed", {{"what", std::string_view(error.what())}});
        is_failed = true;
      }
    });
    // The head has gone: a broken message is the only way left to tell the client.
    if (is_failed || (size && static_cast<std::int64_t>(chunk.size()) > left)) co_return false;
    left -= static_cast<std::int64_t>(chunk.size());
    if (is_chunked && !chunk.empty()) {
      append_hex(out_, chunk.size());
      out_ += "\r\n";
      out_ += chunk;
      out_ += "\r\n";
    } else {
      body_left_ = chunk;
    }
    if (is_chunked && !goes_on) out_ += "0\r\n\r\n";
    if (has_output() && !write_now() && !(co_await write_rest())) co_return false;
  }
  co_return !size || !has_body || left == 0;
}

Awaitable<void> Connection::run_events() {
  closes_ = true;
  bool is_refused = false;
  response_.content_type = "text/event-stream";
  response_.set_header("Cache-Control", "no-store");
  response_.set_header("X-Accel-Buffering", "no");  // nginx: do not gather
  try {
    compose_head(std::nullopt, false);
  } catch (const std::exception&) {
    is_refused = true;
  }
  if (is_refused) {
    events_->close();
    compose();
    if (!write_now()) co_await write_rest();
    co_return;
  }
  events_wake_.emplace(io_.context.get_executor(), TimePoint::max());
  next_heartbeat_ = SteadyClock::now() + shared_.options.heartbeat_interval;
  asio::co_spawn(
      io_.context.get_executor(), [self = shared_from_this()] { return self->watch_for_end(); }, asio::detached);
  disarm(Phase::kEvents);
  if (shared_.is_draining) events_->close();
  while (events_->take(out_)) {
    if (!has_output()) {
      SystemError ignored;
      co_await events_wake_->async_wait(await_into(ignored));
    } else if (!write_now() && !(co_await write_rest())) {
      break;
    }
  }
  events_->close();
  next_heartbeat_ = TimePoint::max();
  end_exchange();
}

// Clients say nothing on an event stream; the end of their side ends ours.
Awaitable<void> Connection::watch_for_end() {
  const auto self = shared_from_this();
  std::array<char, kWatchBytes> ignored_bytes;
  SystemError code;
  while (!code) {
    if (tls_) {
      co_await tls_->async_read_some(asio::buffer(ignored_bytes), await_into(code));
    } else {
      co_await socket_.async_read_some(asio::buffer(ignored_bytes), await_into(code));
    }
  }
  events_->close();
}

// RFC 9112, section 9.6: half-close, then read what the client still sends, so that a reset does not eat the answer.
Awaitable<void> Connection::linger() {
  if (has_output() && !write_now() && !(co_await write_rest())) co_return;
  SystemError code;
  socket_.shutdown(Socket::shutdown_send, code);
  phase_ = Phase::kLinger;
  deadline_ = SteadyClock::now() + kLingerTimeout;
  std::array<char, 4096> ignored_bytes;
  std::size_t total = 0;
  while (!code && total < kLingerBytes) {
    total += co_await socket_.async_read_some(asio::buffer(ignored_bytes), await_into(code));
  }
}

}  // namespace http::internal
