// One client connection: a coroutine on its I/O thread.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ssl/stream.hpp>

#include "server/http/internal/event_queue.hpp"
#include "server/http/internal/input_buffer.hpp"
#include "server/http/internal/loop.hpp"
#include "server/http/internal/request_parser.hpp"
#include "server/http/internal/temporary_file.hpp"

namespace http::internal {

// Invariants:
// - All members are touched by the I/O thread, except request_, response_, match_ and events_ while a pool thread runs
//   the handler; the coroutine is then suspended and deadline_ is "never".
// - Views in request_ point into input_ (head), path_, body_ and body_file_, none of which changes until the exchange ends.
// - out_ holds composed answers from out_sent_ on; body_left_ follows it and points into response_.
// - Requests are answered strictly in order: the next one is not looked at before the last one is composed.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(IoThread& io, Socket socket, const TlsContext& tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  void tick();   // the sweep: deadlines and heartbeats
  void drain();  // graceful stop: closes when idle, else after the answer
  void cut();    // closes the socket now

 private:
  enum class Phase { kHandshake, kIdle, kHead, kBody, kHandler, kWrite, kEvents, kLinger };
  enum class HeadState { kReady, kIncomplete, kRefused };

  // connection.cpp: reading and dispatch
  Awaitable<void> run();
  Awaitable<void> run_exchanges();
  Awaitable<bool> handshake();
  HeadState next_head();
  bool prepare_to_read();
  bool note_read(const SystemError& code, std::size_t size);
  bool begin_exchange();
  bool admit();
  bool read_target();
  bool find_route();
  Awaitable<std::size_t> read_some(InputBuffer& buffer, SystemError& code);
  void run_handler(RunsOn lane) noexcept;
  template <class Function>
  Awaitable<void> run_on(WorkerPool& pool, Function function);
  void fail_stopping() noexcept;
  void open_events();
  bool refuse(int status, const char* key, base::MessageArgs args = {});
  void fail(const std::exception_ptr& error) noexcept;
  void end_exchange();

  // body.cpp
  Awaitable<bool> read_body();
  RequestParser::Fed feed_body(std::string_view bytes, base::MessageArgs& fault_args);
  std::int64_t body_size() const;

  // answer.cpp: composing and writing
  void compose();
  void compose_head(std::optional<std::int64_t> length, bool is_chunked);
  bool has_output() const { return out_sent_ < out_.size() || !body_left_.empty(); }
  bool write_now();
  Awaitable<bool> write_rest();
  void note_written(std::size_t size);
  Awaitable<bool> stream_source();
  Awaitable<void> run_events();
  Awaitable<void> watch_for_end();
  Awaitable<void> linger();

  void arm(Phase phase, std::chrono::milliseconds timeout);
  void disarm(Phase phase);

  IoThread& io_;  // outlives its connections
  Shared& shared_;
  Socket socket_;
  TlsContext tls_context_;
  std::optional<asio::ssl::stream<Socket&>> tls_;

  Phase phase_ = Phase::kIdle;
  TimePoint deadline_ = TimePoint::max();
  TimePoint phase_began_;
  bool is_timed_out_ = false;
  bool is_first_ = true;
  bool closes_ = false;       // after the answer in hand
  bool must_linger_ = false;  // unread input: closing at once would reset the answer away

  InputBuffer input_;
  InputBuffer body_input_;  // what follows a head whose body was not complete in input_
  std::size_t head_scanned_ = 0;
  std::size_t head_size_ = 0;
  RequestParser parser_;
  RequestHead head_;
  std::string path_;  // when it had to be decoded
  std::string body_;
  std::unique_ptr<TemporaryFile> body_file_;  // the beginning of a big body, later all of it
  Request request_{};
  Response response_;
  std::optional<Router::Match> match_;
  TimePoint exchange_began_;

  std::string out_;
  std::size_t out_sent_ = 0;
  std::string_view body_left_;

  std::shared_ptr<EventQueue> events_;
  std::optional<Timer> events_wake_;
  TimePoint next_heartbeat_ = TimePoint::max();
  std::size_t slot_ = 0;  // own place in io_.connections
};

}  // namespace http::internal
