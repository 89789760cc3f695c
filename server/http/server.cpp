#include "server/http/server.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "server/base/program/log.hpp"
#include "server/http/internal/connection.hpp"
#include "server/http/internal/loop.hpp"
#include "server/http/internal/reply.hpp"

namespace http {
namespace internal {
namespace {

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using ReuseAddress = asio::socket_base::reuse_address;
using Endpoint = asio::ip::tcp::endpoint;

constexpr int kBacklog = 1024;
constexpr std::chrono::milliseconds kSweepInterval{1000};
constexpr std::chrono::milliseconds kAcceptPause{100};  // when the system is out of descriptors
// Write handlers parse a body and wait for group commit; read handlers may run deep filters and reports.
constexpr std::size_t kWriteStack = 1 << 20;
constexpr std::size_t kReadStack = 4 << 20;
constexpr std::string_view kBusy = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

std::string join_headers(const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string out;
  for (const auto& [name, value] : headers) out.append(name).append(": ").append(value).append("\r\n");
  return out;
}

void set_date(IoThread& io) { io.date_line = date_line(std::time(nullptr)); }

std::chrono::milliseconds sweep_interval(const ServerOptions& options) {
  return std::max(std::chrono::milliseconds(10), std::min({kSweepInterval, options.header_timeout, options.body_timeout,
                                                           options.idle_timeout, options.heartbeat_interval}));
}

Awaitable<void> sweep(IoThread& io) {
  const auto interval = sweep_interval(io.shared.options);
  for (;;) {
    SystemError code;
    io.sweep_timer->expires_after(interval);
    co_await io.sweep_timer->async_wait(await_into(code));
    if (code) co_return;
    io.now = SteadyClock::now();
    set_date(io);
    for (Connection* connection : io.connections) connection->tick();
  }
}

void admit(IoThread& io, Socket socket) {
  SystemError ignored;
  Shared& shared = io.shared;
  socket.non_blocking(true, ignored);
  if (shared.open_connections.load() >= shared.options.max_connections) {
    io.rejected.add(1);
    if (shared.options.tls_certificate_file.empty()) socket.write_some(asio::buffer(kBusy), ignored);
    return;
  }
  shared.open_connections.fetch_add(1);
  io.connections_total.add(1);
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  TlsContext tls;
  if (!shared.options.tls_certificate_file.empty()) {
    const std::lock_guard lock(shared.mutex);
    tls = shared.tls;
  }
  std::make_shared<Connection>(io, std::move(socket), tls)->start();
}

Awaitable<void> accept_all(IoThread& io) {
  while (io.acceptor->is_open()) {
    SystemError code;
    Socket socket(io.context.get_executor());
    co_await io.acceptor->async_accept(socket, await_into(code));
    if (!code) {
      admit(io, std::move(socket));
    } else if (code == asio::error::operation_aborted || !io.acceptor->is_open()) {
      co_return;
    } else if (code != asio::error::connection_aborted) {
      base::log(base::LogLevel::kWarning, "accept_failed", {{"code", std::int64_t{code.value()}}});
      Timer pause(io.context.get_executor(), kAcceptPause);
      SystemError ignored;
      co_await pause.async_wait(await_into(ignored));
    }
  }
}

void run_thread(IoThread& io) {
  for (;;) {
    try {
      io.context.run();
      return;
    } catch (const std::exception& error) {
      base::log(base::LogLevel::kError, "io_thread_exception", {{"what", std::string_view(error.what())}});
    }
  }
}

[[noreturn]] void refuse_address(const ServerOptions& options, const SystemError& code) {
  const bool is_taken = code == asio::error::address_in_use;
  throw base::Error(base::ErrorCode::kUnavailable, is_taken ? "address_in_use" : "address_not_usable",
                    {{"address", options.address + ":" + std::to_string(options.port)}, {"reason", code.message()}});
}

// SO_REUSEPORT would let a second server of the same user share the port unnoticed: a socket without it asks first.
void probe(const ServerOptions& options, const Endpoint& endpoint) {
  SystemError code;
  asio::io_context context;
  Acceptor acceptor(context.get_executor());
  acceptor.open(endpoint.protocol(), code);
  if (!code) acceptor.set_option(ReuseAddress(true), code);
  if (!code) acceptor.bind(endpoint, code);
  if (!code) acceptor.listen(1, code);
  if (code) refuse_address(options, code);
}

void listen(IoThread& io, const Endpoint& endpoint) {
  SystemError code;
  io.acceptor.emplace(io.context.get_executor());
  io.acceptor->open(endpoint.protocol(), code);
  if (!code) io.acceptor->set_option(ReuseAddress(true), code);
  if (!code) io.acceptor->set_option(ReusePort(true), code);
  if (!code) io.acceptor->bind(endpoint, code);
  if (!code) io.acceptor->listen(kBacklog, code);
  if (code) refuse_address(io.shared.options, code);
}

}  // namespace

Shared::Shared(const ServerOptions& server_options, const Router& the_router, Server::Hooks the_hooks)
    : options(server_options),
      router(the_router),
      hooks(std::move(the_hooks)),
      fixed_lines(join_headers(server_options.security_headers)),
      read_pool({"http-read", options.read_threads, static_cast<std::size_t>(options.read_queue_limit), kReadStack}),
      write_pool({"http-write", options.write_threads, static_cast<std::size_t>(options.write_queue_limit), kWriteStack}) {}

}  // namespace internal

Refusal::Refusal(int status, std::string key, base::MessageArgs args)
    : base::Error(status == 404   ? base::ErrorCode::kNotFound
                  : status == 413 ? base::ErrorCode::kResourceExhausted
                  : status == 503 ? base::ErrorCode::kUnavailable
                  : status == 408 ? base::ErrorCode::kDeadlineExceeded
                                  : base::ErrorCode::kInvalidArgument,
                  std::move(key), std::move(args)),
      status_(status) {}

struct Server::Impl {
  Impl(const ServerOptions& options, const Router& router, Hooks hooks) : shared(options, router, std::move(hooks)) {}

