#include "server/flow/heartbeat.hpp"

#include <exception>
#include <string>
#include <utility>

#include "server/base/program/log.hpp"

namespace flow {

Heartbeat::Heartbeat(std::string name, std::chrono::milliseconds period, std::function<void()> beat)
    : thread_([this, name = std::move(name), period, beat = std::move(beat)] { run(name, period, beat); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  over_.notify_all();
  thread_.join();
}

void Heartbeat::run(const std::string& name, std::chrono::milliseconds period, const std::function<void()>& beat) {
  std::unique_lock lock(mutex_);
  while (!over_.wait_for(lock, period, [this] { return is_over_; })) {
    try {
      beat();
    } catch (const std::exception& error) {
      base::log(base::LogLevel::kWarning, "heartbeat_missed", {{"of", std::string_view(name)}, {"what", std::string_view(error.what())}});
    }
  }
}

}  // namespace flow
