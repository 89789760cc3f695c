#include "server/app/command.hpp"

#include <algorithm>
#include <filesystem>

#include "server/app/application.hpp"
#include "server/app/commands/all.hpp"
#include "server/base/error.hpp"

namespace app {

std::string CommandCall::path(const std::string& given) const {
  const std::filesystem::path path(given);
  return path.is_absolute() ? path.lexically_normal().string() : (std::filesystem::path(working_folder) / path).lexically_normal().string();
}

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      {"init", &init, nullptr},
      {"serve", &serve, nullptr},
      {"user", nullptr, &user},
      {"api-key", nullptr, &api_key},
      {"demo", nullptr, &demo},
      {"backup", nullptr, &backup},
      {"restore", &restore, nullptr},
      {"check", nullptr, &check},
      {"import", nullptr, &import_command},
      {"export", nullptr, &export_command},
      {"formula", &formula_command, nullptr},
      {"settings", &settings, nullptr},
  };
  return all;
}

const Command* find_command(std::string_view name) {
  const auto at = std::find_if(commands().begin(), commands().end(), [&](const Command& command) { return command.name == name; });
  return at == commands().end() ? nullptr : &*at;
}

int guarded(const CommandCall& call, Output& output, const std::function<int()>& body) {
  try {
    return body();
  } catch (const CommandEnd& end) {
    return end.exit_code;
  } catch (const base::Error& error) {
    output.err(texts().error_text(call.language, error) + "\n");
    for (const auto& field : error.fields()) output.err("  " + field.path + ": " + texts().field_error_text(call.language, field) + "\n");
    if (error.code() == base::ErrorCode::kInternal) output.err(std::string("  ") + error.what() + "\n");
    return 1;
  } catch (const std::exception& error) {
    output.err(std::string(error.what()) + "\n");
    return 1;
  }
}

}  // namespace app
