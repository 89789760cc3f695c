#include "server/base/program/config.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdlib>

namespace base {

namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr Unit kDurationUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit kSizeUnits[] = {{"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"TB", std::int64_t{1} << 40}, {"B", 1}, {"", 1}};

// A whole number followed by a unit; longer units come first where one ends like another.
template <std::size_t N>
std::optional<std::int64_t> parse_with_unit(std::string_view text, const Unit (&units)[N]) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = parse_integer(text.substr(0, text.size() - unit.name.size()));
    if (!number || *number < 0 || *number > INT64_MAX / unit.factor) continue;
    return *number * unit.factor;
  }
  return std::nullopt;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  return std::nullopt;
}

std::string join(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += ", ";
    out += part;
  }
  return out;
}

// What is expected where `value` is not right; empty when it is.
std::string expectation(const Option& option, std::string_view value) {
  switch (option.type) {
    case OptionType::kText: {
      const bool is_known =
          option.choices.empty() || std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end();
      return is_known ? "" : join(option.choices);
    }
    case OptionType::kInteger: {
      const auto number = parse_integer(value);
      if (number && *number >= option.min && *number <= option.max) return "";
      return std::to_string(option.min) + (option.max == INT64_MAX ? "…" : "…" + std::to_string(option.max));
    }
    case OptionType::kBoolean: return parse_boolean(value) ? "" : "true, false";
    case OptionType::kDuration: return parse_duration(value) ? "" : "500ms, 30s, 5m, 12h, 90d";
    case OptionType::kSize: return parse_size(value) ? "" : "65536, 64KB, 512MB, 2GB";
    case OptionType::kList: return "";
  }
  return "";
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds{0};
  const auto value = parse_with_unit(text, kDurationUnits);
  if (!value) return std::nullopt;
  return std::chrono::milliseconds{*value};
}

std::optional<std::int64_t> parse_size(std::string_view text) { return parse_with_unit(text, kSizeUnits); }

void Config::declare(std::vector<Option> options) {
  for (Option& option : options) {
    if (find(option.name)) throw Error::internal("option " + option.name + " is declared twice");
    assert(expectation(option, option.default_value).empty());
    values_[option.name] = {option.default_value, Source::kDefault};
    options_.push_back(std::move(option));
  }
}

const Option* Config::find(std::string_view name) const {
  for (const Option& option : options_) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

void Config::assign(const Option& option, std::string_view value, Source source, const std::string& where) {
  const std::string expected = expectation(option, value);
  if (!expected.empty()) {
    throw Error(ErrorCode::kInvalidArgument, "config_value", {{"option", option.name}, {"source", where}, {"expected", expected}});
  }
  Value& slot = values_[option.name];
  if (source >= slot.source) slot = {std::string(value), source};
}

std::string Config::environment_name(std::string_view option) {
  std::string name = "MATVEY_";
  for (const char c : option) name += c == '.' || c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

void Config::load_environment(const std::function<const char*(const std::string&)>& get) {
  for (const Option& option : options_) {
    const std::string name = environment_name(option.name);
    const char* found = get ? get(name) : std::getenv(name.c_str());
    if (found) assign(option, found, Source::kEnvironment, name);
  }
}

std::vector<std::string> Config::load_flags(const std::vector<std::string>& arguments) {
  std::vector<std::string> others;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      others.insert(others.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      break;
    }
    const std::size_t equals = argument.find('=');
    const std::string name = argument.starts_with("--") ? argument.substr(2, equals == std::string::npos ? equals : equals - 2) : "";
    const Option* option = find(name);
    if (!option && equals == std::string::npos && name.starts_with("no-")) {
      const Option* opposite = find(std::string_view(name).substr(3));
      if (opposite && opposite->type == OptionType::kBoolean) {
        assign(*opposite, "false", Source::kFlag, argument);
        continue;
      }
    }
    if (!option) {
      others.push_back(argument);
    } else if (equals != std::string::npos) {
      assign(*option, std::string_view(argument).substr(equals + 1), Source::kFlag, "--" + name);
    } else if (option->type == OptionType::kBoolean) {
      assign(*option, "true", Source::kFlag, argument);
    } else if (i + 1 < arguments.size()) {
      assign(*option, arguments[++i], Source::kFlag, argument);
    } else {
      throw Error(ErrorCode::kInvalidArgument, "config_value_missing", {{"option", argument}});
    }
  }
  return others;
}

void Config::set(std::string_view name, std::string_view value) {
  const Option* option = find(name);
  if (!option) throw Error(ErrorCode::kInvalidArgument, "config_unknown_option", {{"option", std::string(name)}});
  assign(*option, value, Source::kFlag, "--" + std::string(name));
}

const std::string& Config::value(std::string_view name, OptionType type) const {
  const Option* option = find(name);
  if (!option || option->type != type) throw Error::internal("no option of this type: " + std::string(name));
  return values_.find(name)->second.text;
}

const std::string& Config::text(std::string_view name) const { return value(name, OptionType::kText); }
std::int64_t Config::integer(std::string_view name) const { return *parse_integer(value(name, OptionType::kInteger)); }
bool Config::boolean(std::string_view name) const { return *parse_boolean(value(name, OptionType::kBoolean)); }
std::chrono::milliseconds Config::duration(std::string_view name) const { return *parse_duration(value(name, OptionType::kDuration)); }
std::int64_t Config::size_bytes(std::string_view name) const { return *parse_size(value(name, OptionType::kSize)); }

std::vector<std::string> Config::list(std::string_view name) const {
  const std::string& joined = value(name, OptionType::kList);
  std::vector<std::string> items;
  for (std::size_t at = 0; at < joined.size();) {
    const std::size_t comma = std::min(joined.find(',', at), joined.size());
    const std::size_t first = joined.find_first_not_of(' ', at);
    std::size_t last = comma;
    while (last > at && joined[last - 1] == ' ') --last;
    if (first < last) items.push_back(joined.substr(first, last - first));
    at = comma + 1;
  }
  return items;
}

Config::Source Config::source(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw Error::internal("no option " + std::string(name));
  return found->second.source;
}

}  // namespace base
