// Percent-encoding and application/x-www-form-urlencoded (WHATWG URL, section 5; RFC 3986, section 2.1).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

using QueryPairs = std::vector<std::pair<std::string, std::string>>;

// kSpace: '+' means a space (query strings and forms).
enum class PlusSign { kLiteral, kSpace };

// nullopt: a '%' without two hexadecimal digits, invalid UTF-8, or a NUL character.
std::optional<std::string> percent_decode(std::string_view text, PlusSign plus = PlusSign::kLiteral);
// Everything but RFC 3986 "unreserved" characters becomes %XX.
std::string percent_encode(std::string_view text);

inline constexpr std::size_t kMaxQueryPairs = 1000;
// Appends decoded pairs in order; names may repeat, "a" is "a=". False: bad encoding or more than kMaxQueryPairs.
bool parse_query(std::string_view text, QueryPairs& out);

// The value of a cookie in a Cookie header (RFC 6265, section 4.2.1), quotes removed; the first one of that name.
std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name);

enum class SameSite { kLax, kStrict, kNone };
struct CookieOptions {
  std::string path = "/";
  std::optional<long long> max_age_s;  // missing: until the browser closes; 0: removes the cookie
  bool http_only = true;
  bool secure = false;
  SameSite same_site = SameSite::kLax;
};
// The value of a Set-Cookie header. Throws base::Error internal when name or value hold characters that cookies may not.
std::string make_cookie(std::string_view name, std::string_view value, const CookieOptions& options = {});

// ASCII, no locale.
bool equals_ignoring_case(std::string_view a, std::string_view b);
std::string_view trim_blanks(std::string_view text);  // spaces and tabs

}  // namespace http
