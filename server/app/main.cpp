// matvey: one program. See commands/all.hpp.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "server/app/application.hpp"
#include "server/app/command.hpp"
#include "server/app/command_line.hpp"
#include "server/app/command_socket.hpp"
#include "server/base/error.hpp"

namespace {

class StandardOutput final : public app::Output {
 public:
  void out(std::string_view text) override {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }
  void err(std::string_view text) override { std::fwrite(text.data(), 1, text.size(), stderr); }
};

// LANGUAGE, LC_ALL, LC_MESSAGES, LANG in the order of POSIX; Russian unless they say English.
std::string language_of_environment() {
  for (const char* name : {"MATVEY_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("en") ? "en" : "ru";
  }
  return "ru";
}

std::string data_argument(const app::CommandCall& call) {
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    if (call.arguments[i] == "--data" && i + 1 < call.arguments.size()) return call.path(call.arguments[i + 1]);
    if (call.arguments[i].starts_with("--data=")) return call.path(call.arguments[i].substr(7));
  }
  return {};
}

int run_store_command(const app::Command& command, const app::CommandCall& call, app::Output& output) {
  const std::string data = data_argument(call);
  // Without a folder there is nothing to open: the command itself says what it misses, or shows its help.
  if (data.empty() || !std::filesystem::exists(data)) {
    if (!data.empty()) throw base::Error(base::ErrorCode::kFailedPrecondition, "data_folder_missing", {{"path", data}});
    std::string ignored;
    app::CommandLine line(std::string(command.name), call, output);
    line.data_folder().allow_settings().parse();
    return 2;
  }
  app::DataFolder folder(data, false);
  if (const auto code = app::run_over_socket(folder.socket_file(), std::string(command.name), call, output)) return *code;
  folder.lock();
  base::Config config;
  app::declare_options(config);
  if (std::filesystem::exists(folder.settings_file())) config.load_file(folder.settings_file());
  config.load_environment();
  app::Application application(folder, config, app::Background::kStays);
  const int code = command.store(application, call, output);
  application.close();
  return code;
}

int help(const app::CommandCall& call, app::Output& output) {
  std::string text = app::texts().text(call.language, "cli.usage") + "\n\n";
  for (const auto& command : app::commands()) {
    std::string name(command.name);
    name.resize(12, ' ');
    text += "  " + name + app::texts().text(call.language, "cli." + std::string(command.name) + ".help") + "\n";
  }
  output.out(text);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // A write past the limit on file sizes shall fail like one on a full disk, not end the program.
  std::signal(SIGXFSZ, SIG_IGN);
  StandardOutput output;
  app::CommandCall call;
  call.working_folder = std::filesystem::current_path().string();
  call.language = language_of_environment();
  call.arguments.assign(argv + (argc > 1 ? 2 : 1), argv + argc);
  return app::guarded(call, output, [&] {
    const std::string name = argc > 1 ? argv[1] : "";
    if (name.empty() || name == "--help" || name == "-h" || name == "help") return help(call, output) + (name.empty() ? 2 : 0);
    const app::Command* command = app::find_command(name);
    if (command == nullptr) {
      output.err(app::texts().text(call.language, "cli.unknown_command", {{"command", name}}) + "\n");
      return 2;
    }
    return command->plain != nullptr ? command->plain(call, output) : run_store_command(*command, call, output);
  });
}
