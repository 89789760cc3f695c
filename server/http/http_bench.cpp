// A hello server to be loaded by wrk, and the processor time that each request cost it:
//   http_bench [SECONDS [PORT [IO_THREADS]]]
//   taskset -c 0,1 ./http_bench 10 8099 2 & taskset -c 2,3 wrk -c 64 -t 2 -d 8 http://127.0.0.1:8099/hello
// Prints one JSON line: user and system microseconds per request. "/pool" answers from the read pool, "/page" 27 KB.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "server/http/server.hpp"

namespace {

double micros(const timeval& time) { return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec); }

}  // namespace

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 10;
  http::ServerOptions options;
  options.port = static_cast<std::uint16_t>(argc > 2 ? std::atoi(argv[2]) : 8099);
  options.io_threads = argc > 3 ? std::atoi(argv[3]) : 2;
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
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto requests = static_cast<double>(server.counters().requests);
  if (requests == 0) {
    std::printf("{\"requests\":0}\n");
  } else {
    std::printf("{\"requests\":%.0f,\"user_us\":%.2f,\"system_us\":%.2f,\"per_second\":%.0f}\n", requests,
                micros(usage.ru_utime) / requests, micros(usage.ru_stime) / requests, requests / seconds);
  }
  server.stop();
  return 0;
}
