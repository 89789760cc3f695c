// Texts made from the declarations of options.
#include "server/base/program/config.hpp"

#include <algorithm>

#include "server/base/text/text.hpp"

namespace base {

namespace {

std::string placeholder(const Option& option) {
  switch (option.type) {
    case OptionType::kText: {
      std::string joined;
      for (const std::string& choice : option.choices) joined += (joined.empty() ? "" : "|") + choice;
      return joined.empty() ? "TEXT" : joined;
    }
    case OptionType::kInteger: return "N";
    case OptionType::kBoolean: return "true|false";
    case OptionType::kDuration: return "30s";
    case OptionType::kSize: return "64MB";
    case OptionType::kList: return "A,B";
  }
  return "";
}

std::string shown_default(const Option& option) {
  if (option.is_secret) return "";
  return option.default_value;
}

std::string meaning(const Option& option, const Localizer& localizer, std::string_view language) {
  return localizer.text(language, "option." + option.name);
}

// The value as TOML writes it.
std::string toml_value(const Option& option) {
  switch (option.type) {
    case OptionType::kInteger:
    case OptionType::kBoolean: return option.default_value;
    case OptionType::kList: return option.default_value.empty() ? "[]" : "\"" + option.default_value + "\"";
    default: return "\"" + shown_default(option) + "\"";
  }
}

}  // namespace

std::string Config::help(const Localizer& localizer, std::string_view language) const {
  constexpr std::size_t kColumn = 36;
  std::string out;
  for (const Option& option : options_) {
    std::string line = "  --" + option.name + " " + placeholder(option);
    const std::size_t width = length(line);
    line += width + 2 <= kColumn ? std::string(kColumn - width, ' ') : "\n" + std::string(kColumn, ' ');
    line += meaning(option, localizer, language);
    line += " (";
    if (!shown_default(option).empty()) line += shown_default(option) + "; ";
    out += line + environment_name(option.name) + ")\n";
  }
  return out;
}

std::string Config::reference(const Localizer& localizer, std::string_view language) const {
  std::string out;
  for (const char* column : {"file", "flag", "variable", "values", "default", "meaning"}) {
    out += "| " + localizer.text(language, std::string("option_table.") + column) + " ";
  }
  out += "|\n|---|---|---|---|---|---|\n";
  for (const Option& option : options_) {
    std::string values = placeholder(option);
    for (std::size_t at = values.find('|'); at != std::string::npos; at = values.find('|', at + 2)) values.insert(at, "\\");
    out += "| `" + option.name + "` | `--" + option.name + "` | `" + environment_name(option.name) + "` | `" + values + "` | " +
           (shown_default(option).empty() ? "" : "`" + shown_default(option) + "`") + " | " + meaning(option, localizer, language) + " |\n";
  }
  return out;
}

std::string Config::example_file(const Localizer& localizer, std::string_view language) const {
  std::vector<std::string> tables{""};  // keys without a table must come first; the others as declared, each table once
  const auto table_of = [](const Option& option) {
    const std::size_t dot = option.name.rfind('.');
    return dot == std::string::npos ? std::string() : option.name.substr(0, dot);
  };
  for (const Option& option : options_) {
    if (std::find(tables.begin(), tables.end(), table_of(option)) == tables.end()) tables.push_back(table_of(option));
  }
  std::string out;
  for (const std::string& table : tables) {
    if (!table.empty()) out += "\n[" + table + "]\n";
    for (const Option& option : options_) {
      if (table_of(option) != table) continue;
      const std::string key = option.name.substr(table.empty() ? 0 : table.size() + 1);
      out += "# " + meaning(option, localizer, language) + "\n#" + key + " = " + toml_value(option) + "\n";
    }
  }
  return out;
}

}  // namespace base
