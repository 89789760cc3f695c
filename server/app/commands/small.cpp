// Commands of a few lines: api-key, backup, restore, check, formula, settings.
#include <filesystem>
#include <iostream>

#include "server/api/authenticator.hpp"
#include "server/app/application.hpp"
#include "server/app/command_line.hpp"
#include "server/app/commands/all.hpp"
#include "server/app/commands/user_lookup.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/entity/formula/formula.hpp"

namespace app {

int api_key(Application& application, const CommandCall& call, Output& output) {
  std::string action, email, name = "cli", scope;
  bool as_json = false;
  CommandLine line("api-key", call, output);
  line.data_folder()
      .positional("action", action)
      .text("--user", email, true)
      .text("--name", name)
      .text("--scope", scope)
      .flag("--json", as_json)
      .parse();
  if (action != "create") throw base::Error::field("action", "unknown_option", {{"valid", "create"}});
  api::ApiKeyRequest request;
  request.user_id = find_user(application, email);
  request.name = name;
  if (!scope.empty()) request.scopes.push_back(scope);
  const auto key = application.authenticator().create_api_key(request);
  if (as_json) {
    std::string text;
    base::JsonWriter(text).begin_object().key("id").integer(key.id).key("key").text(key.key).end_object();
    output.out(text + "\n");
  } else {
    output.out(key.key + "\n");
  }
  return 0;
}

int backup(Application& application, const CommandCall& call, Output& output) {
  std::string to;
  CommandLine line("backup", call, output);
  line.data_folder().positional("file", to).parse();
  const std::string path = call.path(to);
  if (std::filesystem::exists(path)) throw base::Error(base::ErrorCode::kFailedPrecondition, "file_exists", {{"path", path}});
  application.database().backup(path);
  output.out(texts().text(call.language, "cli.backup.done", {{"path", path}, {"bytes", std::to_string(std::filesystem::file_size(path))}}) +
             "\n");
  return 0;
}

int check(Application& application, const CommandCall& call, Output& output) {
  bool as_json = false;
  CommandLine line("check", call, output);
  line.data_folder().flag("--json", as_json).parse();
  const auto problems = application.database().check();
  if (as_json) {
    std::string text;
    base::JsonWriter out(text);
    out.begin_object().key("sound").boolean(problems.empty()).key("problems").begin_array();
    for (const auto& problem : problems) out.text(problem);
    out.end_array().end_object();
    output.out(text + "\n");
  } else {
    for (const auto& problem : problems) output.out(problem + "\n");
    if (problems.empty()) output.out(texts().text(call.language, "cli.check.sound") + "\n");
  }
  return problems.empty() ? 0 : 3;
}

int restore(const CommandCall& call, Output& output) {
  std::string from;
  CommandLine line("restore", call, output);
  line.data_folder().positional("file", from).parse();
  DataFolder folder(line.data(), true);
  folder.lock();
  base::Config config;
  declare_options(config);
  if (std::filesystem::exists(folder.settings_file())) config.load_file(folder.settings_file());
  config.load_environment();
  store::restore(database_options(folder, config), call.path(from));
  output.out(texts().text(call.language, "cli.restore.done", {{"path", folder.path()}}) + "\n");
  return 0;
}

// matvey formula eval: JSON lines in, JSON lines out (contract).
int formula_command(const CommandCall& call, Output& output) {
  std::string action;
  CommandLine line("formula", call, output);
  line.positional("action", action).parse();
  if (action != "eval") throw base::Error::field("action", "unknown_option", {{"valid", "eval"}});
  formula::Environment environment;
  environment.now = base::SystemClock().now();
  std::string input;
  while (std::getline(std::cin, input)) {
    if (!input.empty()) output.out(formula::eval_json_line(input, environment, &texts(), call.language) + "\n");
  }
  return 0;
}

// matvey settings: every option with meaning and default, as a file to start from; with --reference the page docs/reference/settings.md.
int settings(const CommandCall& call, Output& output) {
  bool reference = false;
  CommandLine line("settings", call, output);
  line.flag("--reference", reference).parse();
  base::Config config;
  declare_options(config);
  const auto text = [&](std::string_view key) { return texts().text(call.language, "cli.settings." + std::string(key)); };
  if (reference)
    output.out("# " + text("page_title") + "\n\n" + text("page_text") + "\n\n" + config.reference(texts(), call.language));
  else
    output.out(config.example_file(texts(), call.language));
  return 0;
}

}  // namespace app
