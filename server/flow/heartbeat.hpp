// Says again and again that whoever has it is alive, on a thread of its own, while one long step keeps the owner's thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace flow {

class Heartbeat {
 public:
  // Calls `beat` every `period`, the first time after one; what it throws is logged as `name` and the next beat comes all the same.
  // `beat` and what it uses outlive this.
  Heartbeat(std::string name, std::chrono::milliseconds period, std::function<void()> beat);
  ~Heartbeat();  // waits for a beat in hand
  Heartbeat(const Heartbeat&) = delete;

 private:
  void run(const std::string& name, std::chrono::milliseconds period, const std::function<void()>& beat);

  std::mutex mutex_;
  std::condition_variable over_;
  bool is_over_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace flow
