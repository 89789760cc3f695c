// Several reads in one request: a screen asks for what it needs in one round trip. Each part is answered as if asked alone.
#include <algorithm>
#include <deque>

#include "server/api/routes/routes.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/http/syntax/url.hpp"

namespace api {

namespace {

constexpr std::size_t kMaxParts = 20;

// Only what changes nothing: GET, and the POST forms of reading.
bool is_read(http::Method method, std::string_view path) {
  if (method == http::Method::kGet) return true;
  return path.ends_with(":query") || path.ends_with(":aggregate") || path.ends_with(":count");
}

// One part of the request; owns the text that the views of `request` point into.
struct Part {
  std::string target, path, body;
  http::Request request;
};

void parse_part(const json::value& given, const http::Request& outer, std::size_t index, Part& part) {
  const std::string name = "requests[" + std::to_string(index) + "]";
  if (!given.is_object()) throw base::Error::field(name, "wrong_type", {{"expected", "object"}});
  const json::object& object = given.as_object();
  const std::string method = base::json_string(object, "method", "GET");
  if (method != "GET" && method != "POST") throw base::Error::field(name + ".method", "unknown_option", {{"valid", "GET, POST"}});
  part.target = "/api/v1" + base::json_string(object, "path");
  const auto question = part.target.find('?');
  const auto decoded = http::percent_decode(std::string_view(part.target).substr(0, question));
  if (!decoded) throw base::Error::field(name + ".path", "wrong_type", {{"expected", "path"}});
  part.path = *decoded;
  part.request.method = method == "GET" ? http::Method::kGet : http::Method::kPost;
  if (!is_read(part.request.method, part.path) || part.path == "/api/v1/multi")
    throw base::Error::field(name + ".path", "multi_reads_only");
  if (question != std::string::npos && !http::parse_query(std::string_view(part.target).substr(question + 1), part.request.query)) {
    throw base::Error::field(name + ".path", "wrong_type", {{"expected", "query"}});
  }
  if (const auto* body = object.if_contains("body")) part.body = json::serialize(*body);
  part.request.target = part.target;
  part.request.path = part.path;
  part.request.body = part.body;
  part.request.remote_address = outer.remote_address;
  part.request.is_tls = outer.is_tls;
  for (const auto& header : outer.headers) {
    // A part must not be answered «not changed»: the browser keeps the whole, not its parts.
    if (!http::equals_ignoring_case(header.first, "if-none-match")) part.request.headers.push_back(header);
  }
}

http::Response answer(const http::Router& router, Part& part) {
  http::Response response;
  std::vector<http::Method> allowed;
  const auto match = router.find(part.request.method, part.path, allowed);
  if (!match) throw base::Error(base::ErrorCode::kNotFound, "route_not_found");
  part.request.path_parameters = match->parameters;
  (*match->handler)(part.request, response);
  const bool is_stream = response.source != nullptr || response.on_event_stream != nullptr || response.shared_body != nullptr;
  if (is_stream || response.content_type.find("json") == std::string::npos)
    throw base::Error(base::ErrorCode::kInvalidArgument, "multi_reads_only");
  return response;
}

}  // namespace

void add_multi_routes(http::Router& router, ApiContext& context) {
  add_route(router, context,
            {http::Method::kPost, "/multi",
             [&router](Call& call, http::Response& response) {
               const json::object body = call.body();
               const json::array* requests = base::json_array(body, "requests");
               if (requests == nullptr) throw base::Error::field("requests", "required");
               if (requests->size() > kMaxParts) throw base::Error::field("requests", "too_many", {{"max", std::to_string(kMaxParts)}});
               std::deque<Part> parts;
               for (std::size_t i = 0; i < requests->size(); ++i) parse_part(requests->at(i), call.request, i, parts.emplace_back());
               base::JsonWriter out(response.body);
               out.begin_object().key("answers").begin_array();
               for (auto& part : parts) {
                 http::Response one;
                 try {
                   one = answer(router, part);
                 } catch (const base::Error&) {
                   one = http::Response{};
                   write_problem(std::current_exception(), call.context.localizer, language_of(call.request), one);
                 }
                 out.begin_object().key("status").integer(one.status).key("body");
                 if (one.body.empty())
                   out.null();
                 else
                   out.raw(one.body);
                 out.end_object();
               }
               out.end_array().end_object();
               response.set_header("Cache-Control", "no-store");
             },
             http::RunsOn::kReadPool, SignIn::kNone});
}

}  // namespace api
