// A server with the routes that the tests of this folder use.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/http/raw_client_testing.hpp"
#include "server/http/server.hpp"

namespace http::testing {

class TestServer {
 public:
  explicit TestServer(ServerOptions options = {}, std::function<void(Router&)> more_routes = {}, Server::Hooks hooks = default_hooks()) {
    options.port = 0;
    add_routes();
    if (more_routes) more_routes(router);
    server = std::make_unique<Server>(options, router, std::move(hooks));
    server->start();
  }
  std::uint16_t port() const { return server->port(); }
  Client client() const { return Client(port()); }

  // The way the API layer answers: the key in a problem body.
  static Server::Hooks default_hooks() {
    Server::Hooks hooks;
    hooks.on_error = [](const Request&, const std::exception_ptr& error, Response& response) {
      std::string key = "internal";
      response.status = 500;
      try {
        std::rethrow_exception(error);
      } catch (const base::Error& known) {
        key = known.key();
        if (known.code() != base::ErrorCode::kInternal) response.status = 400;
      } catch (...) {
      }
      response.content_type = "application/problem+json";
      response.body = "{\"code\":\"" + key + "\"}";
    };
    return hooks;
  }

  Router router;
  std::unique_ptr<Server> server;

 private:
  void add_routes() {
    router.add(Method::kGet, "/hello", [](const Request&, Response& r) { r.body = "\"hello\""; }, {RunsOn::kInPlace});
    router.add(Method::kGet, "/pool", [](const Request&, Response& r) { r.body = "\"pool\""; }, {RunsOn::kReadPool});
    const auto echo = [](const Request& q, Response& r) {
      r.content_type = "text/plain";
      r.body = q.body;
    };
    router.add(Method::kPost, "/echo", echo, {RunsOn::kWritePool, 1 << 20});
    router.add(Method::kPost, "/echo-in-place", echo, {RunsOn::kInPlace, 1000});
    router.add(Method::kGet, "/show/{what}", [](const Request& q, Response& r) {
      r.content_type = "text/plain";
      r.body = std::string(q.path_parameters[0]);
      for (const auto& [name, value] : q.query) r.body += "|" + name + "=" + value;
    });
    router.add(Method::kGet, "/throw", [](const Request&, Response&) { throw std::runtime_error("secret detail"); });
    router.add(Method::kGet, "/bad-header", [](const Request&, Response& r) { r.set_header("X-A", "b\r\nSet-Cookie: c=d"); });
    router.add(Method::kGet, "/big", [](const Request&, Response& r) { r.body.assign(3'000'000, 'b'); });
  }
};

}  // namespace http::testing
