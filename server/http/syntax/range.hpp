// Range requests (RFC 9110, section 14; formerly RFC 7233) and entity tags (sections 8.8.3 and 13.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/time.hpp"

namespace http {

struct ByteRange {
  std::int64_t first = 0;
  std::int64_t last = 0;  // inclusive
  std::int64_t size() const { return last - first + 1; }
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

enum class RangeKind {
  kWhole,          // no usable Range header: answer 200 with everything
  kPart,           // answer 206 with `ranges`
  kUnsatisfiable,  // answer 416 with content_range_unsatisfiable(size)
};

struct RangeRequest {
  RangeKind kind = RangeKind::kWhole;
  std::vector<ByteRange> ranges;  // ascending, merged where they overlap or touch
};

inline constexpr std::size_t kMaxRanges = 16;

// `header` is the value of Range, `size` the representation's size in bytes. Another unit than bytes, bad syntax, or more
// than kMaxRanges ranges (the section's advice against abuse): kWhole.
RangeRequest parse_range(std::string_view header, std::int64_t size);
std::string content_range(const ByteRange& range, std::int64_t size);  // "bytes 0-499/1234"
std::string content_range_unsatisfiable(std::int64_t size);            // "bytes */1234"

// `content` is any text that changes with the representation (a hash, "id-version"); characters that a tag may not hold
// are escaped. The result has its quotes.
std::string make_etag(std::string_view content);
std::string make_weak_etag(std::string_view content);
// If-None-Match: true when the client has this representation (weak comparison; "*" matches anything): answer 304.
bool matches_any_etag(std::string_view header, std::string_view etag);
// If-Range: true when the Range header may be honoured (strong comparison, or the exact date). An empty header is true.
bool allows_range(std::string_view if_range, std::string_view etag, std::optional<base::Instant> last_modified);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7). Parsing takes this form only, the obsolete ones give nullopt.
std::string http_date(base::Instant time);
std::optional<base::Instant> parse_http_date(std::string_view text);

}  // namespace http
