#include "server/http/internal/event_queue.hpp"

#include <algorithm>

namespace http::internal {
namespace {

// WHATWG HTML, section 9.2.6: a line ends at CR, LF or both; fields are one line, data may be several.
void append_line(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += name;
  for (const char c : value) {
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
  out += '\n';
}

void append_data(std::string& out, std::string_view data) {
  for (;;) {
    const std::size_t end = std::min(data.find_first_of("\r\n"), data.size());
    out += "data: ";
    out += data.substr(0, end);
    out += '\n';
    if (end == data.size()) return;
    const bool is_pair = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (is_pair ? 2 : 1));
  }
}

class QueueStream final : public EventStream {
 public:
  explicit QueueStream(std::shared_ptr<EventQueue> queue) : queue_(std::move(queue)) {}
  ~QueueStream() override { queue_->close(); }
  QueueStream(const QueueStream&) = delete;
  QueueStream& operator=(const QueueStream&) = delete;
  bool send(std::string_view event, std::string_view id, std::string_view data) override { return queue_->push(event, id, data); }
  bool is_open() const override { return queue_->is_open(); }

 private:
  std::shared_ptr<EventQueue> queue_;
};

}  // namespace

EventQueue::EventQueue(Limits limits, std::function<void()> wake) : limits_(limits), wake_(std::move(wake)) {}

void EventQueue::wake_locked() {
  if (is_woken_) return;
  is_woken_ = true;
  wake_();
}

bool EventQueue::push(std::string_view event, std::string_view id, std::string_view data) {
  const std::lock_guard lock(mutex_);
  if (!is_open_) return false;
  if (pending_events_ >= limits_.events || pending_.size() + data.size() > limits_.bytes) {
    wake_locked();
    is_open_ = false;
    return false;
  }
  append_line(pending_, "event: ", event);
  append_line(pending_, "id: ", id);
  append_data(pending_, data);
  pending_ += '\n';
  ++pending_events_;
  wake_locked();
  return true;
}

void EventQueue::push_comment() {
  const std::lock_guard lock(mutex_);
  if (!is_open_ || !pending_.empty()) return;
  pending_ += ":\n\n";
  wake_locked();
}

bool EventQueue::take(std::string& out) {
  const std::lock_guard lock(mutex_);
  is_woken_ = false;
  if (pending_.empty()) return is_open_;
  out += pending_;
  pending_.clear();
  if (pending_.capacity() > 16384) pending_.shrink_to_fit();
  pending_events_ = 0;
  return true;
}

void EventQueue::close() {
  const std::lock_guard lock(mutex_);
  if (!is_open_) return;
  wake_locked();
  is_open_ = false;
}

bool EventQueue::is_open() const {
  const std::lock_guard lock(mutex_);
  return is_open_;
}

std::shared_ptr<EventStream> make_event_stream(std::shared_ptr<EventQueue> queue) {
  return std::make_shared<QueueStream>(std::move(queue));
}

}  // namespace http::internal
