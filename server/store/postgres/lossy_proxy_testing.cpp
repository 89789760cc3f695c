#include "server/store/postgres/lossy_proxy_testing.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <string_view>

namespace store {

namespace {
constexpr int kPollMs = 20;  // how soon stopping is noticed

std::string parameter(const std::string& address, const std::string& name) {
  std::size_t at = address.find(name + "=");
  if (at == std::string::npos) throw std::runtime_error(address + " has no " + name);
  at += name.size() + 1;
  return address.substr(at, address.find('&', at) - at);
}

// In words, or as the prepared statement of that name (a Bind message).
bool has_commit(std::string_view bytes) {
  return bytes.find("COMMIT") != std::string_view::npos || bytes.find(std::string_view("\0commit", 8)) != std::string_view::npos;
}

bool send_all(int file, const char* bytes, ssize_t count) {
  while (count > 0) {
    ssize_t sent = ::send(file, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    count -= sent;
  }
  return true;
}
}  // namespace

LossyProxy::LossyProxy(const std::string& address) {
  socket_path_ = parameter(address, "host") + "/.s.PGSQL." + parameter(address, "port");
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof local;
  auto* generic = reinterpret_cast<sockaddr*>(&local);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 || ::getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  std::size_t at = address.find('@') + 1;
  std::string path = address.substr(at, address.find('?') - at);
  address_ = address.substr(0, at) + "127.0.0.1:" + std::to_string(ntohs(local.sin_port)) + path;
  acceptor_ = std::thread([this] { accept_all(); });
}

LossyProxy::~LossyProxy() {
  is_stopping_ = true;
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

void LossyProxy::accept_all() {
  while (!is_stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kPollMs) <= 0) continue;
    int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    threads_.emplace_back([this, client] { pass(client); });
  }
}

void LossyProxy::pass(int client) {
  int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un path{};
  path.sun_family = AF_UNIX;
  std::strncpy(path.sun_path, socket_path_.c_str(), sizeof path.sun_path - 1);
  bool is_open = ::connect(server, reinterpret_cast<sockaddr*>(&path), sizeof path) == 0;
  bool is_answer_lost = false;
  char buffer[65536];
  while (is_open && !is_stopping_) {
    pollfd waiting[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (::poll(waiting, 2, kPollMs) <= 0) continue;
    if (waiting[0].revents) {
      ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
      bool is_commit = count > 0 && has_commit(std::string_view(buffer, count));
      if (is_commit && loss_ == Loss::kCommit) {
        loss_ = Loss::kNone;
        break;
      }
      if (is_commit && loss_ == Loss::kAnswerToCommit) is_answer_lost = true;
      is_open = count > 0 && send_all(server, buffer, count);
    }
    if (is_open && waiting[1].revents) {
      ssize_t count = ::recv(server, buffer, sizeof buffer, 0);
      if (is_answer_lost) {
        loss_ = Loss::kNone;
        break;
      }
      is_open = count > 0 && send_all(client, buffer, count);
    }
  }
  ::close(server);
  ::close(client);
}

}  // namespace store
