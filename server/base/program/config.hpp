// Settings: flags, environment, file, defaults, in this order of precedence. Each option is declared once, by the component
// that reads it; help, reference and the example file are made from the declarations.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/program/localizer.hpp"

namespace base {

enum class OptionType {
  kText,
  kInteger,   // limits below
  kBoolean,   // true, false
  kDuration,  // "500ms", "30s", "5m", "12h", "90d"; 0 needs no unit
  kSize,      // bytes: "65536", "64KB", "512MB", "2GB" (powers of 1024)
  kList,      // texts; commas in flags and environment, an array or a text in the file
};

struct Option {
  std::string name;  // "http.port": table and key of the file, --http.port, MATVEY_HTTP_PORT
  OptionType type = OptionType::kText;
  std::string default_value;              // as it would stand in a flag
  std::vector<std::string> choices = {};  // kText only; empty: any
  std::int64_t min = 0;                   // kInteger only
  std::int64_t max = INT64_MAX;
  bool is_secret = false;  // never shown: help and example say nothing but its name
};
// The meaning is the text "option.<name>" of the locale files.

// Immutable once loaded; then thread-safe. Faults in values are Error invalid_argument "config_value" {option, source,
// expected}; unknown names "config_unknown_option" {option, source}; a broken file "config_syntax" {file, line, reason}.
class Config {
 public:
  // A repeated name is our bug.
  void declare(std::vector<Option> options);

  // TOML. A key that no declaration names is refused with its line: "config_unknown_key" {key, file, line}.
  void load_file(const std::string& path);
  void load_file_text(std::string_view text, const std::string& path_for_errors);
  // Reads MATVEY_<NAME> of every declared option, points and hyphens as underscores; other variables are left alone.
  // `get` is getenv by default.
  void load_environment(const std::function<const char*(const std::string&)>& get = {});
  // Takes "--name=value", "--name value" and, for booleans, "--name" and "--no-name"; returns what is none of them, in
  // order. Everything after "--" is returned.
  std::vector<std::string> load_flags(const std::vector<std::string>& arguments);
  // As --name=value.
  void set(std::string_view name, std::string_view value);

  // Getters of an undeclared name or of another type are our bugs (Error internal).
  const std::string& text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::chrono::milliseconds duration(std::string_view name) const;
  std::int64_t size_bytes(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;

  enum class Source { kDefault, kFile, kEnvironment, kFlag };
  Source source(std::string_view name) const;
  const std::vector<Option>& options() const { return options_; }  // in the order of declaration

  // Lines "  --http.port N   meaning (default 8080, MATVEY_HTTP_PORT)".
  std::string help(const Localizer& localizer, std::string_view language) const;
  // A table in Markdown and a file with every option at its default, commented out.
  std::string reference(const Localizer& localizer, std::string_view language) const;
  std::string example_file(const Localizer& localizer, std::string_view language) const;

  static std::string environment_name(std::string_view option);

 private:
  struct Value {
    std::string text;
    Source source = Source::kDefault;
  };
  const Option* find(std::string_view name) const;
  const std::string& value(std::string_view name, OptionType type) const;
  void assign(const Option& option, std::string_view value, Source source, const std::string& where);

  std::vector<Option> options_;
  std::map<std::string, Value, std::less<>> values_;
};

// "30s" → 30 000 ms, "64MB" → 67 108 864; nullopt: not of this form or too large.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::optional<std::int64_t> parse_size(std::string_view text);

}  // namespace base
