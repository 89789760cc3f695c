// Threads that run handlers. Bounded queue; threads are started when work first needs them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <pthread.h>

namespace http::internal {

class WorkerPool {
 public:
  // Exactly one of run and cancel is called, once; neither may throw.
  class Job {
   public:
    virtual ~Job() = default;
    virtual void run() noexcept = 0;
    virtual void cancel() noexcept = 0;  // the pool stops before the job's turn
  };

  // `name` is shown by ps and top (at most 15 bytes).
  struct Options {
    std::string name;
    int threads = 1;
    std::size_t queue_limit = 1000;     // jobs that wait
    std::size_t stack_bytes = 1 << 20;  // address space; only touched pages cost memory
  };

  explicit WorkerPool(Options options);
  ~WorkerPool();  // stops

  // A hint: another thread may take the last place.
  bool has_room() const { return waiting() < options_.queue_limit; }
  std::size_t waiting() const;
  // Never refused for a full queue (ask has_room); cancelled at once when the pool is stopping.
  void push(std::unique_ptr<Job> job);
  // Cancels what waits, lets running jobs end, joins. Idempotent.
  void stop();

 private:
  static void* thread_main(void* pool);
  void work();
  bool start_thread();

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> queue_;
  std::vector<pthread_t> threads_;
  std::size_t idle_ = 0;
  bool is_stopping_ = false;
};

}  // namespace http::internal
