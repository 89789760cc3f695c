// A small raw client for tests: it sends exactly the bytes it is given.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "server/http/syntax/url.hpp"

namespace http::testing {

struct Reply {
  int status = 0;  // 0: the connection ended before a complete head
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool is_complete = false;

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (equals_ignoring_case(key, name)) return value;
    }
    return {};
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval limit{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(fd_);
      throw std::runtime_error("connect failed");
    }
  }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }
  // Appends what comes to the buffer; false at the end.
  bool receive() {
    char bytes[65536];
    const ssize_t size = ::recv(fd_, bytes, sizeof bytes, 0);
    if (size <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(size));
    return true;
  }
  // True when the server closes without sending anything more.
  bool is_closed_by_server() {
    errno = 0;
    return buffer_.empty() && !receive() && errno != EAGAIN;
  }
  std::string receive_until(std::string_view end) {
    while (buffer_.find(end) == std::string::npos) {
      if (!receive()) return std::exchange(buffer_, {});
    }
    const std::size_t size = buffer_.find(end) + end.size();
    std::string out = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return out;
  }
  std::string receive_all() {
    while (receive()) {
    }
    return std::exchange(buffer_, {});
  }

  Reply read(bool is_head_request = false) {
    Reply reply;
    const std::string head = receive_until("\r\n\r\n");
    if (!head.ends_with("\r\n\r\n")) return reply;
    parse_head(head, reply);
    if (is_head_request || reply.status < 200 || reply.status == 204 || reply.status == 304) {
      reply.is_complete = true;
    } else if (reply.header("transfer-encoding") == "chunked") {
      read_chunks(reply);
    } else if (const std::string length = reply.header("content-length"); !length.empty()) {
      const std::size_t size = std::stoull(length);
      while (buffer_.size() < size && receive()) {
      }
      reply.is_complete = buffer_.size() >= size;
      reply.body = buffer_.substr(0, size);
      buffer_.erase(0, size);
    } else {
      reply.body = receive_all();
      reply.is_complete = true;
    }
    return reply;
  }

  Reply get(std::string_view target, std::string_view more_headers = {}) {
    send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(more_headers) + "\r\n");
    return read();
  }
  Reply post(std::string_view target, std::string_view body, std::string_view more_headers = {}) {
    send("POST " + std::string(target) + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more_headers) + "\r\n" + std::string(body));
    return read();
  }
  int fd() const { return fd_; }

 private:
  static void parse_head(std::string_view head, Reply& reply) {
    reply.status = std::stoi(std::string(head.substr(9, 3)));
    head.remove_prefix(head.find("\r\n") + 2);
    while (head.size() > 2) {
      const std::string_view line = head.substr(0, head.find("\r\n"));
      const std::size_t colon = line.find(": ");
      reply.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
      head.remove_prefix(line.size() + 2);
    }
  }
  void read_chunks(Reply& reply) {
    for (;;) {
      const std::string line = receive_until("\r\n");
      if (!line.ends_with("\r\n")) return;
      const std::size_t size = std::stoull(line, nullptr, 16);
      while (buffer_.size() < size + 2 && receive()) {
      }
      if (buffer_.size() < size + 2) return;
      reply.body += buffer_.substr(0, size);
      buffer_.erase(0, size + 2);
      if (size == 0) break;
    }
    reply.is_complete = true;
  }

  int fd_;
  std::string buffer_;
};

// A gate that test threads wait at; opening is final. Waits at most 20 s.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [this] { return is_open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
};

// Waits until `condition` holds, at most 20 s.
template <class Condition>
bool eventually(Condition condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));  // between looks, so that the machine is not kept busy
  }
  return true;
}

}  // namespace http::testing
