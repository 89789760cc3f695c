// Health, metrics and the web interface.
#include <atomic>
#include <map>
#include <mutex>

#include "server/api/routes/all.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/program/log.hpp"
#include "server/base/program/resources.hpp"

namespace api {

namespace {

constexpr std::string_view kLivePattern = "/api/v1/live";

// Requests per route and class of status with a histogram of durations, Prometheus text format 0.0.4.
class RequestMetrics {
 public:
  void observe(std::string_view pattern, int status, std::chrono::microseconds duration) {
    const std::lock_guard lock(mutex_);
    Series& series = series_[std::string(pattern.empty() ? "none" : pattern)];
    ++series.by_class[std::min(std::max(status / 100, 1), 5)];
    // A stream of events ends when its reader goes: its length is no latency.
    if (pattern == kLivePattern) return;
    series.sum_us += duration.count();
    ++series.count;
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      if (duration.count() <= kBounds[i]) ++series.buckets[i];
    }
  }

  void write(std::string& out) const {
    const std::lock_guard lock(mutex_);
    out += "# TYPE matvey_requests_total counter\n";
    for (const auto& [pattern, series] : series_) {
      for (int c = 1; c <= 5; ++c) {
        if (series.by_class[c] == 0) continue;
        out += "matvey_requests_total{route=\"" + pattern + "\",status=\"" + std::to_string(c) + "xx\"} " +
               std::to_string(series.by_class[c]) + "\n";
      }
    }
    out += "# TYPE matvey_request_seconds histogram\n";
    for (const auto& [pattern, series] : series_) {
      if (series.count == 0) continue;
      const std::string label = "route=\"" + pattern + "\"";
      for (std::size_t i = 0; i < kBounds.size(); ++i) {
        out += "matvey_request_seconds_bucket{" + label + ",le=\"" + std::to_string(static_cast<double>(kBounds[i]) / 1e6) + "\"} " +
               std::to_string(series.buckets[i]) + "\n";
      }
      out += "matvey_request_seconds_bucket{" + label + ",le=\"+Inf\"} " + std::to_string(series.count) + "\n";
      out += "matvey_request_seconds_sum{" + label + "} " + std::to_string(static_cast<double>(series.sum_us) / 1e6) + "\n";
      out += "matvey_request_seconds_count{" + label + "} " + std::to_string(series.count) + "\n";
    }
  }

 private:
  static constexpr std::array<std::int64_t, 8> kBounds = {500, 1000, 5000, 10000, 50000, 100000, 500000, 1000000};
  struct Series {
    std::int64_t by_class[6] = {};
    std::int64_t buckets[8] = {};
    std::int64_t count = 0, sum_us = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Series> series_;
};

RequestMetrics& metrics() {
  static RequestMetrics instance;
  return instance;
}

void write_query_metrics(const store::Database& database, std::string& out) {
  // The lines of one metric stand together, as the text format demands.
  const auto queries = database.statistics();
  const auto label = [](const store::QueryStats& query) { return "{query=\"" + query.name + "\"} "; };
  out += "# TYPE matvey_query_calls_total counter\n";
  for (const auto& query : queries) out += "matvey_query_calls_total" + label(query) + std::to_string(query.calls) + "\n";
  out += "# TYPE matvey_query_seconds_total counter\n";
  for (const auto& query : queries)
    out += "matvey_query_seconds_total" + label(query) + std::to_string(static_cast<double>(query.total_us) / 1e6) + "\n";
  out += "# TYPE matvey_query_max_seconds gauge\n";
  for (const auto& query : queries)
    out += "matvey_query_max_seconds" + label(query) + std::to_string(static_cast<double>(query.max_us) / 1e6) + "\n";
}

void write_program_metrics(const ApiContext& context, std::string& out) {
  const auto one = [&](std::string_view name, std::string_view type, std::int64_t value) {
    out.append("# TYPE ")
        .append(name)
        .append(" ")
        .append(type)
        .append("\n")
        .append(name)
        .append(" ")
        .append(std::to_string(value))
        .append("\n");
  };
  one("matvey_memory_bytes", "gauge", private_memory_bytes());
  if (context.server_counters) {
    const auto counters = context.server_counters();
    one("matvey_connections_open", "gauge", counters.connections_open);
    one("matvey_received_bytes_total", "counter", counters.bytes_in);
    one("matvey_sent_bytes_total", "counter", counters.bytes_out);
    one("matvey_requests_rejected_total", "counter", counters.rejected);
    one("matvey_requests_waiting", "gauge", counters.read_waiting + counters.write_waiting);
  }
  if (context.open_streams) one("matvey_streams_open", "gauge", static_cast<std::int64_t>(context.open_streams()));
  out += "# TYPE matvey_consumer_events_total counter\n";
  for (const auto& consumer : context.dispatcher.states())
    out += "matvey_consumer_events_total{consumer=\"" + consumer.name + "\"} " + std::to_string(consumer.handled) + "\n";
  out += "# TYPE matvey_consumer_failing gauge\n";
  for (const auto& consumer : context.dispatcher.states())
    out += "matvey_consumer_failing{consumer=\"" + consumer.name + "\"} " + (consumer.last_error.empty() ? "0\n" : "1\n");
}

bool accepts(const http::Request& request, std::string_view encoding) {
  return request.header("Accept-Encoding").find(encoding) != std::string_view::npos;
}

// Files of the built interface; any other path is the application's own address and gets its page.
void web(const http::Request& request, http::Response& response) {
  if (request.path.starts_with("/api/")) throw base::Error(base::ErrorCode::kNotFound, "route_not_found");
  const std::string path = "web" + std::string(request.path == "/" ? "/index.html" : request.path);
  auto file = base::find_resource_file(path);
  if (!file && path.find('.', path.rfind('/')) != std::string::npos) throw base::Error(base::ErrorCode::kNotFound, "page_not_found");
  if (!file) file = base::find_resource_file("web/index.html");
  if (!file) throw base::Error(base::ErrorCode::kNotFound, "page_not_found");
  const std::string_view name = file->path;
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {{".html", "text/html; charset=utf-8"},
                                                                             {".js", "text/javascript; charset=utf-8"},
                                                                             {".css", "text/css; charset=utf-8"},
                                                                             {".svg", "image/svg+xml"},
                                                                             {".png", "image/png"},
                                                                             {".woff2", "font/woff2"},
                                                                             {".webmanifest", "application/manifest+json"},
                                                                             {".json", "application/json"},
                                                                             {".ico", "image/x-icon"},
                                                                             {".txt", "text/plain; charset=utf-8"}};
  response.content_type = "application/octet-stream";
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) response.content_type = type;
  }
  const std::string etag = "\"" + std::string(file->hash.substr(0, 32)) + "\"";
  response.set_header("ETag", etag);
  // Assets carry their hash in the name; the page itself is always asked for again.
  response.set_header("Cache-Control",
                      name.find("/assets/") != std::string_view::npos ? "public, max-age=31536000, immutable" : "no-cache");
  response.set_header("Vary", "Accept-Encoding");
  if (request.header("If-None-Match") == etag) {
    response.status = 304;
    return;
  }
  if (!file->brotli.empty() && accepts(request, "br")) {
    response.set_header("Content-Encoding", "br");
    response.body = file->brotli;
  } else if (!file->gzip.empty() && accepts(request, "gzip")) {
    response.set_header("Content-Encoding", "gzip");
    response.body = file->gzip;
  } else {
    response.body = file->content;
  }
}

