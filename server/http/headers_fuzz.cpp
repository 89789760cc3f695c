// The parsers of single header values and of query strings; the first byte chooses one.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/base/text/text.hpp"
#include "server/http/syntax/negotiate.hpp"
#include "server/http/syntax/range.hpp"
#include "server/http/syntax/sniff.hpp"
#include "server/http/syntax/url.hpp"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_query(std::string_view text) {
  http::QueryPairs pairs;
  if (!http::parse_query(text, pairs)) return;
  for (const auto& [name, value] : pairs) check(base::is_valid_utf8(name) && base::is_valid_utf8(value));
}

void check_range(std::string_view text) {
  constexpr std::int64_t kSize = 1000;
  std::int64_t end = -2;
  for (const auto& range : http::parse_range(text, kSize).ranges) {
    check(range.first > end + 1 && range.first <= range.last && range.last < kSize);
    end = range.last;
  }
}

void check_percent(std::string_view text) {
  check(!base::is_valid_utf8(text) || text.find('\0') != std::string_view::npos ||
        http::percent_decode(http::percent_encode(text)) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 8) {
    case 0: check_query(text); break;
    case 1: http::find_cookie(text, "sid"); break;
    case 2: check_range(text); break;
    case 3: http::parse_content_type(text); break;
    case 4: check(!http::accept_language(text, {"ru", "en"}).empty()); break;
    case 5: check(!http::sniff(text, "a.docx").content_type.empty()); break;
    case 6: check_percent(text); break;
    case 7:
      http::accepts(text, "text/html");
      http::matches_any_etag(text, "\"a\"");
      http::parse_http_date(text);
      break;
  }
  return 0;
}
