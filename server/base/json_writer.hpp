// Streaming JSON writer: appends to a string, no DOM.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/json_fwd.hpp"

namespace base {

// Commas and nesting are kept by the writer; misuse (two keys in a row, unbalanced end) is our bug and asserted in
// debug builds. Text must be valid UTF-8 (values from the database are).
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  // `name` is already escaped and quoted with its colon, e.g. "\"city\":"; for keys known beforehand.
  JsonWriter& raw_key(std::string_view name);

  JsonWriter& null();
  JsonWriter& boolean(bool value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& text(std::string_view value);
  JsonWriter& raw(std::string_view json);  // a complete JSON value
  JsonWriter& value(const json::value& value);
  // Statistics and ratios only; business numbers are decimals sent as text. NaN and infinities become null.
  JsonWriter& real(double value);

  std::string& out() { return out_; }

 private:
  void comma();
  std::string& out_;
  bool need_comma_ = false;
  bool after_key_ = false;   // for assertions
  std::uint32_t depth_ = 0;  // for assertions
};

// Appends `value` as a JSON string with quotes.
void append_json_string(std::string& out, std::string_view value);

}  // namespace base
