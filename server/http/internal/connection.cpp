#include "server/http/internal/connection.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "server/base/program/log.hpp"
#include "server/http/internal/reply.hpp"
#include "server/http/internal/run_on.hpp"
#include "server/http/syntax/url.hpp"

namespace http::internal {
namespace {

constexpr std::size_t kFirstRead = 2048;
constexpr std::size_t kKeptCapacity = 16 << 10;
constexpr std::size_t kFlushFrom = 64 << 10;

std::optional<Method> parse_method(std::string_view name) {
  if (name == "GET") return Method::kGet;
  if (name == "POST") return Method::kPost;
  if (name == "PATCH") return Method::kPatch;
  if (name == "HEAD") return Method::kHead;
  if (name == "PUT") return Method::kPut;
  if (name == "DELETE") return Method::kDelete;
  if (name == "OPTIONS") return Method::kOptions;
  return std::nullopt;
}

std::string_view method_name(Method method) {
  static constexpr std::string_view kNames[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return kNames[static_cast<std::size_t>(method)];
}

bool is_plain_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '%' || static_cast<unsigned char>(c) >= 0x80 || c == '\0'; });
}

// A string that one big request blew up is not kept.
void reset(std::string& text) {
  if (text.capacity() > kKeptCapacity) {
    text = std::string();
  } else {
    text.clear();
  }
}

}  // namespace

Connection::Connection(IoThread& io, Socket socket, const TlsContext& tls)
    : io_(io),
      shared_(io.shared),
      socket_(std::move(socket)),
      tls_context_(tls),
      exchange_began_(SteadyClock::now()),
      slot_(io.connections.size()) {
  if (tls_context_) tls_.emplace(socket_, *tls_context_);
  SystemError ignored;
  const auto peer = socket_.remote_endpoint(ignored);
  if (!ignored) request_.remote_address = peer.address().to_string();
  request_.is_tls = tls_.has_value();
  io_.connections.push_back(this);
}

Connection::~Connection() {
  if (events_) events_->close();
  io_.connections[slot_] = io_.connections.back();
  io_.connections[slot_]->slot_ = slot_;
  io_.connections.pop_back();
  if (shared_.open_connections.fetch_sub(1) == 1) {
    const std::lock_guard lock(shared_.mutex);
    shared_.all_closed.notify_all();
  }
}

void Connection::start() {
  asio::co_spawn(
      io_.context.get_executor(), [self = shared_from_this()] { return self->run(); }, asio::detached);
}

void Connection::tick() {
  if (io_.now >= deadline_) {
    is_timed_out_ = true;
    deadline_ = TimePoint::max();
    SystemError ignored;
    if (phase_ == Phase::kHead || phase_ == Phase::kBody) {
      socket_.cancel(ignored);  // the coroutine answers 408
    } else {
      cut();
    }
  } else if (io_.now >= next_heartbeat_) {
    next_heartbeat_ = io_.now + shared_.options.heartbeat_interval;
    events_->push_comment();
  }
}

void Connection::drain() {
  SystemError ignored;
  if (phase_ == Phase::kHandshake) cut();
  if (phase_ == Phase::kIdle) socket_.cancel(ignored);
  if (phase_ == Phase::kEvents && events_) events_->close();
}

void Connection::cut() {
  SystemError ignored;
  socket_.close(ignored);
}

void Connection::arm(Phase phase, std::chrono::milliseconds timeout) {
  if (phase_ == phase && deadline_ != TimePoint::max()) return;
  phase_ = phase;
  phase_began_ = exchange_began_;
  deadline_ = std::max(exchange_began_, io_.now) + timeout;
}

void Connection::disarm(Phase phase) {
  phase_ = phase;
  deadline_ = TimePoint::max();
}

Awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  try {
    if (!tls_ || co_await handshake()) co_await run_exchanges();
    if (must_linger_) co_await linger();
  } catch (const std::exception& error) {
    base::log(base::LogLevel::kError, "connection_failed", {{"what", std::string_view(error.what())}});
  }
  if (events_) events_->close();
  cut();
}

Awaitable<bool> Connection::handshake() {
  arm(Phase::kHandshake, shared_.options.header_timeout);
  SystemError code;
  co_await tls_->async_handshake(asio::ssl::stream_base::server, await_into(code));
  disarm(Phase::kIdle);
  co_return !code;
}

