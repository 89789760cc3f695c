// The request parser fed whole and in pieces: both ways must agree, and nothing may crash.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/http/internal/request_parser.hpp"

namespace {

using http::internal::RequestHead;
using http::internal::RequestParser;

struct Outcome {
  int status = -1;  // -1: incomplete, 0: parsed
  std::string body;
  bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string_view input, std::size_t piece) {
  constexpr std::uint64_t kLimit = 4096;
  Outcome outcome;
  std::size_t scanned = 0;
  const std::size_t size = RequestParser::find_head(input, scanned);
  if (size == 0) return outcome;
  RequestParser parser;
  RequestHead head;
  if (const auto fault = parser.parse_head(input.substr(0, size), head)) return {fault.status, ""};
  std::string_view rest = input.substr(size);
  std::string pending;
  RequestParser::Fed fed = parser.feed_body({}, outcome.body, kLimit);
  while (!fed.is_done && !fed.fault && !rest.empty()) {
    pending += rest.substr(0, piece);
    rest.remove_prefix(std::min(piece, rest.size()));
    fed = parser.feed_body(pending, outcome.body, kLimit);
    pending.erase(0, fed.consumed);
  }
  if (outcome.body.size() > kLimit) std::abort();
  if (fed.fault) return {fed.fault.status, ""};
  outcome.status = fed.is_done ? 0 : -1;
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  RequestParser::is_garbage(input);
  const Outcome whole = parse(input, input.size() + 1);
  const Outcome pieces = parse(input, 3);
  if (whole.status == 0 && !(whole == pieces)) std::abort();
  return 0;
}
