// A hello server to be loaded by wrk (bench/http/run does), and the processor time that each request cost it:
//   http_bench ours|raw SECONDS PORT IO_THREADS
// With HTTP_BENCH_CERTIFICATE and HTTP_BENCH_KEY (PEM files) "ours" speaks TLS. Prints one JSON line. "raw" is the limit: epoll, a fixed
// reply, no parsing. Paths of "ours": /hello in place, /pool on the read pool, /write on the write pool, /page 27 KB in place.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/http/server.hpp"

namespace {

constexpr std::string_view kRawReply =
    "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
    "Content-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"hello\":\"world\"}";

std::atomic<long> raw_requests = 0;

double micros(const timeval& time) { return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec); }

long private_memory_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::atol(line.c_str() + 8);
  }
  return 0;
}

void report(double requests, int seconds) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double count = requests > 0 ? requests : 1;
  std::printf("{\"requests\":%.0f,\"user_us\":%.3f,\"system_us\":%.3f,\"per_second\":%.0f,\"rssanon_kb\":%ld}\n", requests,
              micros(usage.ru_utime) / count, micros(usage.ru_stime) / count, requests / seconds, private_memory_kb());
  std::fflush(stdout);
}

int listen_on(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 1024) != 0) std::exit(1);
  return listener;
}

// False: the connection is over.
bool answer_raw(int connection) {
  char bytes[16384];
  const ssize_t size = recv(connection, bytes, sizeof bytes, 0);
  if (size <= 0) return size < 0 && errno == EAGAIN;
  const std::string_view text(bytes, static_cast<std::size_t>(size));
  for (std::size_t at = 0; (at = text.find("\r\n\r\n", at)) != std::string_view::npos; at += 4) {
    if (send(connection, kRawReply.data(), kRawReply.size(), MSG_NOSIGNAL) < 0) return false;
    raw_requests.fetch_add(1, std::memory_order_relaxed);
  }
  return true;
}

[[noreturn]] void serve_raw(int port) {
  const int listener = listen_on(port), poll = epoll_create1(0), on = 1;
  epoll_event event{EPOLLIN, {.fd = listener}};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  epoll_event events[256];
  for (;;) {
    const int count = epoll_wait(poll, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      const int ready = events[i].data.fd;
      if (ready != listener) {
        if (!answer_raw(ready)) close(ready);
        continue;
      }
      const int connection = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
      if (connection < 0) continue;
      setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      event = {EPOLLIN, {.fd = connection}};
      epoll_ctl(poll, EPOLL_CTL_ADD, connection, &event);
    }
  }
}

void run_raw(int seconds, int port, int threads) {
  for (int i = 0; i < threads; ++i) std::thread(serve_raw, port).detach();
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  report(static_cast<double>(raw_requests), seconds);
  std::_Exit(0);
}

void run_ours(int seconds, int port, int threads) {
  http::ServerOptions options;
  options.port = static_cast<std::uint16_t>(port);
  options.io_threads = threads;
  if (const char* certificate = std::getenv("HTTP_BENCH_CERTIFICATE")) options.tls_certificate_file = certificate;
  if (const char* key = std::getenv("HTTP_BENCH_KEY")) options.tls_key_file = key;
  options.security_headers = {{"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "DENY"}};
  http::Router router;
  const auto hello = [](const http::Request&, http::Response& response) { response.body = R"({"hello":"world"})"; };
  const auto page = std::make_shared<const std::string>(std::string(27'000, 'x'));
  router.add(http::Method::kGet, "/hello", hello, {http::RunsOn::kInPlace});
  router.add(http::Method::kGet, "/pool", hello, {http::RunsOn::kReadPool});
  router.add(http::Method::kGet, "/write", hello, {http::RunsOn::kWritePool});
  router.add(http::Method::kGet, "/page", [page](const http::Request&, http::Response& r) { r.shared_body = page; },
             {http::RunsOn::kInPlace});
  http::Server server(options, router, {});
  server.start();
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  report(static_cast<double>(server.counters().requests), seconds);
  server.stop();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: http_bench ours|raw SECONDS PORT IO_THREADS\n");
    return 2;
  }
  const auto run = std::string_view(argv[1]) == "raw" ? run_raw : run_ours;
  run(std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]));
  return 0;
}
