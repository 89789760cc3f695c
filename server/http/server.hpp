// The only asynchronous part of the program. Handlers are synchronous functions; this header shows no Boost.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/error.hpp"

namespace http {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

// Views live as long as the handler runs.
struct Request {
  Method method;
  std::string_view target;                                 // as sent
  std::string_view path;                                   // percent-decoded, valid UTF-8
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order, names may repeat
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
  std::string remote_address;
  bool is_tls = false;
  std::vector<std::string_view> path_parameters;  // values of {name} parts of the route, in order

  // Case-insensitive; empty when missing.
  std::string_view header(std::string_view name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::optional<std::string_view> cookie(std::string_view name) const;
};

// Streams a body of unknown or large length. `next` fills `chunk` and returns false at the end; called on a worker thread.
using BodySource = std::function<bool(std::string& chunk)>;

// An open server-sent-event stream; thread-safe; dropping it closes the connection.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // False when the client is gone or its queue (bounded) is full: the caller then drops it and the client resyncs.
  virtual bool send(std::string_view event, std::string_view id, std::string_view data) = 0;
  virtual bool is_open() const = 0;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // Content-Length, Date, Connection are set by the server
  std::string content_type = "application/json";
  std::string body;
  std::shared_ptr<const std::string> shared_body;                     // static resources: sent without a copy when set
  BodySource source;                                                  // set for streamed bodies (exports, files)
  std::optional<std::int64_t> source_size;                            // when known
  std::function<void(std::shared_ptr<EventStream>)> on_event_stream;  // set to answer with text/event-stream

  void set_header(std::string name, std::string value) { headers.emplace_back(std::move(name), std::move(value)); }
};

using Handler = std::function<void(const Request&, Response&)>;

// Where a handler runs. kInPlace: on the I/O thread, for statements known to be cheap (by id, keyset page on an index).
enum class RunsOn { kInPlace, kReadPool, kWritePool };

struct RouteOptions {
  RunsOn runs_on = RunsOn::kReadPool;
  std::int64_t max_body_bytes = 16 << 20;
};

// Routes are added before the server starts. A pattern is literal parts, {name} for one part, {name...} for the rest;
// a part may end in a literal suffix after a colon ("/api/v1/{plural}:query"). The most literal pattern wins.
class Router {
 public:
  void add(Method method, std::string_view pattern, Handler handler, RouteOptions options = {});
  struct Match {
    const Handler* handler;
    const RouteOptions* options;
    std::vector<std::string_view> parameters;
    std::string_view pattern;  // for metrics
  };
  // nullopt with `allowed` empty: 404; with entries: 405.
  std::optional<Match> find(Method method, std::string_view path, std::vector<Method>& allowed) const;

  Router();
  ~Router();

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: chosen by the system, see Server::port
  int io_threads = 2;
  int read_threads = 4;
  int write_threads = 64;            // they wait for group commit, not for a processor
  std::string tls_certificate_file;  // PEM chain; both or none
  std::string tls_key_file;
  std::int64_t max_header_bytes = 32 << 10;
  int max_connections = 10000;
  std::chrono::milliseconds header_timeout{10000};  // slow clients
  std::chrono::milliseconds body_timeout{30000};
  std::chrono::milliseconds idle_timeout{75000};
  std::chrono::milliseconds drain_timeout{10000};                     // graceful stop
  std::vector<std::pair<std::string, std::string>> security_headers;  // added to every answer
  int read_queue_limit = 1000;                                        // requests that wait for a read thread; more: 503 with Retry-After
  int write_queue_limit = 2000;
  int event_queue_limit = 1000;                         // events that wait in one stream; more (or 1 MB): the stream is closed
  std::int64_t spool_body_from_bytes = 1 << 20;         // bigger request bodies wait in a temporary file, not in memory
  std::string temporary_folder;                         // empty: TMPDIR or /tmp
  std::chrono::milliseconds heartbeat_interval{15000};  // a comment line on silent event streams
};

// What the server itself refuses before or instead of a handler; passed to Hooks::on_error like any other exception.
// `status` is the status of the answer whatever the hook sets: 400, 404, 405, 408, 413, 417, 431, 501, 503 or 505.
// Keys: malformed_request, path_encoding, query_encoding, route_not_found, method_not_allowed, method_not_implemented,
// request_timeout, body_too_large {limit}, expectation_failed, header_too_large, transfer_encoding, overloaded, temporary_file
// {reason}, http_version.
class Refusal : public base::Error {
 public:
  Refusal(int status, std::string key, base::MessageArgs args = {});
  int status() const { return status_; }

 private:
  int status_;
};

struct ServerCounters {
  std::int64_t requests = 0, connections_open = 0, connections_total = 0, bytes_in = 0, bytes_out = 0, rejected = 0;
  std::int64_t read_waiting = 0, write_waiting = 0;  // requests in the queues of the pools now
};

// One io_context per I/O thread with SO_REUSEPORT; Beast's parser as a push parser, own reply writer (measured 13.2 us of
// processor per request against 20.1 us for full Beast, docs/internals/stack.md).
class Server {
 public:
  // `on_error` turns an exception that left a handler, or a Refusal, into a response (problem+json); it must not throw.
  // For a malformed request the fields of Request that could not be read are empty. Runs on an I/O or pool thread.
  // `observe` is called on the I/O thread after each answer with pattern (empty when no route was found), status and
  // the time from the last byte of the request to the last byte of the answer given to the system.
  struct Hooks {
    std::function<void(const Request&, std::exception_ptr, Response&)> on_error;
    std::function<void(const Request&, std::string_view pattern, int status, std::chrono::microseconds)> observe;
  };
  // `router` must outlive the server.
  Server(const ServerOptions& options, const Router& router, Hooks hooks);
  ~Server();
  void start();  // binds and returns; Error unavailable "address_in_use"
  std::uint16_t port() const;
  // Stops accepting, closes idle connections and event streams, finishes requests in flight up to drain_timeout, cuts
  // the rest, then waits for handlers that still run (they have deadlines of their own). Idempotent.
  void stop();
  // Reads the certificate files again (on SIGHUP); new connections use them. On an error the old ones stay and the error is
  // thrown. Without TLS it does nothing. Thread-safe.
  void reload_tls();
  ServerCounters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace http
