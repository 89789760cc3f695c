#include "server/app/commands/all.hpp"
namespace app {
int export_command(Application&, const CommandCall&, Output&) { return 2; }
}  // namespace app
