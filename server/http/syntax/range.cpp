#include "server/http/syntax/range.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "server/http/internal/reply.hpp"
#include "server/http/syntax/url.hpp"

namespace http {
namespace {

// Digits only. A number too big for 63 bits counts as the biggest: it is past the end of any file anyway.
std::optional<std::int64_t> parse_position(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc::result_out_of_range) return std::numeric_limits<std::int64_t>::max();
  return value;
}

// False: bad syntax. A range outside the representation is fine and adds nothing.
bool add_range(std::string_view spec, std::int64_t size, std::vector<ByteRange>& ranges) {
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return false;
  const std::string_view left = trim_blanks(spec.substr(0, dash)), right = trim_blanks(spec.substr(dash + 1));
  if (left.empty()) {
    const auto suffix = parse_position(right);
    if (!suffix) return false;
    if (*suffix > 0 && size > 0) ranges.push_back({std::max<std::int64_t>(0, size - *suffix), size - 1});
    return true;
  }
  const auto first = parse_position(left);
  const auto last = right.empty() ? std::numeric_limits<std::int64_t>::max() : parse_position(right);
  if (!first || !last || *last < *first) return false;
  if (*first < size) ranges.push_back({*first, std::min(*last, size - 1)});
  return true;
}

void merge(std::vector<ByteRange>& ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const ByteRange& a, const ByteRange& b) { return a.first < b.first; });
  std::vector<ByteRange> merged;
  for (const ByteRange& range : ranges) {
    if (!merged.empty() && range.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  ranges = std::move(merged);
}

std::string quote_etag(std::string_view prefix, std::string_view content) {
  std::string out(prefix);
  out += '"';
  for (const char c : content) {
    const auto u = static_cast<unsigned char>(c);
    if (u > 0x20 && u < 0x7f && c != '"' && c != '%') {
      out += c;
    } else {
      out += percent_encode(std::string_view(&c, 1));
    }
  }
  out += '"';
  return out;
}

std::string_view without_weakness(std::string_view etag) { return etag.starts_with("W/") ? etag.substr(2) : etag; }

std::optional<int> parse_digits(std::string_view text) {
  const auto value = parse_position(text);
  return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
}

}  // namespace

RangeRequest parse_range(std::string_view header, std::int64_t size) {
  RangeRequest request;
  header = trim_blanks(header);
  if (header.size() < 6 || !equals_ignoring_case(header.substr(0, 6), "bytes=")) return request;
  header.remove_prefix(6);
  std::size_t count = 0;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    const std::string_view spec = trim_blanks(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    if (spec.empty()) continue;
    if (++count > kMaxRanges || !add_range(spec, size, request.ranges)) return {};
  }
  if (count == 0) return {};
  merge(request.ranges);
  request.kind = request.ranges.empty() ? RangeKind::kUnsatisfiable : RangeKind::kPart;
  return request;
}

std::string content_range(const ByteRange& range, std::int64_t size) {
  return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" + std::to_string(size);
}

std::string content_range_unsatisfiable(std::int64_t size) { return "bytes */" + std::to_string(size); }

std::string make_etag(std::string_view content) { return quote_etag("", content); }
std::string make_weak_etag(std::string_view content) { return quote_etag("W/", content); }

bool matches_any_etag(std::string_view header, std::string_view etag) {
  if (trim_blanks(header) == "*") return true;
  while (!header.empty()) {
    const std::size_t open = header.find('"');
    if (open == std::string_view::npos) return false;
    const std::size_t close = header.find('"', open + 1);
    if (close == std::string_view::npos) return false;
    if (header.substr(open, close - open + 1) == without_weakness(etag)) return true;
    header.remove_prefix(close + 1);
  }
  return false;
}

bool allows_range(std::string_view if_range, std::string_view etag, std::optional<base::Instant> last_modified) {
  if_range = trim_blanks(if_range);
  if (if_range.empty()) return true;
  if (if_range.starts_with('"')) return if_range == etag;
  const auto date = parse_http_date(if_range);
  return date && last_modified && *date == std::chrono::floor<std::chrono::seconds>(*last_modified);
}

std::string http_date(base::Instant time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  const std::string line = internal::date_line(static_cast<std::time_t>(seconds));
  return line.substr(6, line.size() - 8);  // without "Date: " and the line end
}

std::optional<base::Instant> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = parse_digits(text.substr(5, 2)), year = parse_digits(text.substr(12, 4));
  const auto hour = parse_digits(text.substr(17, 2)), minute = parse_digits(text.substr(20, 2));
  const auto second = parse_digits(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const base::Instant instant =
      std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return http_date(instant) == text ? std::optional(instant) : std::nullopt;
}

}  // namespace http