// The hot path: everything up to the end of a small exchange runs in this one coroutine frame.
Awaitable<void> Connection::run_exchanges() {
  for (;;) {
    const HeadState state = next_head();
    if (state == HeadState::kIncomplete) {
      if (has_output() && !write_now() && !(co_await write_rest())) co_return;
      if (!prepare_to_read()) co_return;
      SystemError code;
      std::size_t size = 0;
      const auto space = asio::buffer(input_.free_space(), input_.free_size());
      if (tls_) {
        size = co_await tls_->async_read_some(space, await_into(code));
      } else {
        size = co_await socket_.async_read_some(space, await_into(code));
      }
      if (!note_read(code, size)) co_return;
      if (!is_timed_out_) continue;
      refuse(408, "request_timeout");
    } else if (state == HeadState::kReady && begin_exchange()) {
      if (head_.has_body() && !(co_await read_body())) co_return;
      if (match_) {
        const RunsOn lane = match_->options->runs_on;
        WorkerPool& pool = lane == RunsOn::kWritePool ? shared_.write_pool : shared_.read_pool;
        if (lane == RunsOn::kInPlace) {
          run_handler(lane);
        } else if (!pool.has_room()) {
          refuse(503, "overloaded");
        } else {
          if (has_output() && !write_now() && !(co_await write_rest())) co_return;
          disarm(Phase::kHandler);
          co_await run_on(pool, [this, lane](bool is_cancelled) { is_cancelled ? fail_stopping() : run_handler(lane); });
        }
      }
    }
    if (events_) {
      co_await run_events();
      co_return;
    }
    if (response_.source && request_.method != Method::kHead) {
      if (!(co_await stream_source())) co_return;
    } else {
      compose();
    }
    const bool is_last = closes_;
    if (has_output() && (is_last || !body_left_.empty() || out_.size() > kFlushFrom) && !write_now() && !(co_await write_rest())) {
      co_return;
    }
    end_exchange();
    if (is_last) co_return;
  }
}

Connection::HeadState Connection::next_head() {
  std::string_view text = input_.view();
  // RFC 9112, section 2.2: an empty line before the request line is skipped.
  while (text.starts_with("\r\n") && head_scanned_ == 0) {
    input_.consume(2);
    text = input_.view();
  }
  if (text.empty() || text == "\r") return HeadState::kIncomplete;
  const bool is_fresh = head_scanned_ == 0;
  head_size_ = RequestParser::find_head(text, head_scanned_);
  const auto limit = static_cast<std::size_t>(shared_.options.max_header_bytes);
  exchange_began_ = SteadyClock::now();
  if (head_size_ > limit || (head_size_ == 0 && text.size() >= limit)) {
    head_size_ = 0;
    refuse(431, "header_too_large");
    return HeadState::kRefused;
  }
  if (head_size_ != 0) return HeadState::kReady;
  if (is_fresh && RequestParser::is_garbage(text)) {
    refuse(400, "malformed_request");
    return HeadState::kRefused;
  }
  return HeadState::kIncomplete;
}

bool Connection::prepare_to_read() {
  if (input_.is_empty()) {
    if (shared_.is_draining) return false;
    if (input_.capacity() > kKeptCapacity) input_.release();
    arm(Phase::kIdle, is_first_ ? shared_.options.header_timeout : shared_.options.idle_timeout);
  } else {
    arm(Phase::kHead, shared_.options.header_timeout);
  }
  input_.make_room(kFirstRead);
  return true;
}

// False: the connection is over.
bool Connection::note_read(const SystemError& code, std::size_t size) {
  if (size > 0) {
    input_.added(size);
    io_.bytes_in.add(static_cast<std::int64_t>(size));
    if (phase_ == Phase::kIdle) deadline_ = TimePoint::max();
    is_timed_out_ = false;
    return true;
  }
  return code && is_timed_out_ && phase_ == Phase::kHead && socket_.is_open();
}

// Reads the head. False: refused, response_ is filled.
bool Connection::begin_exchange() {
  disarm(Phase::kHandler);
  is_first_ = false;
  const std::string_view text = input_.view().substr(0, head_size_);
  if (const ParseFault fault = parser_.parse_head(text, head_)) return refuse(fault.status, fault.key);
  closes_ = !head_.keeps_alive || shared_.is_draining;
  if (!admit()) {
    // The rest of the request is not read: the connection cannot be used again.
    if (head_.has_body()) closes_ = must_linger_ = true;
    return false;
  }
  return true;
}

bool Connection::admit() {
  request_.headers.assign(head_.headers.begin(), head_.headers.end());
  if (!read_target()) return false;
  const auto method = parse_method(head_.method);
  if (!method) {
    request_.method = Method::kGet;
    refuse(501, "method_not_implemented");
    closes_ = must_linger_ = true;
    return false;
  }
  request_.method = *method;
  return find_route();
}

// RFC 9112, section 3.2: origin-form, absolute-form or "*".
bool Connection::read_target() {
  request_.target = head_.target;
  std::string_view target = head_.target;
  if (target.starts_with("http://") || target.starts_with("https://")) {
    target.remove_prefix(target.find("//") + 2);
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    if (target.empty() || target.front() == '?') return refuse(400, "malformed_request");
  }
  if (target != "*" && !target.starts_with('/')) return refuse(400, "malformed_request");
  if (target.find('#') != std::string_view::npos) return refuse(400, "malformed_request");
  const std::size_t question = std::min(target.find('?'), target.size());
  request_.path = target.substr(0, question);
  if (!is_plain_ascii(request_.path)) {
    auto decoded = percent_decode(request_.path);
    if (!decoded) {
      request_.path = {};
      return refuse(400, "path_encoding");
    }
    path_ = std::move(*decoded);
    request_.path = path_;
  }
  if (question < target.size() && !parse_query(target.substr(question + 1), request_.query)) {
    request_.query.clear();
    return refuse(400, "query_encoding");
  }
  return true;
}

