// JSON in: Boost.JSON under limits. JSON out: base/json_writer.hpp; a DOM is never built for lists
// (measured: 393-647 us against 193 us for a page of 50, docs/internals/stack.md).
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "server/base/json_fwd.hpp"

namespace base {

struct JsonLimits {
  std::size_t max_depth = 64;
  std::size_t max_bytes = 16u << 20;
};

// Strict RFC 8259; UTF-8 is validated. Throws Error invalid_argument "json_syntax" {offset}, "json_too_deep",
// "json_too_large".
json::value parse_json(std::string_view text, const JsonLimits& limits = {});

// Member look-ups for definition files and small bodies; missing member gives the default, a wrong type throws
// Error::field(key, "wrong_type", {expected}).
std::string json_string(const json::object& object, std::string_view key, std::string_view fallback = {});
bool json_bool(const json::object& object, std::string_view key, bool fallback = false);
long long json_int(const json::object& object, std::string_view key, long long fallback = 0);
const json::array* json_array(const json::object& object, std::string_view key);    // nullptr when missing
const json::object* json_object(const json::object& object, std::string_view key);  // nullptr when missing

}  // namespace base
