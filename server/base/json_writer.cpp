#include "server/base/json_writer.hpp"

#include <boost/json.hpp>
#include <cassert>
#include <charconv>
#include <cmath>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace base {

namespace {

bool needs_escape(unsigned char byte) { return byte < 0x20 || byte == '"' || byte == '\\'; }

// Length of the leading run that can be copied as it is.
std::size_t clean_run(const char* data, std::size_t size) {
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i control = _mm_set1_epi8(0x1f);
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; i + 16 <= size; i += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + i));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, control), block);
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash));
    const int mask = _mm_movemask_epi8(_mm_or_si128(low, special));
    if (mask != 0) return i + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
  }
#endif
  while (i < size && !needs_escape(static_cast<unsigned char>(data[i]))) ++i;
  return i;
}

void append_escape(std::string& out, unsigned char byte) {
  switch (byte) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    default: {
      static constexpr char kHex[] = "0123456789abcdef";
      const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
      out.append(escape, sizeof escape);
    }
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view value) {
  out += '"';
  const char* data = value.data();
  std::size_t left = value.size();
  for (;;) {
    const std::size_t run = clean_run(data, left);
    out.append(data, run);
    if (run == left) break;
    append_escape(out, static_cast<unsigned char>(data[run]));
    data += run + 1;
    left -= run + 1;
  }
  out += '"';
}

void JsonWriter::comma() {
  if (need_comma_) out_ += ',';
  need_comma_ = true;
  after_key_ = false;
}

JsonWriter& JsonWriter::begin_object() {
  comma();
  out_ += '{';
  need_comma_ = false;
  ++depth_;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  assert(depth_ > 0 && !after_key_);
  out_ += '}';
  need_comma_ = true;
  --depth_;
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  comma();
  out_ += '[';
  need_comma_ = false;
  ++depth_;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  assert(depth_ > 0 && !after_key_);
  out_ += ']';
  need_comma_ = true;
  --depth_;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(depth_ > 0 && !after_key_);
  if (need_comma_) out_ += ',';
  append_json_string(out_, name);
  out_ += ':';
  need_comma_ = false;
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::raw_key(std::string_view name) {
  assert(depth_ > 0 && !after_key_);
  if (need_comma_) out_ += ',';
  out_ += name;
  need_comma_ = false;
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::null() {
  comma();
  out_ += "null";
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  comma();
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  comma();
  char buffer[24];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  out_.append(buffer, result.ptr);
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  comma();
  append_json_string(out_, value);
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  comma();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::real(double value) {
  if (!std::isfinite(value)) return null();  // RFC 8259, 6: no NaN, no infinity
  comma();
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  out_.append(buffer, result.ptr);
  return *this;
}

JsonWriter& JsonWriter::value(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return null();
    case json::kind::bool_: return boolean(value.get_bool());
    case json::kind::int64: return integer(value.get_int64());
    case json::kind::uint64: return raw(std::to_string(value.get_uint64()));
    case json::kind::double_: return real(value.get_double());
    case json::kind::string: return text({value.get_string().data(), value.get_string().size()});
    case json::kind::array:
      begin_array();
      for (const json::value& item : value.get_array()) this->value(item);
      return end_array();
    case json::kind::object:
      begin_object();
      for (const auto& member : value.get_object()) {
        key({member.key().data(), member.key().size()});
        this->value(member.value());
      }
      return end_object();
  }
  return *this;
}

}  // namespace base
