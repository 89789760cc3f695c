// Content-Type and the Accept family (RFC 9110, sections 8.3 and 12.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

struct ContentType {
  std::string type;                                             // lower case, "text/html"
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case, values unquoted
  // Empty when missing; `name` in lower case.
  std::string_view parameter(std::string_view name) const;
};
// nullopt: not "token/token" with well-formed parameters.
std::optional<ContentType> parse_content_type(std::string_view header);
// The body is JSON: application/json or any +json type.
bool is_json(std::string_view content_type_header);

// Parameters as in `; name="a \"b\""; other=c` from the first semicolon on; false: malformed. Names come out in lower case.
bool parse_parameters(std::string_view text, std::vector<std::pair<std::string, std::string>>& out);

// The member of `supported` that the header prefers (RFC 4647, section 3.4, look-up; "ru-RU" finds "ru"; equal qualities:
// the order of the header; "*" means the first supported one that is not refused). Nothing fits: the first supported one.
std::string_view accept_language(std::string_view header, const std::vector<std::string_view>& supported);

// True when `type` ("text/html") has a quality above 0; an empty header accepts everything.
bool accepts(std::string_view header, std::string_view type);

}  // namespace http
