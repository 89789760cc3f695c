#include "server/app/tests/api_testing.hpp"

#include <thread>

#include "server/api/authenticator.hpp"
#include "server/api/routes/all.hpp"
#include "server/app/demo/demo_data.hpp"
#include "server/base/program/log.hpp"

namespace app {

namespace {

base::Config test_config(const store::ScratchDatabase& scratch, const std::vector<std::string>& flags) {
  base::Config config;
  declare_options(config);
  if (scratch.options().address.starts_with("postgresql:")) config.set("database.address", scratch.options().address);
  config.load_flags(flags);
  base::set_log_level(base::LogLevel::kError);
  return config;
}

http::CurlClientOptions client_options() {
  http::CurlClientOptions options;
  options.allows_private_addresses = true;
  return options;
}

}  // namespace

ApiServer::ApiServer(store::Dialect dialect, const std::vector<std::string>& flags)
    : scratch_(dialect), config_(test_config(scratch_, flags)), folder_(scratch_.folder() + "/data", true), client_(client_options()) {
  folder_.lock();
  application_ = std::make_unique<Application>(folder_, config_, Background::kRuns);
  const std::int64_t id =
      insert("user", {{"name", "Администратор"}, {"email", "admin@example.com"}, {"is_admin", true}, {"is_active", true}});
  load_reference_data(*application_, "ru");
  live_ = std::make_unique<api::LiveHub>(application_->api());
  api::add_all_routes(router_, application_->api(), *live_);
  http::ServerOptions options;
  options.port = 0;
  options.security_headers = api::security_headers(false);
  options.write_threads = 4;
  server_ = std::make_unique<http::Server>(options, router_, api::server_hooks(application_->api()));
  live_->start();
  server_->start();
  admin_ = with_key(id);
}

ApiServer::~ApiServer() {
  live_->stop();
  server_->stop();
  application_->close();
  application_.reset();
}

std::int64_t ApiServer::insert(std::string_view entity, const json::object& values) {
  const auto registry = application_->catalog().current();
  return application_->records().create(*entity::Caller::system(), registry->require(entity), values).id;
}

TestUser ApiServer::with_key(std::int64_t id) {
  api::ApiKeyRequest request;
  request.user_id = id;
  request.name = "test";
  return {id, application_->authenticator().create_api_key(request).key};
}

TestUser ApiServer::add_user(const std::string& name, const json::object& rights) {
  const std::int64_t id = insert(
      "user", {{"name", name}, {"email", "user" + std::to_string(std::hash<std::string>{}(name)) + "@example.com"}, {"is_active", true}});
  if (!rights.empty()) {
    const std::int64_t role = insert("role", {{"name", "Role of " + name}, {"rights", rights}});
    insert("user_role", {{"user", id}, {"role", role}});
  }
  application_->callers().invalidate();
  return with_key(id);
}

std::string ApiServer::url(std::string_view path) const {
  const std::string start = "http://127.0.0.1:" + std::to_string(server_->port());
  return path.starts_with("//") ? start + std::string(path.substr(1)) : start + "/api/v1" + std::string(path);
}

Answer ApiServer::send(const TestUser& who, std::string_view method, std::string_view path, Headers headers, std::string body) {
  http::ClientRequest request;
  request.method = method;
  request.url = url(path);
  request.headers = std::move(headers);
  if (!who.key.empty()) request.headers.emplace_back("Authorization", "Bearer " + who.key);
  request.body = std::move(body);
  Answer answer;
  answer.raw = client_.send(request);
  answer.status = answer.raw.status;
  answer.text = answer.raw.body;
  const bool is_json = answer.raw.header("Content-Type").find("json") != std::string_view::npos && !answer.text.empty();
  if (is_json) answer.body = base::parse_json(answer.text, {128, 64u << 20});
  return answer;
}

Answer ApiServer::call(const TestUser& who, std::string_view method, std::string_view path, const json::value& body) {
  Headers headers;
  if (!body.is_null()) headers.emplace_back("Content-Type", "application/json");
  return send(who, method, path, std::move(headers), body.is_null() ? std::string() : json::serialize(body));
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));  // between looks, so that the server has the machine
  }
  return true;
}

}  // namespace app
