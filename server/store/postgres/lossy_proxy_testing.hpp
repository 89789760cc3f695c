// A network that breaks on demand, between PostgreSQL and its clients.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace store {

// Listens on a port of 127.0.0.1 and passes bytes on to the server's Unix socket. Thread-safe.
class LossyProxy {
 public:
  // `address` of a database on a Unix socket: postgresql://user@/name?host=FOLDER&port=N.
  explicit LossyProxy(const std::string& address);
  ~LossyProxy();
  LossyProxy(const LossyProxy&) = delete;

  // The same database through the proxy.
  const std::string& address() const { return address_; }
  enum class Loss {
    kNone,
    kAnswerToCommit,  // the next COMMIT reaches the server, its answer does not come back
    kCommit,          // the next COMMIT does not reach the server
  };
  void set_loss(Loss loss) { loss_ = loss; }
  bool has_struck() const { return loss_ == Loss::kNone; }

 private:
  void accept_all();
  void pass(int client);

  std::string socket_path_;
  std::string address_;
  int listener_ = -1;
  std::atomic<Loss> loss_{Loss::kNone};
  std::atomic<bool> is_stopping_{false};
  std::thread acceptor_;
  std::vector<std::thread> threads_;  // acceptor only, until it has ended
};

}  // namespace store
