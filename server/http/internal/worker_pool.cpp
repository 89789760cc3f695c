#include "server/http/internal/worker_pool.hpp"

#include <utility>

#include "server/base/program/log.hpp"

namespace http::internal {

WorkerPool::WorkerPool(Options options) : options_(std::move(options)) { threads_.reserve(static_cast<std::size_t>(options_.threads)); }

WorkerPool::~WorkerPool() { stop(); }

std::size_t WorkerPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::push(std::unique_ptr<Job> job) {
  bool must_wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopping_) {
      queue_.push_back(std::move(job));
      must_wake = idle_ > 0;
      if (idle_ < queue_.size() && threads_.size() < static_cast<std::size_t>(options_.threads)) start_thread();
    }
  }
  if (job) job->cancel();
  if (must_wake) wake_.notify_one();
}

bool WorkerPool::start_thread() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, options_.stack_bytes);
  pthread_t thread{};
  const int error = pthread_create(&thread, &attributes, &WorkerPool::thread_main, this);
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    base::log(base::LogLevel::kWarning, "thread_not_started", {{"pool", std::string_view(options_.name)}});
    return false;
  }
  pthread_setname_np(thread, options_.name.substr(0, 15).c_str());
  threads_.push_back(thread);
  return true;
}

void* WorkerPool::thread_main(void* pool) {
  static_cast<WorkerPool*>(pool)->work();
  return nullptr;
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (queue_.empty() && !is_stopping_) {
      ++idle_;
      wake_.wait(lock);
      --idle_;
    }
    if (queue_.empty()) return;
    std::unique_ptr<Job> job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    job->run();
    job.reset();
    lock.lock();
  }
}

void WorkerPool::stop() {
  std::deque<std::unique_ptr<Job>> dropped;
  std::vector<pthread_t> threads;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    dropped.swap(queue_);
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (auto& job : dropped) job->cancel();
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
}

}  // namespace http::internal
