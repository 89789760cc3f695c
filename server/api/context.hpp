// What every route of the API works with.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/json.hpp"
#include "server/base/program/localizer.hpp"
#include "server/entity/catalog.hpp"
#include "server/entity/module_host.hpp"
#include "server/entity/query.hpp"
#include "server/flow/jobs.hpp"
#include "server/flow/outbox_dispatcher.hpp"
#include "server/flow/scheduler.hpp"
#include "server/http/server.hpp"

namespace connect {
class Enrichment;
class Files;
class Imports;
class Mailer;
class Notices;
class WebHooks;
}  // namespace connect

namespace api {

class Authenticator;
class PasswordLinks;

// Long-lived services; all outlive the HTTP server.
struct ApiContext {
  store::Database& database;
  entity::Catalog& catalog;
  entity::RecordService& records;
  entity::CallerDirectory& callers;
  const base::Localizer& localizer;
  const base::Clock& clock;
  base::Random& random;
  Authenticator& authenticator;
  flow::Jobs& jobs;
  entity::Services& services;
  connect::Files& files;
  connect::Notices& notices;
  connect::WebHooks& web_hooks;
  connect::Imports& imports;
  connect::Enrichment& enrichment;
  connect::Mailer& mailer;
  PasswordLinks& password_links;
  const flow::OutboxDispatcher& dispatcher;
  const flow::Scheduler& scheduler;
  std::int64_t max_body_bytes = 64 << 20;  // of any request but uploads of files
  base::Instant started_at = clock.now();
  std::function<http::ServerCounters()> server_counters = {};  // set by whoever starts the server
  std::function<std::size_t()> open_streams = {};
  std::vector<std::function<void(http::Router&, ApiContext&)>> module_routes = {};
  std::vector<std::pair<http::Method, std::string>> served = {};  // what add_route added, patterns below /api/v1
};

// One call of the API, made by the route wrapper after sign-in. Lives as long as the handler runs.
class Call {
 public:
  Call(ApiContext& context, const http::Request& request, entity::CallerPtr caller, entity::RegistryPtr registry, base::Instant now)
      : context(context), request(request), registry(std::move(registry)), now(now), caller_(std::move(caller)) {}

  ApiContext& context;
  const http::Request& request;
  const entity::RegistryPtr registry;
  const base::Instant now;

  const entity::Caller& caller() const { return *caller_; }
  // May do what only administrators may; a key with scopes does records only, whoever's it is.
  bool is_administrator() const { return caller_->is_admin && caller_->key_scopes.empty(); }
  // The same with the remote address, for what is audited.
  const entity::Caller& writer();
  std::string_view parameter(std::size_t index) const { return request.path_parameters.at(index); }
  // The entity whose plural is path parameter `index`; not_found when unknown or when the caller has no right to it at all.
  const entity::EntityDef& entity(std::size_t index = 0) const;
  std::int64_t id(std::size_t index = 1) const;  // not_found when it is not a number
  // The body as a JSON object; an empty body gives an empty object.
  json::object body() const;
  std::string query(std::string_view name, std::string_view fallback = {}) const;
  int query_int(std::string_view name, int fallback, int min, int max) const;
  bool query_flag(std::string_view name) const;
  entity::FilterContext filter_context(const entity::EntityDef& entity) const { return {*registry, entity, *caller_, now}; }
  // Runs `body` over a snapshot; the name appears in metrics.
  void read(std::string_view name, const std::function<void(const entity::QueryContext&)>& body) const;
  // The same for one record whose rights need no second look: on PostgreSQL each statement has a snapshot of its own, which
  // saves a transaction around the one that is needed nearly always. What linked records are called may be newer then.
  void read_record(std::string_view name, const entity::EntityDef& entity,
                   const std::function<void(const entity::QueryContext&)>& body) const;
  std::string text(std::string_view key, const base::MessageArgs& args = {}) const {
    return context.localizer.text(caller_->language, key, args);
  }

 private:
  void read(const store::ReadOptions& options, const std::function<void(const entity::QueryContext&)>& body) const;
  entity::CallerPtr caller_;
  std::optional<entity::Caller> writer_;
};

using ApiHandler = std::function<void(Call&, http::Response&)>;

// kNone: the handler runs without a caller (signing in itself, the first-run state).
enum class SignIn { kRequired, kNone };
// kCommon: the smaller of the route's limit and the program's.
enum class BodyLimit { kCommon, kOwn };

struct ApiRoute {
  http::Method method;
  std::string_view pattern;  // below /api/v1
  ApiHandler handler;
  http::RunsOn runs_on = http::RunsOn::kReadPool;
  SignIn sign_in = SignIn::kRequired;
  std::int64_t max_body_bytes = 16 << 20;
  BodyLimit body_limit = BodyLimit::kCommon;
};

// Adds a route that signs the caller in, checks the CSRF token of cookie sessions and turns errors into problem+json.
void add_route(http::Router& router, ApiContext& context, ApiRoute route);

// problem+json (RFC 9457) of whatever was thrown, in `language`; anything but base::Error is logged with a number and
// answered as internal.
void write_problem(std::exception_ptr error, const base::Localizer& localizer, std::string_view language, http::Response& response);
// Best of Accept-Language, "ru" when it names neither ru nor en.
std::string_view language_of(const http::Request& request);

}  // namespace api