void health(ApiContext& context, http::Response& response) {
  store::ReadOptions options;
  options.name = "health";
  context.database.read(options, [](store::Connection& connection) { connection.prepare("health", "SELECT 1").step(); });
  response.set_header("Cache-Control", "no-store");
  base::JsonWriter out(response.body);
  out.begin_object().key("status").text("ok").key("metadata_version").integer(context.catalog.current()->version()).end_object();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> security_headers(bool is_tls) {
  std::vector<std::pair<std::string, std::string>> headers = {
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "same-origin"},
      {"Permissions-Policy", "geolocation=(self), camera=(self), microphone=(self)"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Content-Security-Policy",
       "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'self'; "
       "form-action 'self'; object-src 'none'"}};
  if (is_tls) headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  return headers;
}

http::Server::Hooks server_hooks(ApiContext& context) {
  http::Server::Hooks hooks;
  hooks.on_error = [&context](const http::Request& request, std::exception_ptr error, http::Response& response) {
    write_problem(error, context.localizer, language_of(request), response);
  };
  hooks.observe = [](const http::Request&, std::string_view pattern, int status, std::chrono::microseconds duration) {
    metrics().observe(pattern, status, duration);
  };
  return hooks;
}

void add_all_routes(http::Router& router, ApiContext& context, LiveHub& live) {
  add_record_routes(router, context);
  add_query_routes(router, context);
  add_history_routes(router, context);
  add_timeline_routes(router, context);
  add_share_routes(router, context);
  add_search_routes(router, context);
  add_session_routes(router, context);
  add_metadata_routes(router, context);
  add_metadata_text_routes(router, context);
  add_company_routes(router, context);
  add_multi_routes(router, context);
  add_job_routes(router, context);
  add_duplicate_routes(router, context);
  add_setting_routes(router, context);
  add_mail_routes(router, context);
  add_password_link_routes(router, context);
  add_file_routes(router, context);
  add_import_routes(router, context);
  add_web_hook_routes(router, context);
  add_audit_routes(router, context);
  add_status_routes(router, context);
  add_preset_routes(router, context);
  add_metadata_formula_routes(router, context);
  add_notice_routes(router, context);
  add_openapi_routes(router, context);
  add_event_routes(router, context, live);
  for (const auto& add : context.module_routes) add(router, context);
  router.add(http::Method::kGet, "/health", [&context](const http::Request&, http::Response& response) { health(context, response); });
  router.add(http::Method::kGet, "/metrics", [&context](const http::Request&, http::Response& response) {
    response.content_type = "text/plain; version=0.0.4";
    metrics().write(response.body);
    write_program_metrics(context, response.body);
    write_query_metrics(context.database, response.body);
  });
  router.add(http::Method::kGet, "/{path...}", web, {http::RunsOn::kInPlace});
  router.add(http::Method::kGet, "/", web, {http::RunsOn::kInPlace});
}

}  // namespace api
