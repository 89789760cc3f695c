// Messages to the subscribers of this process.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace store {

struct Message {
  std::string channel;
  std::string payload;
};

// Refuses what Database::notify_on_commit does not take (Error internal).
Message make_message(std::string_view channel, std::string_view payload);
// Adds the message unless it is there.
void add_once(std::vector<Message>& messages, std::string_view channel, std::string_view payload);

// Calls handlers in the order of post(), on one thread of its own. Thread-safe.
class Notifier {
 public:
  using Handler = std::function<void(std::string_view payload)>;

  Notifier() = default;
  ~Notifier() { stop(); }

  // The subscription ends when the result is destroyed; a call that is under way is awaited, except from a handler.
  // `own_at_once`: deliver_own() calls it too.
  std::shared_ptr<void> subscribe(std::string_view channel, Handler handler, bool own_at_once = false);
  // What this process has just committed, on the calling thread, to those who want it at once.
  void deliver_own(const std::vector<Message>& messages);
  // Called for every subscription, for LISTEN; post_gap() must follow when that is in force.
  void on_subscribe(std::function<void(const std::string& channel)> subscribed) { subscribed_ = std::move(subscribed); }
  void post(std::vector<Message> messages);
  // An empty payload to every subscriber: something may have been missed.
  void post_gap(const std::vector<std::string>& channels);
  std::vector<std::string> channels() const;
  void stop();  // delivers what was posted, then ends

 private:
  struct Subscriber {
    std::string channel;
    Handler handler;
    std::mutex running;
    bool is_open = true;
    bool own_at_once = false;
  };
  void run();
  enum class To { kAll, kAtOnce };
  void deliver(const Message& message, To to);

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Message> queue_;
  std::vector<std::weak_ptr<Subscriber>> subscribers_;
  std::function<void(const std::string&)> subscribed_;
  std::thread thread_;  // started by the first subscriber
  bool is_stopping_ = false;
};

}  // namespace store
