// LISTEN on a connection of its own.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "server/store/notifier.hpp"
#include "server/store/postgres/postgres_wire.hpp"

namespace store::postgres {

// Passes NOTIFY messages on to the notifier. After a loss it connects again (50 ms to 2 s apart), listens to everything
// subscribed and tells the subscribers that there was a gap. The thread starts with the first channel.
class PostgresListener {
 public:
  PostgresListener(std::string address, Notifier& notifier);
  ~PostgresListener();

  // Subscribers of the notifier want it; any thread.
  void add_channel(const std::string& channel);
  void stop();

 private:
  void main();
  void listen(PGconn* handle, const std::vector<std::string>& channels);
  std::vector<std::string> take_asked();
  void receive(PGconn* handle);
  // Until the server or a caller has something; false when the connection is gone.
  bool wait(PGconn* handle);
  void pause(int attempt);
  void wake();

  const std::string address_;
  Notifier& notifier_;  // of the database that owns both
  int wake_file_ = -1;  // eventfd
  std::atomic<bool> is_stopping_{false};
  std::mutex mutex_;  // guards thread_, asked_
  std::vector<std::string> asked_;
  std::thread thread_;
};

}  // namespace store::postgres
