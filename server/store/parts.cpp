#include "server/store/parts.hpp"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "server/store/caught_error.hpp"
#include "server/store/company.hpp"

namespace store {

namespace {

constexpr int kNiceness = 5;  // of the threads beside

class Run {
 public:
  Run(Connection& connection, int parts, const std::function<void(const Part&)>& body) : body_(body), parts_(parts) {
    auto& own = static_cast<CompanyConnection&>(connection);  // every driver's is one
    connections_.push_back(&own);
    connections_.insert(connections_.end(), own.beside().begin(), own.beside().end());
    for (CompanyConnection* each : connections_) each->set_interrupted(false);
  }
  ~Run() {
    for (CompanyConnection* each : connections_) each->set_interrupted(false);
  }

  void run() {
    std::vector<std::jthread> threads;
    const int workers = std::min(static_cast<int>(connections_.size()), parts_);
    try {
      for (int worker = 1; worker < workers; ++worker) {
        threads.emplace_back([this, worker] {
          pthread_setname_np(pthread_self(), "store-beside");
          setpriority(PRIO_PROCESS, 0, kNiceness);  // on Linux of this thread alone
          work(worker);
        });
      }
    } catch (const std::system_error&) {
      // No more threads to be had: those that are there do it all.
    }
    work(0);
    threads.clear();
    error_.rethrow();
  }

 private:
  void work(int worker) {
    for (;;) {
      const int number = next_.fetch_add(1);
      if (number >= parts_) return;
      try {
        body_({*connections_[static_cast<std::size_t>(worker)], number, worker});
      } catch (...) {
        const std::lock_guard lock(mutex_);
        next_ = parts_;
        if (error_) return;
        error_.capture();
        for (CompanyConnection* each : connections_) each->set_interrupted(true);
        return;
      }
    }
  }

  const std::function<void(const Part&)>& body_;
  const int parts_;
  std::vector<CompanyConnection*> connections_;  // by worker
  std::atomic<int> next_{0};
  std::mutex mutex_;
  CaughtError error_;  // the first one, guarded by mutex_
};

}  // namespace

void read_together(Database& database, const ReadOptions& options, int beside, const std::function<void(Connection&)>& body) {
  static_cast<CompanyDatabase&>(database).read_together(options, beside, body);  // every driver's is one
}

int count_workers(const Connection& connection) {
  return 1 + static_cast<int>(static_cast<const CompanyConnection&>(connection).beside().size());
}

void in_parts(Connection& connection, int parts, const std::function<void(const Part&)>& body) { Run(connection, parts, body).run(); }

}  // namespace store
