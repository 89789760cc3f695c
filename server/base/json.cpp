#include "server/base/json.hpp"

#include "server/base/error.hpp"

namespace base {

json::value parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    throw Error(ErrorCode::kResourceExhausted, "json_too_large", {{"limit", std::to_string(limits.max_bytes)}});
  }
  json::parse_options options;  // strict by default: no comments, no trailing commas, UTF-8 validated
  options.max_depth = limits.max_depth;
  json::parser parser({}, options);
  boost::system::error_code ec;
  const std::size_t used = parser.write_some(text.data(), text.size(), ec);
  if (!ec && used < text.size()) ec = make_error_code(json::error::extra_data);
  if (!ec) return parser.release();
  if (ec == json::error::too_deep) {
    throw Error(ErrorCode::kInvalidArgument, "json_too_deep", {{"limit", std::to_string(limits.max_depth)}});
  }
  throw Error(ErrorCode::kInvalidArgument, "json_syntax", {{"offset", std::to_string(used)}});
}

namespace {

[[noreturn]] void wrong_type(std::string_view key, std::string expected) {
  throw Error::field(std::string(key), "wrong_type", {{"expected", std::move(expected)}});
}

}  // namespace

std::string json_string(const json::object& object, std::string_view key, std::string_view fallback) {
  const json::value* found = object.if_contains(key);
  if (!found) return std::string(fallback);
  const json::string* text = found->if_string();
  if (!text) wrong_type(key, "string");
  return std::string(text->data(), text->size());
}

bool json_bool(const json::object& object, std::string_view key, bool fallback) {
  const json::value* found = object.if_contains(key);
  if (!found) return fallback;
  const bool* flag = found->if_bool();
  if (!flag) wrong_type(key, "boolean");
  return *flag;
}

long long json_int(const json::object& object, std::string_view key, long long fallback) {
  const json::value* found = object.if_contains(key);
  if (!found) return fallback;
  const std::int64_t* number = found->if_int64();
  if (!number) wrong_type(key, "integer");
  return *number;
}

const json::array* json_array(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  if (!found) return nullptr;
  const json::array* array = found->if_array();
  if (!array) wrong_type(key, "array");
  return array;
}

const json::object* json_object(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  if (!found) return nullptr;
  const json::object* inner = found->if_object();
  if (!inner) wrong_type(key, "object");
  return inner;
}

}  // namespace base
