// Commands of the program. A command that works on the store runs inside a running `serve` when there is one, over its
// local socket, and opens the store itself when there is none; the same function serves both.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace app {

class Application;

// What a command prints. Thread-safe for one command.
class Output {
 public:
  virtual ~Output() = default;
  virtual void out(std::string_view text) = 0;  // standard output
  virtual void err(std::string_view text) = 0;  // standard error
};

struct CommandCall {
  std::vector<std::string> arguments;  // after the command's name
  std::string working_folder;          // relative paths are meant from here
  std::string language = "ru";
  std::string path(const std::string& given) const;  // absolute
};

// Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 done with failures in parts (import, check).
using StoreCommand = int (*)(Application& application, const CommandCall& call, Output& output);
using PlainCommand = int (*)(const CommandCall& call, Output& output);

struct Command {
  std::string_view name;
  PlainCommand plain = nullptr;  // one of the two
  StoreCommand store = nullptr;
};

// In the order of help.
const std::vector<Command>& commands();
const Command* find_command(std::string_view name);

// Thrown by command line parsing to end a command at once: usage faults and --help.
struct CommandEnd {
  int exit_code;
};

// Runs `body`, prints whatever it throws in the user's language and turns it into an exit code.
int guarded(const CommandCall& call, Output& output, const std::function<int()>& body);

}  // namespace app
