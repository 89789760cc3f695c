// The TOML file of Config; toml++ is seen by this source alone (it compiles slowly).
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "server/base/program/config.hpp"

namespace base {

namespace {

[[noreturn]] void refuse_syntax(const std::string& file, const toml::parse_error& fault) {
  throw Error(ErrorCode::kInvalidArgument, "config_syntax",
              {{"file", file}, {"line", std::to_string(fault.source().begin.line)}, {"reason", std::string(fault.description())}});
}

// toml++ 3.3 fails its own assertions at odd keys, and has undefined behaviour at letters beyond ASCII outside comments and
// texts. Settings need neither these nor texts of several lines, quoted keys or inline tables; they are refused here, and the
// grammar of values is left to the parser.
class PlainTomlCheck {
  static constexpr std::string_view kName = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-. \t";
  static constexpr std::string_view kBareValue = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.+:,";

 public:
  PlainTomlCheck(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  void run() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        is_line_start_ = depth_ == 0;  // else the array goes on
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size()) - 1;
      } else if (c == ' ' || c == '\t' || c == '\r') {
        continue;
      } else if (is_line_start_) {
        check_key();
      } else {
        check_value_character(c);
      }
    }
  }

 private:
  [[noreturn]] void refuse(const char* reason) const {
    throw Error(ErrorCode::kInvalidArgument, "config_syntax", {{"file", file_}, {"line", std::to_string(line_)}, {"reason", reason}});
  }

  // "name.name =" or "[name.name]"; leaves at_ at '=' or ']'.
  void check_key() {
    const bool is_table = text_[at_] == '[';
    if (is_table) ++at_;
    const std::size_t end = text_.find_first_of(is_table ? "]\n" : "=\n", at_);
    if (end == std::string_view::npos || text_[end] == '\n') refuse(is_table ? "] is missing" : "= is missing");
    const std::string_view key = text_.substr(at_, end - at_);
    if (key.find_first_not_of(kName) != std::string_view::npos) {
      refuse("a name is made of Latin letters, digits, - and _");
    }
    at_ = end;
    is_line_start_ = false;
    previous_ = text_[end];
  }

  void check_value_character(char c) {
    const bool is_quote = c == '"' || c == '\'';
    if (is_quote && previous_ != '=' && previous_ != '[' && previous_ != ',') refuse("a quotation mark inside a value");
    if (previous_ == '"' && c != ',' && c != ']') refuse("something after the closing quotation mark");
    previous_ = is_quote ? '"' : c;
    if (is_quote) {
      skip_text(c);
    } else if (c == '[') {
      if (depth_++ > 0) refuse("a list inside a list");
    } else if (c == ']') {
      if (depth_-- == 0) refuse("] without [");
    } else if (kBareValue.find(c) == std::string_view::npos) {
      refuse("a text needs quotation marks");
    }
  }

  // Leaves at_ at the closing quotation mark.
  void skip_text(char quote) {
    if (text_.substr(at_, 3) == std::string(3, quote)) refuse("a text of several lines");
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\n') break;
      if (quote == '"' && text_[at_] == '\\') ++at_;
    }
    if (at_ >= text_.size() || text_[at_] != quote) refuse("a quotation mark is not closed");
  }

  std::string_view text_;
  const std::string& file_;  // the caller's, which waits
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  int depth_ = 0;        // of arrays
  char previous_ = '=';  // the last character that was no white space; '"' for a whole text
  bool is_line_start_ = true;
};

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
  PlainTomlCheck(text, path_for_errors).run();
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
