// Every command of the program; one file each. Synopses: docs/reference/commands.md, made from --help.
#pragma once

#include "server/app/command.hpp"

namespace app {

int init(const CommandCall& call, Output& output);
int serve(const CommandCall& call, Output& output);
int restore(const CommandCall& call, Output& output);
int formula_command(const CommandCall& call, Output& output);
int settings(const CommandCall& call, Output& output);
int user(Application& application, const CommandCall& call, Output& output);
int api_key(Application& application, const CommandCall& call, Output& output);
int demo(Application& application, const CommandCall& call, Output& output);
int backup(Application& application, const CommandCall& call, Output& output);
int import_command(Application& application, const CommandCall& call, Output& output);
int export_command(Application& application, const CommandCall& call, Output& output);
int check(Application& application, const CommandCall& call, Output& output);

}  // namespace app
