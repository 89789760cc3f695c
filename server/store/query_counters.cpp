#include "server/store/query_counters.hpp"

#include <algorithm>

#include "server/store/database.hpp"

namespace store {

namespace {
// Single writer: a plain add without a locked instruction.
void bump(std::atomic<std::int64_t>& counter, std::int64_t by) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}
}  // namespace

void QueryCounter::add(std::chrono::nanoseconds elapsed, std::int64_t rows) {
  bump(calls_, 1);
  bump(total_ns_, elapsed.count());
  bump(rows_, rows);
  if (elapsed.count() > max_ns_.load(std::memory_order_relaxed)) max_ns_.store(elapsed.count(), std::memory_order_relaxed);
}

QueryCounter& QueryCounters::find(std::string_view name) {
  auto found = by_name_.find(name);
  if (found != by_name_.end()) return *found->second;
  std::lock_guard lock(mutex_);
  QueryCounter& counter = counters_.emplace_back(name);
  by_name_.emplace(counter.name(), &counter);
  return counter;
}

void QueryCounters::collect(std::unordered_map<std::string_view, QueryStats>& into) const {
  std::lock_guard lock(mutex_);
  for (const QueryCounter& counter : counters_) {
    QueryStats& stats = into[counter.name()];
    stats.name = counter.name();
    stats.calls += counter.calls_.load(std::memory_order_relaxed);
    stats.total_us += counter.total_ns_.load(std::memory_order_relaxed) / 1000;
    stats.max_us = std::max(stats.max_us, counter.max_ns_.load(std::memory_order_relaxed) / 1000);
    stats.rows += counter.rows_.load(std::memory_order_relaxed);
  }
}

std::shared_ptr<QueryCounters> QueryCounterRegistry::add() {
  std::lock_guard lock(mutex_);
  // A connection that was replaced leaves its counters to the next one.
  for (auto& counters : all_) {
    if (counters.use_count() == 1) return counters;
  }
  return all_.emplace_back(std::make_shared<QueryCounters>());
}

std::vector<QueryStats> QueryCounterRegistry::statistics() const {
  std::unordered_map<std::string_view, QueryStats> by_name;
  std::vector<QueryStats> result;
  std::lock_guard lock(mutex_);
  for (const auto& counters : all_) counters->collect(by_name);
  result.reserve(by_name.size());
  for (auto& [name, stats] : by_name) {
    if (stats.calls > 0) result.push_back(std::move(stats));
  }
  std::sort(result.begin(), result.end(), [](const QueryStats& a, const QueryStats& b) { return a.total_us > b.total_us; });
  return result;
}

}  // namespace store
