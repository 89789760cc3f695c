// Work that comes round: reminders, retention, clean-up. One node at a time runs each piece.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/base/time.hpp"
#include "server/store/database.hpp"

namespace flow {

struct ScheduleState {
  std::string name, last_error;
  std::chrono::seconds period{};
  base::Instant last_run{};
  std::int64_t runs = 0;
};

class Scheduler {
 public:
  Scheduler(store::Database& database, const base::Clock& clock, std::string node);
  ~Scheduler();                                                                        // stop()
  void add(std::string name, std::chrono::seconds period, std::function<void()> run);  // before start
  void start();
  void stop();  // waits for the run in hand
  std::vector<ScheduleState> states() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flow
