#include "server/http/syntax/negotiate.hpp"

#include <algorithm>

#include "server/http/syntax/url.hpp"

namespace http {
namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u > 0x20 && u < 0x7f && std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
  });
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

// Reads a quoted string from `text` on, moves `text` behind it. False: it does not end.
bool read_quoted(std::string_view& text, std::string& out) {
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    // Browsers send backslashes of Windows paths as they are; only \" and \\ are escapes.
    if (text.front() == '\\' && text.size() > 1 && (text[1] == '"' || text[1] == '\\')) text.remove_prefix(1);
    out += text.front();
    text.remove_prefix(1);
  }
  if (text.empty()) return false;
  text.remove_prefix(1);
  return true;
}

struct Preference {
  std::string_view name;
  int quality = 1000;  // thousandths
};

// RFC 9110, section 12.4.2; a malformed quality counts as 1.
int parse_quality(std::string_view parameters) {
  const std::size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return 1000;
  const std::string_view text = parameters.substr(at + 2);
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 1000;
  int value = (text[0] - '0') * 1000, weight = 100;
  for (std::size_t i = 2; i < text.size() && i < 5 && text[1] == '.' && text[i] >= '0' && text[i] <= '9'; ++i) {
    value += (text[i] - '0') * weight;
    weight /= 10;
  }
  return std::min(value, 1000);
}

constexpr std::size_t kMaxPreferences = 50;

std::vector<Preference> parse_preferences(std::string_view header) {
  std::vector<Preference> out;
  while (!header.empty() && out.size() < kMaxPreferences) {
    const std::size_t end = std::min(header.find(','), header.size());
    const std::string_view item = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view name = trim_blanks(item.substr(0, semicolon));
    if (!name.empty()) out.push_back({name, parse_quality(item.substr(semicolon))});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.quality > b.quality; });
  return out;
}

}  // namespace

std::string_view ContentType::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

bool parse_parameters(std::string_view text, std::vector<std::pair<std::string, std::string>>& out) {
  for (;;) {
    text = trim_blanks(text);
    if (text.empty()) return true;
    if (text.front() != ';') return false;
    text = trim_blanks(text.substr(1));
    if (text.empty()) return true;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || !is_token(trim_blanks(text.substr(0, equals)))) return false;
    std::string name = to_lower(trim_blanks(text.substr(0, equals)));
    text = trim_blanks(text.substr(equals + 1));
    std::string value;
    if (text.starts_with('"')) {
      if (!read_quoted(text, value)) return false;
    } else {
      const std::size_t end = std::min(text.find(';'), text.size());
      value = trim_blanks(text.substr(0, end));
      if (value.find_first_of(" \t\"") != std::string::npos) return false;
      text.remove_prefix(end);
    }
    out.emplace_back(std::move(name), std::move(value));
  }
}

std::optional<ContentType> parse_content_type(std::string_view header) {
  const std::size_t semicolon = std::min(header.find(';'), header.size());
  const std::string_view type = trim_blanks(header.substr(0, semicolon));
  const std::size_t slash = type.find('/');
  if (slash == std::string_view::npos || !is_token(type.substr(0, slash)) || !is_token(type.substr(slash + 1))) {
    return std::nullopt;
  }
  ContentType out;
  out.type = to_lower(type);
  if (!parse_parameters(header.substr(semicolon), out.parameters)) return std::nullopt;
  return out;
}

bool is_json(std::string_view content_type_header) {
  const auto type = parse_content_type(content_type_header);
  return type && (type->type == "application/json" || type->type.ends_with("+json"));
}

std::string_view accept_language(std::string_view header, const std::vector<std::string_view>& supported) {
  const auto preferences = parse_preferences(header);
  const auto names = [](std::string_view tag, std::string_view language) {
    return equals_ignoring_case(tag.substr(0, tag.find('-')), language.substr(0, language.find('-')));
  };
  const auto is_refused = [&](std::string_view language) {
    return std::any_of(preferences.begin(), preferences.end(),
                       [&](const Preference& p) { return p.quality == 0 && names(p.name, language); });
  };
  for (const Preference& preference : preferences) {
    if (preference.quality == 0) break;
    for (const std::string_view language : supported) {
      if (preference.name == "*" ? !is_refused(language) : names(preference.name, language)) return language;
    }
  }
  return supported.empty() ? std::string_view() : supported.front();
}

bool accepts(std::string_view header, std::string_view type) {
  if (trim_blanks(header).empty()) return true;
  const std::string_view family = type.substr(0, type.find('/'));
  int best_exactness = -1, quality = 0;
  for (const Preference& preference : parse_preferences(header)) {
    int exactness = -1;
    if (equals_ignoring_case(preference.name, type)) exactness = 2;
    if (preference.name.ends_with("/*") && equals_ignoring_case(preference.name.substr(0, preference.name.size() - 2), family)) {
      exactness = 1;
    }
    if (preference.name == "*/*") exactness = 0;
    if (exactness <= best_exactness) continue;
    best_exactness = exactness;
    quality = preference.quality;
  }
  return quality > 0;
}

}  // namespace http
