#include "server/flow/scheduler.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/base/program/log.hpp"
#include "server/flow/lease.hpp"

namespace flow {

namespace {

struct Entry {
  Entry(store::Database& database, const base::Clock& clock, std::string name, const std::string& node, std::chrono::seconds period,
        std::function<void()> run)
      : run(std::move(run)), lease(database, clock, "schedule." + name, node) {
    state.name = std::move(name);
    state.period = period;
  }
  std::function<void()> run;
  Lease lease;
  ScheduleState state;
  std::chrono::steady_clock::time_point due{};  // steady: a jump of the wall clock neither hurries nor stops the work
};

}  // namespace

struct Scheduler::Impl {
  Impl(store::Database& database, const base::Clock& clock, std::string node) : database(database), clock(clock), node(std::move(node)) {}
  store::Database& database;
  const base::Clock& clock;
  const std::string node;
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::vector<std::unique_ptr<Entry>> entries;
  std::thread thread;

  void run_one(Entry& entry) {
    std::string problem;
    try {
      if (!entry.lease.hold(entry.state.period + std::chrono::seconds(30))) return;
      entry.run();
    } catch (const std::exception& error) {
      problem = error.what();
      base::log(base::LogLevel::kWarning, "schedule_failed",
                {{"schedule", std::string_view(entry.state.name)}, {"what", std::string_view(error.what())}});
    }
    const std::lock_guard lock(mutex);
    ++entry.state.runs;
    entry.state.last_run = clock.now();
    entry.state.last_error = problem;
  }

  void run() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      auto next = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      for (auto& entry : entries) {
        if (stopping) return;
        if (entry->due <= std::chrono::steady_clock::now()) {
          lock.unlock();
          run_one(*entry);
          lock.lock();
          entry->due = std::chrono::steady_clock::now() + entry->state.period;
        }
        next = std::min(next, entry->due);
      }
      changed.wait_until(lock, next, [&] { return stopping; });
    }
  }
};

Scheduler::Scheduler(store::Database& database, const base::Clock& clock, std::string node)
    : impl_(std::make_unique<Impl>(database, clock, std::move(node))) {}
Scheduler::~Scheduler() { stop(); }

void Scheduler::add(std::string name, std::chrono::seconds period, std::function<void()> run) {
  impl_->entries.push_back(std::make_unique<Entry>(impl_->database, impl_->clock, std::move(name), impl_->node, period, std::move(run)));
}

void Scheduler::start() {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

void Scheduler::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::vector<ScheduleState> Scheduler::states() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<ScheduleState> states;
  for (const auto& entry : impl_->entries) states.push_back(entry->state);
  return states;
}

}  // namespace flow
