// The local socket by which commands reach a running `serve` (mode 0600, inside the data folder).
//
// A client sends one JSON line {"command","arguments","working_folder","language"}; the server answers with JSON lines
// {"out": text} and {"err": text} and ends with {"exit": code}.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/app/command.hpp"

namespace app {

// Runs store commands over `application`, one thread a connection. Both outlive the server.
class CommandServer {
 public:
  CommandServer(Application& application, std::string socket_path);
  ~CommandServer();  // waits for running commands

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Exit code of the command run by the server behind the socket; nullopt when nobody listens there.
std::optional<int> run_over_socket(const std::string& socket_path, const std::string& command, const CommandCall& call, Output& output);

}  // namespace app
