// What the connections of one server share, and what belongs to one I/O thread. Sees Asio: include it in few sources.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/http/internal/tls.hpp"
#include "server/http/internal/worker_pool.hpp"
#include "server/http/server.hpp"

// GCC 12 takes the inlined frame allocator of Asio's coroutines for a mismatch (GCC bug 103993 and its kin); the warning is
// given where the coroutine stands, that is, in the sources that include this header.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace http::internal {

namespace asio = boost::asio;

// The concrete executor instead of any_io_executor (measured 7.7 against 8.8 us, docs/internals/stack.md).
using Executor = asio::io_context::executor_type;
template <class T>
using Awaitable = asio::awaitable<T, Executor>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor>;
using SystemError = boost::system::error_code;
inline constexpr asio::use_awaitable_t<Executor> kAwait{};

// The completion token that puts a failure into `code` instead of throwing it.
inline auto await_into(SystemError& code) { return asio::redirect_error(kAwait, code); }

// Written by one thread, read by any.
class Counter {
 public:
  void add(std::int64_t by) { value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

struct Shared {
  Shared(const ServerOptions& server_options, const Router& the_router, Server::Hooks the_hooks);

  const ServerOptions options;
  const Router& router;  // outlives the server, as its constructor asks
  const Server::Hooks hooks;
  std::string fixed_lines;  // security headers as they are sent
  WorkerPool read_pool;
  WorkerPool write_pool;

  std::mutex mutex;  // guards tls; pairs with all_closed
  TlsContext tls;
  std::condition_variable all_closed;
  std::atomic<int> open_connections{0};
  std::atomic<bool> is_draining{false};
};

class Connection;

// Everything here but the counters is touched by its own thread only.
struct IoThread {
  explicit IoThread(Shared& the_shared) : shared(the_shared) {}

  Shared& shared;  // outlives its threads
  std::vector<Connection*> connections;
  TimePoint now = SteadyClock::now();  // as of the last sweep
  std::string date_line;
  Counter requests, connections_total, bytes_in, bytes_out, rejected;
  asio::io_context context{1};
  std::optional<Acceptor> acceptor;
  std::optional<Timer> sweep_timer;
  std::thread thread;
};

}  // namespace http::internal
