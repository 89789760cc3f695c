#include "server/store/notifier.hpp"

#include <pthread.h>

#include <algorithm>

#include "server/base/error.hpp"
#include "server/base/program/log.hpp"
#include "server/store/database.hpp"

namespace store {

namespace {
constexpr std::size_t kMaxPayloadBytes = 7900;  // PostgreSQL: "shorter than 8000 bytes" (NOTIFY)

// The subscriber whose handler runs on this thread; it may unsubscribe itself without waiting for itself.
thread_local const void* running_subscriber = nullptr;
}  // namespace

Message make_message(std::string_view channel, std::string_view payload) {
  quote_identifier(channel);
  if (payload.empty() || payload.size() > kMaxPayloadBytes) {
    throw base::Error::internal("notify on " + std::string(channel) + ": payload of " + std::to_string(payload.size()) + " bytes");
  }
  return Message{std::string(channel), std::string(payload)};
}

void add_once(std::vector<Message>& messages, std::string_view channel, std::string_view payload) {
  const auto is_same = [&](const Message& message) { return message.channel == channel && message.payload == payload; };
  if (std::none_of(messages.begin(), messages.end(), is_same)) messages.push_back(make_message(channel, payload));
}

std::shared_ptr<void> Notifier::subscribe(std::string_view channel, Handler handler, bool own_at_once) {
  auto subscriber = std::make_shared<Subscriber>();
  subscriber->channel = channel;
  subscriber->handler = std::move(handler);
  subscriber->own_at_once = own_at_once;
  {
    std::lock_guard lock(mutex_);
    std::erase_if(subscribers_, [](const auto& weak) { return weak.expired(); });
    subscribers_.push_back(subscriber);
    if (!thread_.joinable() && !is_stopping_) thread_ = std::thread([this] { run(); });
  }
  // The first, empty message says that the subscription is in force.
  if (subscribed_)
    subscribed_(subscriber->channel);
  else
    post_gap({subscriber->channel});
  // The caller holds a guard, not the subscriber: its end must wait for a call that is under way.
  Subscriber* raw = subscriber.get();
  return std::shared_ptr<void>(raw, [owner = std::move(subscriber)](void*) mutable {
    if (running_subscriber == owner.get()) {
      owner->is_open = false;
    } else {
      std::lock_guard running(owner->running);
      owner->is_open = false;
    }
    owner.reset();
  });
}

void Notifier::post(std::vector<Message> messages) {
  if (messages.empty()) return;
  std::lock_guard lock(mutex_);
  if (!thread_.joinable()) return;  // nobody listens
  for (Message& message : messages) queue_.push_back(std::move(message));
  arrived_.notify_one();
}

void Notifier::post_gap(const std::vector<std::string>& channels) {
  std::vector<Message> messages;
  for (const std::string& channel : channels) messages.push_back({channel, ""});
  post(std::move(messages));
}

std::vector<std::string> Notifier::channels() const {
  std::vector<std::string> result;
  std::lock_guard lock(mutex_);
  for (const auto& weak : subscribers_) {
    auto subscriber = weak.lock();
    if (subscriber && std::find(result.begin(), result.end(), subscriber->channel) == result.end()) {
      result.push_back(subscriber->channel);
    }
  }
  return result;
}

void Notifier::stop() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
    arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Notifier::run() {
  pthread_setname_np(pthread_self(), "store-notify");
  for (;;) {
    Message message;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      message = std::move(queue_.front());
      queue_.pop_front();
    }
    deliver(message, To::kAll);
  }
}

void Notifier::deliver_own(const std::vector<Message>& messages) {
  for (const Message& message : messages) deliver(message, To::kAtOnce);
}

void Notifier::deliver(const Message& message, To to) {
  std::vector<std::shared_ptr<Subscriber>> receivers;
  {
    std::lock_guard lock(mutex_);
    for (const auto& weak : subscribers_) {
      auto subscriber = weak.lock();
      if (subscriber && subscriber->channel == message.channel && (to == To::kAll || subscriber->own_at_once))
        receivers.push_back(std::move(subscriber));
    }
  }
  for (const auto& receiver : receivers) {
    std::lock_guard running(receiver->running);
    if (!receiver->is_open) continue;
    running_subscriber = receiver.get();
    try {
      receiver->handler(message.payload);
    } catch (const std::exception& error) {
      base::log(base::LogLevel::kError, "notify_handler_failed", {{"channel", message.channel}, {"what", error.what()}});
    }
    running_subscriber = nullptr;
  }
}

}  // namespace store
