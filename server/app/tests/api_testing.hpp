// The whole program over HTTP for tests: a scratch base, the application with its background work, a server on a free port.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/api/live.hpp"
#include "server/app/application.hpp"
#include "server/http/client.hpp"
#include "server/http/server.hpp"
#include "server/store/database_testing.hpp"

namespace app {

// A user of the tests: his id and a key of his.
struct TestUser {
  std::int64_t id = 0;
  std::string key;
};

struct Answer {
  int status = 0;
  json::value body;  // null when the answer is no JSON
  std::string text;
  http::ClientResponse raw;
  std::int64_t id() const { return body.at("id").as_int64(); }
};

class ApiServer {
 public:
  explicit ApiServer(store::Dialect dialect, const std::vector<std::string>& flags = {});
  ~ApiServer();

  using Headers = std::vector<std::pair<std::string, std::string>>;
  // `path` below /api/v1, or absolute when it begins with "//" (then one slash is dropped).
  Answer call(const TestUser& who, std::string_view method, std::string_view path, const json::value& body = nullptr);
  Answer send(const TestUser& who, std::string_view method, std::string_view path, Headers headers, std::string body = {});
  Answer get(const TestUser& who, std::string_view path) { return call(who, "GET", path); }

  const TestUser& admin() const { return admin_; }
  // An active user with a role of these rights, {"deal": {"read": "own", …}} as in a role's `rights`.
  TestUser add_user(const std::string& name, const json::object& rights = {});
  Application& application() { return *application_; }
  api::LiveHub& live() { return *live_; }
  std::string url(std::string_view path) const;

 private:
  std::int64_t insert(std::string_view entity, const json::object& values);
  TestUser with_key(std::int64_t id);

  store::ScratchDatabase scratch_;
  base::Config config_;
  DataFolder folder_;
  std::unique_ptr<Application> application_;
  std::unique_ptr<api::LiveHub> live_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
  http::CurlClient client_;
  TestUser admin_;
};

// True as soon as `condition` holds; false after a minute: what hangs, even where ThreadSanitizer slows all.
bool eventually(const std::function<bool()>& condition);

// Tests of the API run on both bases.
class ApiTest : public testing::TestWithParam<store::Dialect> {};

}  // namespace app
