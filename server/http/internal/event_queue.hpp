// The bounded queue between those who send events (any thread) and the connection that writes them (its I/O thread).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "server/http/server.hpp"

namespace http::internal {

// Invariants: `wake_` is called with the mutex held and only while open, so that the I/O thread it posts to is alive;
// after close nothing is added, what is queued may still be taken.
class EventQueue {
 public:
  struct Limits {
    std::size_t events = 1000;
    std::size_t bytes = 1 << 20;
  };
  EventQueue(Limits limits, std::function<void()> wake);

  // False when closed or full; a full queue closes itself.
  bool push(std::string_view event, std::string_view id, std::string_view data);
  void push_comment();  // heartbeat; skipped while something waits
  // Appends what waits to `out`. False when there is nothing and nothing will come.
  bool take(std::string& out);
  void close();
  bool is_open() const;

 private:
  void wake_locked();

  const Limits limits_;
  mutable std::mutex mutex_;
  std::function<void()> wake_;
  std::string pending_;
  std::size_t pending_events_ = 0;
  bool is_open_ = true;
  bool is_woken_ = false;
};

// The stream handed to the handler; its end closes the queue.
std::shared_ptr<EventStream> make_event_stream(std::shared_ptr<EventQueue> queue);

}  // namespace http::internal