  // On each I/O thread.
  template <class Function>
  void post_to_all(Function function) {
    for (auto& io : threads) {
      boost::asio::post(io->context, [raw = io.get(), function] { function(*raw); });
    }
  }
  bool wait_for_all_closed(std::chrono::milliseconds timeout) {
    std::unique_lock lock(shared.mutex);
    return shared.all_closed.wait_for(lock, timeout, [this] { return shared.open_connections.load() == 0; });
  }

  internal::Shared shared;
  std::vector<std::unique_ptr<internal::IoThread>> threads;  // before shared in destruction: connections refer to it
  std::uint16_t port = 0;
  bool is_running = false;
};

Server::Server(const ServerOptions& options, const Router& router, Hooks hooks)
    : impl_(std::make_unique<Impl>(options, router, std::move(hooks))) {}

Server::~Server() { stop(); }

void Server::start() {
  using namespace internal;  // NOLINT: the implementation of this class lives there
  const ServerOptions& options = impl_->shared.options;
  reload_tls();
  SystemError code;
  const auto address = asio::ip::make_address(options.address, code);
  if (code) refuse_address(options, code);
  Endpoint endpoint(address, options.port);
  if (options.port != 0) probe(options, endpoint);
  for (int i = 0; i < std::max(1, options.io_threads); ++i) {
    auto& io = *impl_->threads.emplace_back(std::make_unique<IoThread>(impl_->shared));
    listen(io, endpoint);
    endpoint.port(io.acceptor->local_endpoint().port());
  }
  impl_->port = endpoint.port();
  impl_->is_running = true;
  for (auto& io : impl_->threads) {
    set_date(*io);
    io->sweep_timer.emplace(io->context.get_executor());
    asio::co_spawn(io->context.get_executor(), sweep(*io), asio::detached);
    asio::co_spawn(io->context.get_executor(), accept_all(*io), asio::detached);
    io->thread = std::thread([raw = io.get()] { run_thread(*raw); });
    pthread_setname_np(io->thread.native_handle(), "http-io");
  }
}

std::uint16_t Server::port() const { return impl_->port; }

void Server::stop() {
  if (!impl_->is_running) return;
  impl_->is_running = false;
  internal::Shared& shared = impl_->shared;
  shared.is_draining = true;
  impl_->post_to_all([](internal::IoThread& io) {
    internal::SystemError ignored;
    io.acceptor->close(ignored);
    for (internal::Connection* connection : io.connections) connection->drain();
  });
  if (!impl_->wait_for_all_closed(shared.options.drain_timeout)) {
    base::log(base::LogLevel::kWarning, "drain_timeout", {{"connections", std::int64_t{shared.open_connections.load()}}});
    impl_->post_to_all([](internal::IoThread& io) {
      for (internal::Connection* connection : io.connections) connection->cut();
    });
  }
  shared.read_pool.stop();
  shared.write_pool.stop();
  impl_->wait_for_all_closed(std::chrono::seconds(1));
  impl_->post_to_all([](internal::IoThread& io) { io.context.stop(); });
  for (auto& io : impl_->threads) io->thread.join();
}

void Server::reload_tls() {
  internal::Shared& shared = impl_->shared;
  if (shared.options.tls_certificate_file.empty()) return;
  auto fresh = internal::load_tls(shared.options.tls_certificate_file, shared.options.tls_key_file);
  const std::lock_guard lock(shared.mutex);
  shared.tls = std::move(fresh);
}

ServerCounters Server::counters() const {
  ServerCounters sum;
  for (const auto& io : impl_->threads) {
    sum.requests += io->requests.value();
    sum.connections_total += io->connections_total.value();
    sum.bytes_in += io->bytes_in.value();
    sum.bytes_out += io->bytes_out.value();
    sum.rejected += io->rejected.value();
  }
  sum.read_waiting = static_cast<std::int64_t>(impl_->shared.read_pool.waiting());
  sum.write_waiting = static_cast<std::int64_t>(impl_->shared.write_pool.waiting());
  sum.connections_open = impl_->shared.open_connections.load();
  return sum;
}

}  // namespace http