bool Connection::find_route() {
  std::vector<Method> allowed;
  match_ = shared_.router.find(request_.method, request_.path, allowed);
  if (!match_ && allowed.empty()) return refuse(404, "route_not_found");
  if (!match_) {
    std::string names;
    for (const Method method : allowed) names.append(names.empty() ? "" : ", ").append(method_name(method));
    refuse(405, "method_not_allowed", {{"allowed", names}});
    response_.set_header("Allow", names);
    return false;
  }
  request_.path_parameters = std::move(match_->parameters);
  const auto limit = static_cast<std::uint64_t>(match_->options->max_body_bytes);
  if (head_.content_length.value_or(0) > limit) {
    return refuse(413, "body_too_large", {{"limit", std::to_string(limit)}});
  }
  return true;
}

Awaitable<std::size_t> Connection::read_some(InputBuffer& buffer, SystemError& code) {
  const auto space = asio::buffer(buffer.free_space(), buffer.free_size());
  std::size_t size = 0;
  if (tls_) {
    size = co_await tls_->async_read_some(space, await_into(code));
  } else {
    size = co_await socket_.async_read_some(space, await_into(code));
  }
  buffer.added(size);
  io_.bytes_in.add(static_cast<std::int64_t>(size));
  co_return size;
}

void Connection::run_handler(RunsOn lane) noexcept {
  try {
    (*match_->handler)(request_, response_);
    if (response_.on_event_stream && request_.method != Method::kHead) {
      open_events();
    } else if (lane != RunsOn::kInPlace) {
      compress(response_, request_.header("accept-encoding"));
    }
  } catch (...) {
    fail(std::current_exception());
  }
}

void Connection::fail_stopping() noexcept {
  closes_ = true;
  fail(std::make_exception_ptr(Refusal(503, "overloaded")));
}

void Connection::open_events() {
  EventQueue::Limits limits;
  limits.events = static_cast<std::size_t>(shared_.options.event_queue_limit);
  auto queue = std::make_shared<EventQueue>(limits, [&context = io_.context, weak = weak_from_this()] {
    asio::post(context, [weak] {
      const auto self = weak.lock();
      if (self && self->events_wake_) self->events_wake_->cancel();
    });
  });
  response_.on_event_stream(make_event_stream(queue));
  response_.on_event_stream = nullptr;
  events_ = std::move(queue);
}

// Returns false for the convenience of its callers. A refused head ends the connection.
bool Connection::refuse(int status, const char* key, base::MessageArgs args) {
  match_.reset();
  const bool is_about_head = status == 408 || status == 431 || status == 505 || request_.target.empty();
  if (is_about_head) closes_ = must_linger_ = true;
  io_.rejected.add(1);
  fail(std::make_exception_ptr(Refusal(status, key, std::move(args))));
  if (status == 503) response_.set_header("Retry-After", "1");
  return false;
}

void Connection::fail(const std::exception_ptr& error) noexcept {
  int status = 500;
  std::string key = "internal";
  try {
    std::rethrow_exception(error);
  } catch (const Refusal& refusal) {
    status = refusal.status();
    key = refusal.key();
  } catch (...) {
  }
  response_ = Response{};
  response_.status = 0;
  try {
    if (shared_.hooks.on_error) shared_.hooks.on_error(request_, error, response_);
  } catch (...) {
    response_.status = 0;
  }
  const bool is_refusal = status != 500;
  if (response_.status == 0 && response_.body.empty()) write_plain_problem(response_, status, key);
  if (is_refusal || response_.status == 0) response_.status = status;
  response_.source = nullptr;
  response_.on_event_stream = nullptr;
}

void Connection::end_exchange() {
  io_.requests.add(1);
  if (shared_.hooks.observe) {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - exchange_began_);
    shared_.hooks.observe(request_, match_ ? match_->pattern : std::string_view(), response_.status, took);
  }
  input_.consume(std::min(head_size_, input_.view().size()));
  if (body_input_.capacity() > 0) {
    if (!body_input_.is_empty()) input_.append(body_input_.view());
    body_input_.release();
  }
  head_size_ = head_scanned_ = 0;
  match_.reset();
  request_.query.clear();
  request_.path_parameters.clear();
  request_.headers.clear();
  request_.target = request_.path = request_.body = {};
  reset(body_);
  body_file_.reset();
  reset(path_);
  response_.status = 200;
  response_.headers.clear();
  response_.content_type.assign("application/json");
  reset(response_.body);
  response_.shared_body.reset();
  response_.source = nullptr;
  response_.source_size.reset();
  response_.on_event_stream = nullptr;
  closes_ = false;
}

}  // namespace http::internal
