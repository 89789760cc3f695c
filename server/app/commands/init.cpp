#include <filesystem>
#include <fstream>

#include "server/api/authenticator.hpp"
#include "server/app/application.hpp"
#include "server/app/command_line.hpp"
#include "server/app/commands/all.hpp"
#include "server/app/commands/password_file.hpp"
#include "server/app/demo/demo_data.hpp"
#include "server/base/error.hpp"

namespace app {

namespace {

void write_settings(const DataFolder& folder, const std::string& database) {
  const std::string part = folder.settings_file() + ".new";
  {
    std::ofstream out(part, std::ios::trunc);
    std::filesystem::permissions(part, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    if (!database.empty()) {
      std::string quoted;
      for (const char c : database) quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
      out << "[database]\naddress = \"" << quoted << "\"\n";
    }
    out.flush();
    if (!out) throw base::Error(base::ErrorCode::kUnavailable, "disk_full");
  }
  std::filesystem::rename(part, folder.settings_file());
}

}  // namespace

int init(const CommandCall& call, Output& output) {
  std::string email, password_file, name = "", database;
  std::string company_name, currency, time_zone;
  bool with_demo = false;
  CommandLine line("init", call, output);
  line.data_folder()
      .text("--admin-email", email, true)
      .text("--admin-password-file", password_file, true)
      .text("--admin-name", name)
      .flag("--demo", with_demo);
  line.text("--database", database).text("--company", company_name).text("--currency", currency).text("--time-zone", time_zone).parse();
  const std::string password = read_password(call.path(password_file));
  api::check_password_strength(password, "password");
  DataFolder folder(line.data(), true);
  folder.lock();
  if (std::filesystem::exists(folder.settings_file()))
    throw base::Error(base::ErrorCode::kFailedPrecondition, "already_initialised", {{"path", folder.path()}});
  base::Config config;
  declare_options(config);
  config.load_environment();
  if (!database.empty()) config.set("database.address", database);
  Application application(folder, config, Background::kStays);
  entity::Caller system = *entity::Caller::system();
  system.via = "cli";
  json::object company = {{"language", call.language}};
  if (!company_name.empty()) company["name"] = company_name;
  if (!currency.empty()) company["base_currency"] = currency;
  if (!time_zone.empty()) company["time_zone"] = time_zone;
  application.catalog().change_company(system, company);
  const auto registry = application.catalog().current();
  json::object user = {{"name", name.empty() ? texts().text(call.language, "cli.init.administrator") : name},
                       {"email", email},
                       {"is_admin", true},
                       {"is_active", true},
                       {"language", call.language}};
  const auto admin = application.records().create(system, registry->require("user"), user);
  application.authenticator().set_password(admin.id, password);
  load_reference_data(application, call.language);
  if (with_demo) {
    const DemoOptions options;
    load_demo(application.api().services, options, call.language);
    output.out(demo_summary(options, call.language));
  }
  application.close();
  // The settings file is written last: its presence says that the folder is whole.
  write_settings(folder, database);
  output.out(texts().text(call.language, "cli.init.done", {{"path", folder.path()}, {"email", email}, {"id", std::to_string(admin.id)}}) +
             "\n");
  return 0;
}

}  // namespace app
