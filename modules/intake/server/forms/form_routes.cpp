#include "modules/intake/server/forms/form_routes.hpp"

#include <algorithm>

#include "modules/intake/server/forms/form_page.hpp"
#include "modules/intake/server/forms/submission.hpp"
#include "modules/intake/server/lookup.hpp"
#include "server/api/open_record.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"

namespace intake {

namespace {

constexpr std::int64_t kMostBytes = 64 << 20;
constexpr std::string_view kCarried[] = {"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"};

Form require_form(api::ApiContext& context, std::string_view key) {
  const auto registry = context.catalog.current();
  const auto system = entity::Caller::system();
  std::optional<Form> form;
  context.database.read({.name = "web_form"}, [&](store::Connection& connection) {
    form = find_form({connection, *registry, *system, context.clock.now()}, key);
  });
  if (!form) throw base::Error(base::ErrorCode::kNotFound, "form_not_found");
  return *form;
}

bool wants_json(const http::Request& request) { return request.header("Accept").find("application/json") != std::string_view::npos; }

// The answer may be read by scripts of the origins the form names, by no others.
void allow_origin(const Form& form, const http::Request& request, http::Response& response) {
  response.set_header("Vary", "Origin");
  const auto origin = request.header("Origin");
  if (!origin.empty() && allows_origin(form, origin, request.header("Host")))
    response.set_header("Access-Control-Allow-Origin", std::string(origin));
}

Sent read_sent(const Form& form, const http::Request& request) {
  api::SentForm given = api::read_form(request, form.max_file_mb << 20);
  Sent sent;
  sent.address = request.remote_address;
  sent.values = std::move(given.values);
  const bool takes_files = std::any_of(form.fields.begin(), form.fields.end(), [](const auto& field) { return field.key == "file"; });
  for (auto& file : given.files) {
    if (takes_files && file.field == "file") sent.files.push_back(std::move(file));
  }
  return sent;
}

void show_page(api::ApiContext& context, const Form& form, const FormState& state, const std::map<std::string, std::string>& hidden,
               http::Response& response) {
  const std::string token = make_token(form_secret(context.services), form.key, context.clock.now(), context.random);
  response.content_type = "text/html; charset=utf-8";
  response.set_header("Cache-Control", "no-store");
  response.body = form_page(form, context.localizer, token, state, hidden);
}

// The form again with what was wrong.
void show_again(api::ApiContext& context, const Form& form, const Sent& sent, const base::Error& error, http::Response& response) {
  http::Response problem;
  api::write_problem(std::make_exception_ptr(error), context.localizer, form.language, problem);
  FormState state;
  state.values = sent.values;
  const json::value body = base::parse_json(problem.body);
  if (const auto* errors = base::json_array(body.as_object(), "errors")) {
    for (const auto& one : *errors) state.errors[std::string(one.at("path").as_string())] = one.at("message").as_string();
  }
  if (state.errors.empty()) state.errors[""] = base::json_string(body.as_object(), "detail");
  std::map<std::string, std::string> hidden;
  for (const auto tag : kCarried) {
    if (const auto value = sent.values.find(std::string(tag)); value != sent.values.end()) hidden.insert(*value);
  }
  show_page(context, form, state, hidden, response);
  response.status = problem.status;
}

void submit(api::ApiContext& context, const http::Request& request, http::Response& response) {
  const Form form = require_form(context, request.path_parameters.at(0));
  if (!allows_origin(form, request.header("Origin"), request.header("Host")))
    throw base::Error(base::ErrorCode::kPermissionDenied, "origin_not_allowed");
  Sent sent;
  try {
    sent = read_sent(form, request);
    const auto given = sent.values.find("token");
    const auto token = read_token(form_secret(context.services), form.key, given == sent.values.end() ? "" : given->second);
    if (!token) throw base::Error(base::ErrorCode::kFailedPrecondition, "form_expired");
    FormIntake(context.services, context.files).take(form, *token, sent);
  } catch (const base::Error& error) {
    if (error.code() == base::ErrorCode::kInternal) throw;
    if (wants_json(request))
      api::write_problem(std::current_exception(), context.localizer, form.language, response);
    else
      show_again(context, form, sent, error, response);
    allow_origin(form, request, response);
    return;
  }
  allow_origin(form, request, response);
  if (wants_json(request)) {
    const std::string thanks = form.thanks.empty() ? context.localizer.text(form.language, "intake.form.thanks") : form.thanks;
    response.body = json::serialize(json::object{{"ok", true}, {"thanks", thanks}, {"thanks_url", form.thanks_url}});
  } else if (!form.thanks_url.empty()) {
    response.status = 303;
    response.set_header("Location", form.thanks_url);
  } else {
    response.content_type = "text/html; charset=utf-8";
    response.body = thanks_page(form, context.localizer);
  }
}

void page(api::ApiContext& context, const http::Request& request, http::Response& response) {
  const Form form = require_form(context, request.path_parameters.at(0));
  std::map<std::string, std::string> hidden;
  for (const auto tag : kCarried) {
    if (const auto value = request.query_value(tag)) hidden[std::string(tag)] = std::string(value->substr(0, 600));
  }
  if (const auto referrer = request.header("Referer"); !referrer.empty()) hidden["referrer"] = std::string(referrer.substr(0, 2000));
  show_page(context, form, {}, hidden, response);
}

void script(api::ApiContext& context, const http::Request& request, http::Response& response) {
  const Form form = require_form(context, request.path_parameters.at(0));
  const std::string token = make_token(form_secret(context.services), form.key, context.clock.now(), context.random);
  response.content_type = "text/javascript; charset=utf-8";
  response.set_header("Cache-Control", "no-store");
  response.body = embed_script(form, context.localizer, token);
}

void preflight(api::ApiContext& context, const http::Request& request, http::Response& response) {
  const Form form = require_form(context, request.path_parameters.at(0));
  allow_origin(form, request, response);
  response.set_header("Access-Control-Allow-Methods", "POST");
  response.set_header("Access-Control-Allow-Headers", "Accept, Content-Type");
  response.set_header("Access-Control-Max-Age", "600");
  response.status = 204;
}

void distribute(api::Call& call, http::Response& response) {
  const auto& leads = call.registry->require("lead");
  const std::int64_t id = api::open_record(call, "lead", entity::Action::kUpdate).id;
  entity::Caller caller = process_caller();
  caller.user_id = call.caller().user_id;
  call.context.records.update(caller, leads, id, {{"distribution_state", "asked"}});
  call.read("lead_distributed", [&](const entity::QueryContext& context) {
    response.body.clear();
    const auto lead = load({context.connection, context.registry, caller, context.now}, "lead", id);
    json::object answer = {{"id", id}, {"distribution_state", lead->text("distribution_state")}, {"owner", nullptr}};
    if (lead->link_id("owner") != 0) answer["owner"] = {{"id", lead->link_id("owner")}};
    response.body = json::serialize(answer);
  });
}

}  // namespace

void add_form_routes(http::Router& router, api::ApiContext& context) {
  using http::Method;
  api::add_open_route(router, context, Method::kGet, "/forms/{key}", page);
  api::add_open_route(router, context, Method::kGet, "/forms/{key}/embed.js", script);
  api::add_open_route(router, context, Method::kPost, "/forms/{key}/submit", submit, kMostBytes);
  api::add_open_route(router, context, Method::kOptions, "/forms/{key}/submit", preflight);
}

void add_intake_routes(http::Router& router, api::ApiContext& context) {
  api::add_route(router, context, {http::Method::kPost, "/leads/{id}:distribute", distribute, http::RunsOn::kWritePool});
}

}  // namespace intake
