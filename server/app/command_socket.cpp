#include "server/app/command_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <list>
#include <mutex>
#include <thread>

#include "server/base/error.hpp"
#include "server/base/json.hpp"
#include "server/base/json_writer.hpp"
#include "server/base/program/log.hpp"

namespace app {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw base::Error(base::ErrorCode::kFailedPrecondition, "data_folder_path_too_long", {{"path", path}});
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

bool send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Reads up to the next line end; nullopt at the end of the stream.
std::optional<std::string> read_line(int socket, std::string& buffer) {
  while (true) {
    if (const auto end = buffer.find('\n'); end != std::string::npos) {
      std::string line = buffer.substr(0, end);
      buffer.erase(0, end + 1);
      return line;
    }
    char chunk[65536];
    const ssize_t got = ::recv(socket, chunk, sizeof chunk, 0);
    if (got <= 0) return std::nullopt;
    buffer.append(chunk, static_cast<std::size_t>(got));
  }
}

class SocketOutput final : public Output {
 public:
  explicit SocketOutput(int socket) : socket_(socket) {}
  void out(std::string_view text) override { write("out", text); }
  void err(std::string_view text) override { write("err", text); }
  void exit(int code) {
    std::string line;
    base::JsonWriter(line).begin_object().key("exit").integer(code).end_object();
    send_all(socket_, line + "\n");
  }

 private:
  void write(std::string_view name, std::string_view text) {
    std::string line;
    base::JsonWriter(line).begin_object().key(name).text(text).end_object();
    const std::lock_guard lock(mutex_);
    send_all(socket_, line + "\n");
  }
  std::mutex mutex_;
  int socket_;
};

}  // namespace

struct CommandServer::Impl {
  Impl(Application& application, std::string path) : application(application), path(std::move(path)) {
    listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = address_of(this->path);
    ::unlink(this->path.c_str());
    const mode_t mask = ::umask(0177);
    const bool bound = ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::umask(mask);
    if (!bound || ::listen(listener, 16) != 0) {
      throw base::Error(base::ErrorCode::kUnavailable, "command_socket_failed", {{"path", this->path}, {"reason", std::strerror(errno)}});
    }
    acceptor = std::thread([this] { accept_all(); });
  }

  ~Impl() {
    stopping = true;
    ::shutdown(listener, SHUT_RDWR);
    acceptor.join();
    ::close(listener);
    ::unlink(path.c_str());
    for (auto& worker : workers) worker.join();
  }

  void accept_all() {
    while (!stopping) {
      pollfd ready{listener, POLLIN, 0};
      if (::poll(&ready, 1, 500) <= 0) continue;
      const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      workers.emplace_back([this, client] {
        serve(client);
        ::close(client);
      });
    }
  }

  void serve(int client) {
    std::string buffer;
    const auto line = read_line(client, buffer);
    if (!line) return;
    SocketOutput output(client);
    CommandCall call;
    const int code = guarded(call, output, [&] {
      const json::value request = base::parse_json(*line);
      const json::object& object = request.as_object();
      call.working_folder = base::json_string(object, "working_folder");
      call.language = base::json_string(object, "language", "ru");
      if (const auto* arguments = base::json_array(object, "arguments")) {
        for (const auto& argument : *arguments) call.arguments.emplace_back(argument.as_string());
      }
      const Command* command = find_command(base::json_string(object, "command"));
      if (command == nullptr || command->store == nullptr) throw base::Error(base::ErrorCode::kInvalidArgument, "unknown_command");
      return command->store(application, call, output);
    });
    output.exit(code);
  }

  Application& application;
  const std::string path;
  int listener = -1;
  std::atomic<bool> stopping{false};
  std::thread acceptor;
  std::list<std::thread> workers;  // few: one for each command an administrator runs
};

CommandServer::CommandServer(Application& application, std::string socket_path)
    : impl_(std::make_unique<Impl>(application, std::move(socket_path))) {}
CommandServer::~CommandServer() = default;

std::optional<int> run_over_socket(const std::string& socket_path, const std::string& command, const CommandCall& call, Output& output) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(socket_path);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    return std::nullopt;
  }
  std::string request;
  base::JsonWriter out(request);
  out.begin_object()
      .key("command")
      .text(command)
      .key("working_folder")
      .text(call.working_folder)
      .key("language")
      .text(call.language)
      .key("arguments")
      .begin_array();
  for (const auto& argument : call.arguments) out.text(argument);
  out.end_array().end_object();
  std::optional<int> code;
  if (send_all(socket, request + "\n")) {
    std::string buffer;
    while (const auto line = read_line(socket, buffer)) {
      const json::value answer = base::parse_json(*line, {16, 256u << 20});
      const json::object& object = answer.as_object();
      if (const auto* text = object.if_contains("out")) output.out(text->as_string());
      if (const auto* text = object.if_contains("err")) output.err(text->as_string());
      if (const auto* exit = object.if_contains("exit")) code = static_cast<int>(exit->as_int64());
    }
  }
  ::close(socket);
  // The server ended in the middle: what it did is unknown, so the command is not run again by this process.
  return code.value_or(1);
}

}  // namespace app
