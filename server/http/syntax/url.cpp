#include "server/http/syntax/url.hpp"

#include <algorithm>
#include <array>

#include "server/base/error.hpp"
#include "server/base/text/text.hpp"

namespace http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

// RFC 6265, section 4.1.1: cookie-octet.
bool is_cookie_octet(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u > 0x20 && u < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, PlusSign plus) {
  std::string out;
  out.reserve(text.size());
  bool is_ascii = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus == PlusSign::kSpace) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    is_ascii = is_ascii && static_cast<unsigned char>(c) < 0x80;
    out.push_back(c);
  }
  if (!is_ascii && !base::is_valid_utf8(out)) return std::nullopt;
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (is_unreserved(u)) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[u >> 4]);
      out.push_back(kHex[u & 15]);
    }
  }
  return out;
}

bool parse_query(std::string_view text, QueryPairs& out) {
  const std::size_t limit = out.size() + kMaxQueryPairs;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (out.size() == limit) return false;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), PlusSign::kSpace);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), PlusSign::kSpace);
    if (!name || !value) return false;
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return true;
}

std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = trim_blanks(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || trim_blanks(pair.substr(0, equals)) != name) continue;
    std::string_view value = trim_blanks(pair.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

std::string make_cookie(std::string_view name, std::string_view value, const CookieOptions& options) {
  static constexpr std::array<std::string_view, 3> kSameSite = {"Lax", "Strict", "None"};
  const bool is_clean = !name.empty() && std::all_of(name.begin(), name.end(), is_cookie_octet) &&
                        name.find('=') == std::string_view::npos && std::all_of(value.begin(), value.end(), is_cookie_octet) &&
                        options.path.find_first_of(";\r\n") == std::string::npos;
  if (!is_clean) throw base::Error::internal("cookie with forbidden characters: " + std::string(name));
  std::string out(name);
  out += '=';
  out += value;
  out += "; Path=" + options.path;
  if (options.max_age_s) out += "; Max-Age=" + std::to_string(*options.max_age_s);
  if (options.http_only) out += "; HttpOnly";
  if (options.secure) out += "; Secure";
  out += "; SameSite=";
  out += kSameSite[static_cast<std::size_t>(options.same_site)];
  return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace http
