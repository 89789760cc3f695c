#include "server/app/command_line.hpp"

#include <algorithm>

#include "server/app/application.hpp"
#include "server/base/error.hpp"

namespace app {

CommandLine::CommandLine(std::string name, const CommandCall& call, Output& output)
    : name_(std::move(name)), call_(call), output_(output), app_(texts().text(call.language, "cli." + name_ + ".help"), "matvey " + name_) {
  std::replace(name_.begin(), name_.end(), ' ', '_');
  app_.description(texts().text(call.language, "cli." + name_ + ".help"));
  app_.set_help_flag("--help,-h", texts().text(call.language, "cli.option.help"));
}

std::string CommandLine::label(const std::string& option) const {
  std::string key = option.substr(option.find_first_not_of('-'));
  std::replace(key.begin(), key.end(), '-', '_');
  const std::string own = "cli." + name_ + "." + key;
  return texts().text(call_.language, texts().has(call_.language, own) ? own : "cli.option." + key);
}

CommandLine& CommandLine::data_folder() { return text("--data", data_, true); }

CommandLine& CommandLine::text(const std::string& option, std::string& value, bool required) {
  app_.add_option(option, value, label(option))->required(required);
  return *this;
}

CommandLine& CommandLine::integer(const std::string& option, std::int64_t& value) {
  app_.add_option(option, value, label(option))->capture_default_str();
  return *this;
}

CommandLine& CommandLine::flag(const std::string& option, bool& value) {
  app_.add_flag(option, value, label(option));
  return *this;
}

CommandLine& CommandLine::positional(const std::string& name, std::string& value, bool required) {
  app_.add_option(name, value, label(name))->required(required);
  return *this;
}

CommandLine& CommandLine::allow_settings() {
  app_.allow_extras();
  return *this;
}

void CommandLine::parse() {
  // CLI11 takes the arguments from the back of the vector.
  std::vector<std::string> reversed(call_.arguments.rbegin(), call_.arguments.rend());
  try {
    app_.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    output_.out(app_.help());
    throw CommandEnd{0};
  } catch (const CLI::ParseError& error) {
    output_.err(std::string(error.what()) + "\n" + texts().text(call_.language, "cli.see_help", {{"command", app_.get_name()}}) + "\n");
    throw CommandEnd{2};
  }
  if (!data_.empty()) data_ = call_.path(data_);
}

}  // namespace app
