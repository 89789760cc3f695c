// The TOML file of Config; toml++ is seen by this source alone (it compiles slowly).
#include <toml++/toml.h>

#include <fstream>
#include <sstream>

#include "server/base/config.hpp"

namespace base {

namespace {

[[noreturn]] void refuse_syntax(const std::string& file, const toml::parse_error& fault) {
  throw Error(ErrorCode::kInvalidArgument, "config_syntax",
              {{"file", file}, {"line", std::to_string(fault.source().begin.line)}, {"reason", std::string(fault.description())}});
}

// A value as it would stand in a flag; nullopt for dates and nested lists.
std::optional<std::string> flag_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  const toml::array* array = node.as_array();
  if (!array) return std::nullopt;
  std::string joined;
  for (const toml::node& item : *array) {
    const auto* text = item.as_string();
    if (!text || text->get().find(',') != std::string::npos) return std::nullopt;
    if (!joined.empty()) joined += ',';
    joined += text->get();
  }
  return joined;
}

struct Setting {
  std::string name;
  const toml::node* node;
};

void collect(const toml::table& table, const std::string& prefix, std::vector<Setting>& settings) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      collect(*inner, name + ".", settings);
    } else {
      settings.push_back({name, &node});
    }
  }
}

}  // namespace

void Config::load_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  if (!stream || !(text << stream.rdbuf())) {
    if (stream && stream.peek() == std::ifstream::traits_type::eof()) return;  // an empty file
    throw Error(ErrorCode::kFailedPrecondition, "config_unreadable", {{"file", path}});
  }
  load_file_text(text.str(), path);
}

void Config::load_file_text(std::string_view text, const std::string& path_for_errors) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& fault) {
    refuse_syntax(path_for_errors, fault);
  }
  std::vector<Setting> settings;
  collect(table, "", settings);
  for (const Setting& setting : settings) {
    const std::string line = std::to_string(setting.node->source().begin.line);
    const Option* option = find(setting.name);
    if (!option) {
      throw Error(ErrorCode::kInvalidArgument, "config_unknown_key", {{"key", setting.name}, {"file", path_for_errors}, {"line", line}});
    }
    const std::string where = path_for_errors + ":" + line;
    const auto value = flag_text(*setting.node);
    const bool is_list = setting.node->is_array();
    if (!value || (is_list && option->type != OptionType::kList)) {
      throw Error(ErrorCode::kInvalidArgument, "config_value", {{"option", option->name}, {"source", where}, {"expected", "text"}});
    }
    assign(*option, *value, Source::kFile, where);
  }
}

}  // namespace base
