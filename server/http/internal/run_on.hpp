// Hands a function to a worker pool and suspends the connection's coroutine until it has run. The function is told
// whether the pool dropped it. For connection.cpp and answer.cpp only.
#pragma once

#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include "server/http/internal/connection.hpp"

namespace http::internal {

template <class Function>
Awaitable<void> Connection::run_on(WorkerPool& pool, Function function) {
  const auto initiate = [this, &pool, &function](auto handler) {
    using Resume = decltype(handler);
    class ResumingJob final : public WorkerPool::Job {
     public:
      ResumingJob(asio::io_context& context, Function& work, Resume resume) : context_(context), work_(work), resume_(std::move(resume)) {}
      void run() noexcept override { finish(false); }
      void cancel() noexcept override { finish(true); }

     private:
      void finish(bool is_cancelled) {
        work_(is_cancelled);
        asio::post(context_, std::move(resume_));
      }
      asio::io_context& context_;  // outlives the pools
      Function& work_;             // lives in the suspended coroutine
      Resume resume_;
    };
    pool.push(std::make_unique<ResumingJob>(io_.context, function, std::move(handler)));
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(initiate, kAwait);
}

}  // namespace http::internal
