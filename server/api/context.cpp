#include "server/api/context.hpp"

#include <algorithm>
#include <charconv>

#include "server/api/authenticator.hpp"
#include "server/base/error.hpp"
#include "server/entity/access.hpp"

namespace api {

const entity::Caller& Call::writer() {
  if (!writer_) {
    writer_ = *caller_;
    writer_->remote_address = request.remote_address;
  }
  return *writer_;
}

const entity::EntityDef& Call::entity(std::size_t index) const {
  const entity::EntityDef* found = registry->find_plural(parameter(index));
  const bool visible =
      found != nullptr && (entity::may(*caller_, *found, entity::Action::kRead) || entity::may(*caller_, *found, entity::Action::kCreate));
  if (!visible) throw base::Error(base::ErrorCode::kNotFound, "unknown_entity", {{"entity", std::string(parameter(index))}});
  return *found;
}

std::int64_t Call::id(std::size_t index) const {
  const std::string_view text = parameter(index);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value <= 0)
    throw base::Error(base::ErrorCode::kNotFound, "record_not_found");
  return value;
}

json::object Call::body() const {
  if (request.body.empty()) return {};
  json::value value = base::parse_json(request.body);
  if (!value.is_object()) throw base::Error::field("", "wrong_type", {{"expected", "object"}});
  return std::move(value.as_object());
}

std::string Call::query(std::string_view name, std::string_view fallback) const {
  return std::string(request.query_value(name).value_or(fallback));
}

int Call::query_int(std::string_view name, int fallback, int min, int max) const {
  const auto given = request.query_value(name);
  if (!given) return fallback;
  int value = 0;
  const auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), value);
  if (error != std::errc{} || end != given->data() + given->size() || value < min || value > max) {
    throw base::Error::field(std::string(name), "out_of_range", {{"min", std::to_string(min)}, {"max", std::to_string(max)}});
  }
  return value;
}

bool Call::query_flag(std::string_view name) const {
  const auto given = request.query_value(name);
  return given && (*given == "true" || *given == "1" || given->empty());
}

void Call::read(std::string_view name, const std::function<void(const entity::QueryContext&)>& body) const {
  store::ReadOptions options;
  options.name = name;
  read(options, body);
}

void Call::read_record(std::string_view name, const entity::EntityDef& entity,
                       const std::function<void(const entity::QueryContext&)>& body) const {
  store::ReadOptions options;
  options.name = name;
  options.snapshot = context.database.dialect() == store::Dialect::kSqlite ||
                     access_filter(*registry, entity, *caller_, entity::Action::kRead).kind != entity::Filter::Kind::kAlways;
  read(options, body);
}

void Call::read(const store::ReadOptions& options, const std::function<void(const entity::QueryContext&)>& body) const {
  context.database.read(options, [&](store::Connection& connection) { body({connection, *registry, *caller_, now}); });
}

std::string_view language_of(const http::Request& request) {
  // The first of the two languages that the header names; quality values keep the order in practice.
  const std::string_view header = request.header("Accept-Language");
  const auto ru = header.find("ru");
  const auto en = header.find("en");
  if (en != std::string_view::npos && (ru == std::string_view::npos || en < ru)) return "en";
  return "ru";
}

void add_route(http::Router& router, ApiContext& context, ApiRoute route) {
  http::RouteOptions options;
  options.runs_on = route.runs_on;
  options.max_body_bytes =
      route.body_limit == BodyLimit::kOwn ? route.max_body_bytes : std::min(route.max_body_bytes, context.max_body_bytes);
  const std::string pattern = "/api/v1" + std::string(route.pattern);
  context.served.emplace_back(route.method, route.pattern);
  router.add(
      route.method, pattern,
      [&context, sign_in = route.sign_in, handler = std::move(route.handler)](const http::Request& request, http::Response& response) {
        std::string language(language_of(request));
        try {
          Identity identity;
          if (sign_in == SignIn::kRequired) {
            identity = context.authenticator.identify(request);
            if (!identity.caller) throw base::Error(base::ErrorCode::kUnauthenticated, "sign_in_required");
            language = identity.caller->language;
          }
          Call call(context, request, identity.caller, context.catalog.current(), context.clock.now());
          handler(call, response);
        } catch (...) {
          response = http::Response{};
          write_problem(std::current_exception(), context.localizer, language, response);
        }
      },
      options);
}

}  // namespace api
