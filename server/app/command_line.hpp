// A command's own options: a thin layer over CLI11 that prints help and faults in the user's language.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "server/app/command.hpp"

namespace app {

class CommandLine {
 public:
  // `name` selects the texts cli.<name>.help and cli.<name>.<option>.
  CommandLine(std::string name, const CommandCall& call, Output& output);
  // --data DIR, which every command on a store has.
  CommandLine& data_folder();
  CommandLine& text(const std::string& option, std::string& value, bool required = false);
  CommandLine& integer(const std::string& option, std::int64_t& value);
  CommandLine& flag(const std::string& option, bool& value);
  CommandLine& positional(const std::string& name, std::string& value, bool required = true);
  // Options it does not know are kept for Config::load_flags.
  CommandLine& allow_settings();
  // Throws CommandEnd after printing help (0) or a usage fault (2).
  void parse();
  const std::string& data() const { return data_; }
  std::vector<std::string> rest() const { return app_.remaining(); }

 private:
  std::string label(const std::string& option) const;
  std::string name_;
  const CommandCall& call_;
  Output& output_;
  CLI::App app_;
  std::string data_;
};

}  // namespace app
