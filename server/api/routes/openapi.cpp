// The description of the API and the page to try it out.
#include <sodium.h>

#include "server/api/openapi/document.hpp"
#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/program/resources.hpp"

namespace api {

namespace {

std::string etag_of(const std::string& body) {
  unsigned char digest[16];
  crypto_generichash(digest, sizeof digest, reinterpret_cast<const unsigned char*>(body.data()), body.size(), nullptr, 0);
  char hex[2 * sizeof digest + 1];
  sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
  return "\"" + std::string(hex) + "\"";
}

void document(Call& call, http::Response& response) {
  response.body = json::serialize(openapi_document(call));
  answer_by_etag(call.request, response);
}

// {{name}} is the text "explorer.name"; texts hold nothing that HTML would take for markup.
std::string localised(const Call& call, std::string_view language, std::string_view page) {
  std::string out;
  while (true) {
    const auto open = page.find("{{");
    out += page.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = page.find("}}", open);
    const std::string name(page.substr(open + 2, close - open - 2));
    out += name == "language" ? std::string(language) : call.context.localizer.text(language, "explorer." + name);
    page.remove_prefix(close + 2);
  }
}

void explorer_page(Call& call, http::Response& response) {
  const std::string asked = call.query("lang", language_of(call.request));
  const auto page = base::find_resource("server/api/openapi/explorer/index.html");
  if (!page) throw base::Error(base::ErrorCode::kNotFound, "page_not_found");
  response.content_type = "text/html; charset=utf-8";
  response.set_header("Vary", "Accept-Language");
  response.body = localised(call, asked == "en" ? "en" : "ru", *page);
  answer_by_etag(call.request, response);
}

void explorer_file(Call& call, http::Response& response) {
  const std::string name(call.parameter(0));
  const auto file = name.find('/') == std::string::npos && name != "index.html" ? base::find_resource("server/api/openapi/explorer/" + name)
                                                                                : std::nullopt;
  if (!file) throw base::Error(base::ErrorCode::kNotFound, "page_not_found");
  response.content_type = name.ends_with(".js") ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
  response.body = *file;
  answer_by_etag(call.request, response);
}

}  // namespace

void answer_by_etag(const http::Request& request, http::Response& response) {
  const std::string etag = etag_of(response.body);
  response.set_header("ETag", etag);
  response.set_header("Cache-Control", "private, no-cache");
  if (request.header("If-None-Match") != etag) return;
  response.status = 304;
  response.body.clear();
}

void add_openapi_routes(http::Router& router, ApiContext& context) {
  using http::Method;
  using http::RunsOn;
  add_route(router, context, {Method::kGet, "/openapi.json", document});
  add_route(router, context, {Method::kGet, "/explorer", explorer_page, RunsOn::kReadPool, SignIn::kNone});
  add_route(router, context, {Method::kGet, "/explorer/{file}", explorer_file, RunsOn::kReadPool, SignIn::kNone});
}

}  // namespace api
