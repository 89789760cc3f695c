#include "server/api/authenticator.hpp"
#include "server/app/application.hpp"
#include "server/app/command_line.hpp"
#include "server/app/commands/all.hpp"
#include "server/app/commands/password_file.hpp"
#include "server/app/commands/user_lookup.hpp"
#include "server/base/error.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/text/text.hpp"

namespace app {

std::int64_t find_user(Application& application, const std::string& email) {
  std::int64_t id = 0;
  application.database().read({.name = "user_by_email"}, [&](store::Connection& connection) {
    auto statement = connection.prepare("user_by_email", "SELECT id FROM sys_user WHERE email__fold = $1 AND deleted_at IS NULL");
    if (statement.bind_text(1, base::fold(email)).step()) id = statement.integer(0);
  });
  if (id == 0) throw base::Error(base::ErrorCode::kNotFound, "user_not_found", {{"email", email}});
  return id;
}

namespace {

entity::Caller administrator() {
  entity::Caller caller = *entity::Caller::system();
  caller.via = "cli";
  return caller;
}

int list_users(Application& application, Output& output, bool as_json) {
  const auto registry = application.catalog().current();
  application.database().read({.name = "user_list"}, [&](store::Connection& connection) {
    auto statement =
        connection.prepare("user_list", "SELECT id, email, name, is_admin, is_active FROM sys_user WHERE deleted_at IS NULL ORDER BY id");
    while (statement.step()) {
      std::string line;
      if (as_json) {
        base::JsonWriter out(line);
        out.begin_object().key("id").integer(statement.integer(0)).key("email").text(statement.text(1)).key("name").text(statement.text(2));
        out.key("is_admin").boolean(statement.integer(3) != 0).key("is_active").boolean(statement.integer(4) != 0).end_object();
      } else {
        line = std::to_string(statement.integer(0)) + "\t" + std::string(statement.text(1)) + "\t" + std::string(statement.text(2));
      }
      output.out(line + "\n");
    }
  });
  return 0;
}

}  // namespace

// matvey user list|add|password|disable|enable
int user(Application& application, const CommandCall& call, Output& output) {
  std::string action, email, name, password_file;
  bool is_admin = false, as_json = false;
  CommandLine line("user", call, output);
  line.data_folder().positional("action", action).text("--email", email).text("--name", name).text("--password-file", password_file);
  line.flag("--admin", is_admin).flag("--json", as_json).parse();
  if (action == "list") return list_users(application, output, as_json);
  if (email.empty()) throw base::Error::field("--email", "required");
  const auto registry = application.catalog().current();
  const auto& users = registry->require("user");
  json::object values;
  std::string password;
  if (!password_file.empty()) {
    password = read_password(call.path(password_file));
    api::check_password_strength(password, "password");
  }
  if (action == "add") {
    values["email"] = email;
    values["name"] = name.empty() ? email : name;
    values["is_admin"] = is_admin;
    values["is_active"] = true;
    const auto result = application.records().create(administrator(), users, values);
    if (!password.empty()) application.authenticator().set_password(result.id, password);
    output.out(std::to_string(result.id) + "\n");
    return 0;
  }
  const std::int64_t id = find_user(application, email);
  if (action == "password" && password_file.empty()) throw base::Error::field("--password-file", "required");
  if (action == "disable" || action == "enable")
    values["is_active"] = action == "enable";
  else if (action != "password")
    throw base::Error::field("action", "unknown_option", {{"valid", "list, add, password, disable, enable"}});
  if (!values.empty()) application.records().update(administrator(), users, id, values);
  if (!password.empty()) application.authenticator().set_password(id, password);
  application.authenticator().end_sessions(id);
  return 0;
}

}  // namespace app
