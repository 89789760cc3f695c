#include "server/entity/module_settings.hpp"

namespace entity {

json::object module_settings(store::Connection& connection, std::string_view module) {
  auto statement = connection.prepare("module_settings", "SELECT value FROM sys_setting WHERE module = $1");
  if (!statement.bind_text(1, module).step()) return {};
  return base::parse_json(statement.text(0)).as_object();
}

}  // namespace entity
